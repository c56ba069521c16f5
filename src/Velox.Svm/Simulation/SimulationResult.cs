using Velox.State;

namespace Velox.Svm;

/// <summary>What would have become of a transaction.</summary>
public sealed record SimulationResult
{
    /// <summary>None, the error it would be recorded with, or why it would be rejected.</summary>
    public required TransactionError Error { get; init; }

    /// <summary>Its record, as a block would hold it; null when it would be rejected.</summary>
    public required TransactionRecord? Record { get; init; }

    /// <summary>Copies of its accounts as it would leave them, in key order; empty when it would be rejected.</summary>
    public required IReadOnlyList<Account> Accounts { get; init; }

    /// <summary>Bytes of accounts and lookup tables that it loaded, as its limit counts them; 0 when it would be rejected.</summary>
    public required long LoadedDataBytes { get; init; }

    /// <summary>The slot of the state that it ran on.</summary>
    public required ulong Slot { get; init; }
}
