using Velox.Primitives;
using Velox.State;

namespace Velox.Svm.Tests;

/// <summary>What accounts hold at one moment, to show later that they still do.</summary>
internal sealed class AccountImage : IEquatable<AccountImage>
{
    private readonly (ulong Lamports, Address Owner, byte[] Data)[] _accounts;

    private AccountImage((ulong Lamports, Address Owner, byte[] Data)[] accounts) => _accounts = accounts;

    /// <summary>Takes the live accounts; one that does not exist counts as empty.</summary>
    internal static AccountImage Of(Bank bank, IEnumerable<Address> addresses) =>
        new([.. addresses.Select(address => Content(bank.Accounts.Find(address)))]);

    public bool Equals(AccountImage? other) =>
        other is not null
        && _accounts.Length == other._accounts.Length
        && _accounts.Zip(other._accounts).All(pair =>
            pair.First.Lamports == pair.Second.Lamports
            && pair.First.Owner == pair.Second.Owner
            && pair.First.Data.AsSpan().SequenceEqual(pair.Second.Data));

    public override bool Equals(object? obj) => Equals(obj as AccountImage);

    public override int GetHashCode() => _accounts.Length;

    private static (ulong Lamports, Address Owner, byte[] Data) Content(Account? account) =>
        account is null ? (0, default, []) : (account.Lamports, account.Owner, account.Data.Bytes.ToArray());
}
