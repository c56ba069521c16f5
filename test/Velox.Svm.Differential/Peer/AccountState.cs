using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>An account as both runtimes show it. One without lamports does not exist: all else is empty.</summary>
public sealed record AccountState(ulong Lamports, Address Owner, bool Executable, byte[] Data)
{
    public static readonly AccountState Absent = new(0, default, false, []);

    public bool Exists => Lamports > 0;

    /// <summary>An account of the system program without data.</summary>
    public static AccountState Wallet(ulong lamports) => new(lamports, ProgramIds.System, false, []);

    public bool Equals(AccountState? other) =>
        other is not null && Lamports == other.Lamports && Owner == other.Owner && Executable == other.Executable
        && Data.AsSpan().SequenceEqual(other.Data);

    public override int GetHashCode() => HashCode.Combine(Lamports, Owner, Data.Length);
}
