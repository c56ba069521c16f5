using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>The addresses a transaction names, in key order, with the rights its message claims and Solana grants.</summary>
/// <remarks>
/// Key order: static keys (fee payer at 0), looked-up writable ones, looked-up read-only ones. A set serves one transaction after the
/// other; its memory grows to the largest one, at most 256 keys.
/// </remarks>
public sealed class AccessSet
{
    /// <summary>Most accounts that a transaction may lock before increase_tx_account_lock_limit.</summary>
    public const int MaxAccountLocks = 64;

    /// <summary>Most accounts that a transaction may lock with increase_tx_account_lock_limit.</summary>
    public const int IncreasedMaxAccountLocks = 128;

    private const int FirstCapacity = 8;

    private Address[] _addresses;
    private bool[] _signers;
    private bool[] _writables;

    internal AccessSet()
    {
        _addresses = new Address[FirstCapacity];
        _signers = new bool[FirstCapacity];
        _writables = new bool[FirstCapacity];
    }

    /// <summary>A set of keys with rights that somebody else has judged; the arrays are kept.</summary>
    internal AccessSet(Address[] addresses, bool[] signers, bool[] writables)
    {
        _addresses = addresses;
        _signers = signers;
        _writables = writables;
        Count = addresses.Length;
        foreach (ref readonly Address address in addresses.AsSpan())
            Roles |= KnownKeys.RolesOf(in address);
    }

    /// <summary>How many keys.</summary>
    public int Count { get; private set; }

    /// <summary>The keys.</summary>
    public ReadOnlySpan<Address> Addresses => _addresses.AsSpan(0, Count);

    /// <summary>Whether each signed.</summary>
    public ReadOnlySpan<bool> Signers => _signers.AsSpan(0, Count);

    /// <summary>Whether each is locked for writing (after reserved keys and called programs were demoted).</summary>
    public ReadOnlySpan<bool> Writables => _writables.AsSpan(0, Count);

    /// <summary>Whether lookup tables, which are state, name some of the keys, and these are not there yet.</summary>
    internal bool IsPartial { get; private set; }

    /// <summary>Whether a key stands there twice. Not known while the set is partial.</summary>
    internal bool HasRepeated { get; private set; }

    /// <summary>What the runtime has to do with any of the keys. Not known while the set is partial.</summary>
    private KeyRoles Roles { get; set; }

    /// <summary>The set of a message whose lookups are resolved already.</summary>
    /// <param name="view">The message.</param>
    /// <param name="addresses">All its keys, in key order.</param>
    public static AccessSet Of(in TransactionView view, ReadOnlySpan<Address> addresses)
    {
        var set = new AccessSet();
        set.MakeRoom(addresses.Length);
        addresses.CopyTo(set._addresses);
        set.Judge(in view);
        return set;
    }

    /// <summary>Reads what a message says by itself: all of it, or the static keys where there are lookups.</summary>
    internal void Read(in TransactionView view)
    {
        IsPartial = view.LookupCount > 0;
        HasRepeated = false;
        MakeRoom(view.StaticKeyCount);
        view.StaticKeys.CopyTo(_addresses);
        if (!IsPartial)
            Judge(in view);
    }

    /// <summary>
    /// Completes the set of a message with lookups. Errors, in this order: AddressLookupTableNotFound, InvalidAddressLookupTableOwner,
    /// InvalidAddressLookupTableData, InvalidAddressLookupTableIndex.
    /// </summary>
    /// <param name="view">The message.</param>
    /// <param name="find">The account of a table, or null.</param>
    /// <param name="block">The block in which the message runs.</param>
    internal TransactionErrorKind Complete(in TransactionView view, Func<Address, Account?> find, BlockContext block)
    {
        MakeRoom(view.AccountCount);
        TransactionErrorKind error = AddressTables.Resolve(in view, find, block, _addresses.AsSpan(view.StaticKeyCount, Count - view.StaticKeyCount));
        if (error != TransactionErrorKind.None)
            return error;
        IsPartial = false;
        Judge(in view);
        return TransactionErrorKind.None;
    }

    /// <summary>Whether one of the keys has this role. Not known while the set is partial.</summary>
    internal bool Names(KeyRoles role) => (Roles & role) != 0;

    /// <summary>The position of an address, or -1.</summary>
    internal int IndexOf(in Address address)
    {
        Address[] addresses = _addresses;
        for (int i = 0; i < Count; i++)
        {
            if (addresses[i] == address)
                return i;
        }

        return -1;
    }

    /// <summary>Errors, in this order: TooManyAccountLocks, AccountLoadedTwice.</summary>
    internal TransactionErrorKind CheckLocks(FeatureSet features)
    {
        int limit = features.Runtime.IncreaseTxAccountLockLimit ? IncreasedMaxAccountLocks : MaxAccountLocks;
        if (Count > limit)
            return TransactionErrorKind.TooManyAccountLocks;
        return HasRepeated ? TransactionErrorKind.AccountLoadedTwice : TransactionErrorKind.None;
    }

    /// <summary>Rights and repetitions of the keys that are there.</summary>
    /// <remarks>
    /// A write lock is dropped for reserved keys and for accounts called as programs, unless the upgradeable loader is among
    /// the keys (solana-sdk message).
    /// </remarks>
    private void Judge(in TransactionView view)
    {
        int staticKeys = view.StaticKeyCount;
        int writableEnd = staticKeys + view.WritableLookupAccounts;
        KeyRoles roles = KeyRoles.None;
        for (int i = 0; i < Count; i++)
        {
            bool isClaimed = i < staticKeys ? view.IsStaticWritable(i) : i < writableEnd;
            _signers[i] = i < staticKeys && view.IsStaticSigner(i);
            KeyRoles own = KnownKeys.RolesOf(in _addresses[i]);
            _writables[i] = isClaimed && (own & KeyRoles.Reserved) == 0;
            roles |= own;
        }

        Roles = roles;
        HasRepeated = FindRepeated();
        if (Names(KeyRoles.UpgradeableLoader))
            return;
        for (int i = 0; i < view.InstructionCount; i++)
            _writables[view.ProgramIndex(i)] = false;
    }

    private bool FindRepeated()
    {
        for (int i = 1; i < Count; i++)
        {
            ref readonly Address address = ref _addresses[i];
            for (int j = 0; j < i; j++)
            {
                if (_addresses[j] == address)
                    return true;
            }
        }

        return false;
    }

    private void MakeRoom(int count)
    {
        Count = count;
        if (count <= _addresses.Length)
            return;
        int capacity = Math.Max(count, 2 * _addresses.Length);
        Array.Resize(ref _addresses, capacity);
        _signers = new bool[capacity];
        _writables = new bool[capacity];
    }
}
