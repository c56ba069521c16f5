using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>An account's content. Immutable, and independent of the environment that it comes from.</summary>
/// <param name="Lamports">Its balance; an account without lamports does not exist.</param>
/// <param name="Owner">The program that may change it.</param>
/// <param name="Data">At most 10 MiB; kept, not copied: do not change the bytes behind it.</param>
/// <param name="IsExecutable">Whether it is a program.</param>
/// <example>
/// <code>
/// environment.SetAccount(address, new SvmAccount(1_000_000_000, ProgramIds.System));
/// environment.SetAccount(state, new SvmAccount(Rent.MinimumBalance(8), programId, new byte[8]));
/// </code>
/// </example>
public sealed record SvmAccount(
    ulong Lamports, Address Owner, ReadOnlyMemory<byte> Data = default, bool IsExecutable = false)
{
    /// <summary>Equal content: the data is compared byte by byte.</summary>
    public bool Equals(SvmAccount? other) => other is not null && Lamports == other.Lamports && Owner == other.Owner
        && IsExecutable == other.IsExecutable && Data.Span.SequenceEqual(other.Data.Span);

    public override int GetHashCode() => HashCode.Combine(Lamports, Owner, IsExecutable, Data.Length);

    /// <summary>"1000 lamports, 8 bytes, owner 1111...".</summary>
    public override string ToString() =>
        $"{Lamports} lamports, {Data.Length} bytes, owner {Owner}{(IsExecutable ? ", executable" : "")}";

    /// <summary>A copy of a live account.</summary>
    internal static SvmAccount Of(Account account) =>
        new(account.Lamports, account.Owner, account.DataLength == 0 ? default : account.Data.Bytes.ToArray(), account.Executable);

    /// <summary>Gives a live account this content; nothing remains of one that ends without lamports.</summary>
    internal void WriteTo(Account account)
    {
        account.Lamports = Lamports;
        account.Owner = Lamports == 0 ? default : Owner;
        account.Executable = Lamports > 0 && IsExecutable;
        account.Attachment = null;
        int length = Lamports == 0 ? 0 : Data.Length;
        if (length == 0 && account.DataLength == 0)
            return;
        account.Data.Resize(length);
        Data.Span[..length].CopyTo(account.Data.Write(0, length));
    }
}
