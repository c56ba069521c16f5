using System.Collections.Immutable;
using Velox.Primitives;

namespace Velox.State;

/// <summary>Between two snapshots or restores of a store: who may write an account. Compared by reference.</summary>
internal sealed class Generation;

/// <summary>A state's accounts as they were; shared by all who begin with it, and never written.</summary>
/// <param name="Roots">Those of before the first snapshot.</param>
/// <param name="Overlay">Those touched since; an account that does not exist hides one of the roots.</param>
internal sealed record FrozenAccounts(AccountTable Roots, ImmutableDictionary<Address, Account> Overlay);

/// <summary>The accounts of a store, which can be frozen as they are at any time.</summary>
/// <remarks>
/// Until the first snapshot they stand in a plain table. That table is then never written again; an account that is looked
/// up is succeeded by a copy in the overlay, a persistent dictionary, and so is, in each generation, one that is there from
/// an earlier generation. So freezing and thawing are the change of a reference, and an account costs its copy only where it is
/// used.
/// </remarks>
internal sealed class AccountMap
{
    private AccountTable _roots = new();
    private ImmutableDictionary<Address, Account>.Builder? _overlay;

    internal Generation Generation { get; private set; } = new();

    /// <summary>Whether there is no overlay yet: looking an account up then changes nothing.</summary>
    internal bool IsPlain => _overlay is null;

    /// <summary>The account, to read or write in this generation; null when it does not exist.</summary>
    internal Account? Find(in Address address)
    {
        if (_overlay is not null)
            return FindInOverlay(in address);
        return _roots.Find(in address) is { Exists: true } account ? account : null;
    }

    /// <summary>See <see cref="AccountStore.Prefetch"/>.</summary>
    internal void Prefetch(ReadOnlySpan<Address> addresses) => _roots.Prefetch(addresses);

    /// <summary>The account, existing or not, to read or write in this generation.</summary>
    /// <param name="address">Of the account.</param>
    /// <param name="isNew">Whether it did not exist and was not asked for in this generation.</param>
    internal Account GetOrCreate(in Address address, out bool isNew)
    {
        Account? account = Peek(in address);
        isNew = account is null || (!account.Exists && !IsOwn(account));
        if (account is not null)
            return Own(account);

        account = new Account(address) { Generation = Generation };
        if (_overlay is null)
            _roots.Add(account);
        else
            _overlay.Add(address, account);
        return account;
    }

    /// <summary>The account, existing or not, of any generation: not to be written; null when there is none.</summary>
    internal Account? Peek(in Address address) =>
        _overlay is not null && _overlay.TryGetValue(address, out Account? account) ? account : _roots.Find(in address);

    /// <summary>Every account, existing or not, of any generation, in no order: not to be written.</summary>
    internal IEnumerable<Account> All => _overlay is null
        ? _roots.All
        : _overlay.Values.Concat(_roots.All.Where(account => !_overlay.ContainsKey(account.Address)));

    /// <summary>Whether an account may be written in this generation.</summary>
    internal bool IsOwn(Account account) => ReferenceEquals(account.Generation, Generation);

    /// <summary>The version of an account that may be written in this generation.</summary>
    internal Account Own(Account account)
    {
        if (IsOwn(account))
            return account;
        Account successor = account.Succeed(Generation);
        _overlay![account.Address] = successor;
        return successor;
    }

    /// <summary>Forgets an account that does not exist.</summary>
    internal void Remove(in Address address)
    {
        if (_overlay is null)
            _roots.Remove(in address);
        else if (_roots.Find(in address) is null)
            _overlay.Remove(address);
        else
            _overlay[address] = new Account(address); // of no generation: forgotten again whenever it is asked for
    }

    /// <summary>What is here now, for good. Every account is succeeded when it is next looked up.</summary>
    internal FrozenAccounts Freeze()
    {
        _overlay ??= ImmutableDictionary.CreateBuilder<Address, Account>();
        Generation = new Generation();
        return new FrozenAccounts(_roots, _overlay.ToImmutable());
    }

    /// <summary>Begins again with what was frozen, here or in another map.</summary>
    internal void Thaw(FrozenAccounts frozen)
    {
        _roots = frozen.Roots;
        _overlay = frozen.Overlay.ToBuilder();
        Generation = new Generation();
    }

    private Account? FindInOverlay(in Address address) => Peek(in address) is { Exists: true } account ? Own(account) : null;
}
