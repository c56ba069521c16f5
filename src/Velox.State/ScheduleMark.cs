namespace Velox.State;

/// <summary>What a scheduler knows of an account within one batch.</summary>
public struct ScheduleMark
{
    /// <summary>The batch that the rest belongs to.</summary>
    public int Batch { get; set; }

    /// <summary>The last transaction that writes the account, as its position in the batch; -1 for none.</summary>
    public int Writer { get; set; }

    /// <summary>The list of transactions that read it after that, in the scheduler's own terms; -1 for none.</summary>
    public int Readers { get; set; }
}
