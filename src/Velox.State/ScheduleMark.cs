namespace Velox.State;

/// <summary>What a scheduler knows of an account within one batch.</summary>
public struct ScheduleMark
{
    /// <summary>The batch that the rest belongs to.</summary>
    public int Batch { get; set; }

    /// <summary>The first wave after all that write the account.</summary>
    public int WavesWritten { get; set; }

    /// <summary>The first wave after all that read it.</summary>
    public int WavesRead { get; set; }
}
