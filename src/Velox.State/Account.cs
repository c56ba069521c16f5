using System.Runtime.InteropServices;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.State;

/// <summary>One account of the live state: lamports, owner, data. Mutated in place by the worker that holds its lock.</summary>
/// <remarks>
/// <see cref="Checkpoint"/>, <see cref="Accept"/> and <see cref="Rollback"/> bracket one transaction: a failed one leaves
/// no trace, without the account ever having been copied as a whole.
/// </remarks>
public sealed class Account(Address address)
{
    // What .NET makes of the fields, at least.
    private const int ObjectSize = 152;

    private Head _head = new() { Address = address };
    private TrackedMemory? _data;
    private ulong _savedLamports;
    private ScheduleMark _scheduleMark;

    // Made when they change in a unit of work, which is rare.
    private SavedRights? _savedRights;
    private bool _isOpen;
    private bool _executable;

    public Address Address => _head.Address;

    public ulong Lamports
    {
        get => _head.Lamports;
        set => _head.Lamports = value;
    }

    /// <summary>The program that may change data and lower lamports; zero is the system program.</summary>
    public Address Owner
    {
        get => _head.Owner;
        set
        {
            SaveRights();
            _head.Owner = value;
        }
    }

    /// <summary>Whether that is its owner: the same as a comparison, without copies.</summary>
    public bool IsOwnedBy(in Address program) => _head.Owner == program;

    public bool Executable
    {
        get => _executable;
        set
        {
            SaveRights();
            _executable = value;
        }
    }

    /// <summary>The data, made at the first call: most accounts never have any.</summary>
    public TrackedMemory Data => _data ?? CreateData();

    /// <summary>Bytes of data, at no cost where there is none.</summary>
    public int DataLength => _data?.Length ?? 0;

    /// <summary>An account without lamports does not exist: it loads as empty and is owned by the system program.</summary>
    public bool Exists => Lamports > 0;

    /// <summary>
    /// What a floor above has made of the data, such as a compiled program; that floor knows by itself whether it still holds. Not
    /// part of the state. A reference: whoever reads sees the one or the other.
    /// </summary>
    public object? Attachment { get; set; }

    /// <summary>Where a scheduler notes which transactions of a batch use the account. For one thread; not part of the state.</summary>
    public ref ScheduleMark ScheduleMark => ref _scheduleMark;

    /// <summary>The data, or null while there never was any.</summary>
    internal TrackedMemory? DataOrNull => _data;

    /// <summary>Its position in the state tree, or -1 while it has none.</summary>
    internal int LeafIndex { get; set; } = -1;

    /// <summary>The hashes of its data pages; null while the data fits one page.</summary>
    internal MerkleTree? PageTree { get; set; }

    /// <summary>Of data of several pages, those of the last seal: the next snapshot shares what did not change since. Never written.</summary>
    internal byte[][]? SealedPages { get; set; }

    internal bool IsMarkedChanged { get; set; }

    /// <summary>Whether the page tree belongs to an earlier version of this account, and must be copied before it changes.</summary>
    internal bool IsPageTreeShared { get; set; }

    /// <summary>The generation of the store in which it may be written; see <see cref="AccountMap"/>.</summary>
    internal Generation? Generation { get; set; }

    /// <summary>Its address, without a copy.</summary>
    internal ref readonly Address Key => ref _head.Address;

    /// <summary>Fetches an account into the cache, without a look at it, for which it would have to wait.</summary>
    internal static void Prefetch(Account? account) => CacheLine.PrefetchObject(account, ObjectSize);

    /// <summary>Fetches what its data is, beside the bytes, into the cache; the account is in it.</summary>
    internal void PrefetchData()
    {
        if (_data is not null)
            CacheLine.PrefetchObject(_data, TrackedMemory.ObjectSize);
    }

    /// <summary>Begins a transaction's unit of work.</summary>
    public void Checkpoint()
    {
        _data?.Checkpoint();
        _isOpen = true;
        _savedLamports = Lamports;
        _savedRights = null;
    }

    /// <summary>Keeps what was written since <see cref="Checkpoint"/>; an account left without lamports ceases to exist.</summary>
    public void Accept()
    {
        _isOpen = false;
        _savedRights = null;
        _data?.Accept();
        if (!Exists)
            Purge();
    }

    /// <summary>Undoes what was written since <see cref="Checkpoint"/>.</summary>
    public void Rollback()
    {
        if (!_isOpen)
            throw new InvalidOperationException("No unit of work is open: call Checkpoint first.");
        _isOpen = false;
        _data?.Rollback();
        Lamports = _savedLamports;
        if (_savedRights is not { } saved)
            return;
        Owner = saved.Owner;
        Executable = saved.Executable;
        _savedRights = null;
    }

    /// <summary>The same account for a later generation; this one must not be written any more.</summary>
    internal Account Succeed(Generation generation) => new(Address)
    {
        Lamports = Lamports,
        Owner = Owner,
        Executable = Executable,
        _data = _data?.Share(),
        LeafIndex = LeafIndex,
        PageTree = PageTree,
        IsPageTreeShared = PageTree is not null,
        SealedPages = SealedPages,
        IsMarkedChanged = IsMarkedChanged,
        Attachment = Attachment,
        Generation = generation,
    };

    private void SaveRights()
    {
        if (_isOpen)
            _savedRights ??= new SavedRights(Owner, Executable);
    }

    // Several workers may read an account without data at once, and each make it some: all are empty, nobody writes to them
    // while others read, and whoever finds one later finds it complete, as .NET orders the making before the reference.
    private TrackedMemory CreateData()
    {
        var data = new TrackedMemory();
        if (_isOpen)
            data.Checkpoint();
        _data = data;
        return data;
    }

    /// <summary>What remains of an account whose lamports ended at zero: nothing.</summary>
    private void Purge()
    {
        Owner = default;
        Executable = false;
        _data?.Resize(0);
    }

    /// <summary>What is read together, in the order in which it is: looking up compares the address and asks for lamports.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Head
    {
        internal Address Address;
        internal ulong Lamports;
        internal Address Owner;
    }

    private sealed record SavedRights(Address Owner, bool Executable);
}
