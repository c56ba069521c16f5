using Velox.Primitives;

namespace Velox.State;

/// <summary>One account of the live state: lamports, owner, data. Mutated in place by the worker that holds its lock.</summary>
/// <remarks>
/// <see cref="Checkpoint"/>, <see cref="Accept"/> and <see cref="Rollback"/> bracket one transaction: a failed one leaves
/// no trace, without the account ever having been copied as a whole.
/// </remarks>
public sealed class Account(Address address)
{
    private ulong _savedLamports;
    private Address _savedOwner;
    private bool _savedExecutable;

    public Address Address { get; } = address;

    public ulong Lamports { get; set; }

    /// <summary>The program that may change data and lower lamports; zero is the system program.</summary>
    public Address Owner { get; set; }

    public bool Executable { get; set; }

    public TrackedMemory Data { get; } = new();

    /// <summary>An account without lamports does not exist: it loads as empty and is owned by the system program.</summary>
    public bool Exists => Lamports > 0;

    /// <summary>
    /// What a floor above has made of the data, such as a compiled program; that floor knows by itself whether it still holds. Not
    /// part of the state. A reference: whoever reads sees the one or the other.
    /// </summary>
    public object? Attachment { get; set; }

    /// <summary>Its position in the state tree, or -1 while it has none.</summary>
    internal int LeafIndex { get; set; } = -1;

    /// <summary>The hashes of its data pages; null while the data fits one page.</summary>
    internal Cryptography.MerkleTree? PageTree { get; set; }

    /// <summary>What the last sealed block left here; unchanged pages are shared with the next snapshot.</summary>
    internal AccountSnapshot? LastSnapshot { get; set; }

    internal bool IsMarkedChanged { get; set; }

    /// <summary>Begins a transaction's unit of work.</summary>
    public void Checkpoint()
    {
        Data.Checkpoint();
        _savedLamports = Lamports;
        _savedOwner = Owner;
        _savedExecutable = Executable;
    }

    /// <summary>Keeps what was written since <see cref="Checkpoint"/>; an account left without lamports ceases to exist.</summary>
    public void Accept()
    {
        Data.Accept();
        if (!Exists)
            Purge();
    }

    /// <summary>Undoes what was written since <see cref="Checkpoint"/>.</summary>
    public void Rollback()
    {
        Data.Rollback();
        Lamports = _savedLamports;
        Owner = _savedOwner;
        Executable = _savedExecutable;
    }

    /// <summary>What remains of an account whose lamports ended at zero: nothing.</summary>
    private void Purge()
    {
        Owner = default;
        Executable = false;
        Data.Resize(0);
    }
}
