using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.State;

/// <summary>An account as a sealed block left it. Immutable; pages are shared between snapshots that did not change them.</summary>
public sealed class AccountSnapshot
{
    private readonly byte[][] _pages;
    private Account? _shared;

    internal AccountSnapshot(Account account, byte[][] pages)
    {
        Address = account.Address;
        Lamports = account.Lamports;
        Owner = account.Owner;
        Executable = account.Executable;
        DataLength = account.Data.Length;
        Attachment = account.Attachment;
        _pages = pages;
    }

    public Address Address { get; }

    public ulong Lamports { get; }

    public Address Owner { get; }

    public bool Executable { get; }

    /// <summary>Bytes of data.</summary>
    public int DataLength { get; }

    /// <summary>What was known of the live account's data when the block was sealed (<see cref="Account.Attachment"/>).</summary>
    public object? Attachment { get; }

    public bool Exists => Lamports > 0;

    /// <summary>Copies a range of the data.</summary>
    /// <param name="offset">First byte; the range must lie inside the data.</param>
    /// <param name="destination">Receives the bytes; its length is the range's.</param>
    public void CopyData(int offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)offset + destination.Length, DataLength, nameof(destination));
        while (destination.Length > 0)
        {
            ReadOnlySpan<byte> source = _pages[offset / TrackedMemory.PageSize].AsSpan(offset % TrackedMemory.PageSize);
            int count = Math.Min(source.Length, destination.Length);
            source[..count].CopyTo(destination);
            destination = destination[count..];
            offset += count;
        }
    }

    /// <summary>A copy of the whole data.</summary>
    public byte[] ToArray()
    {
        byte[] data = new byte[DataLength];
        CopyData(0, data);
        return data;
    }

    /// <summary>A little-endian word of the data at an offset.</summary>
    public ulong ReadUInt64(int offset)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        CopyData(offset, word);
        return BinaryPrimitives.ReadUInt64LittleEndian(word);
    }

    /// <summary>A live account with this content, for execution beside the chain (simulation).</summary>
    public Account ToAccount()
    {
        var account = new Account(Address)
        {
            Lamports = Lamports,
            Owner = Owner,
            Executable = Executable,
            Attachment = Attachment,
        };
        account.Data.Resize(DataLength);
        CopyData(0, account.Data.Write(0, DataLength));
        return account;
    }

    /// <summary>
    /// The same as <see cref="ToAccount"/>, but one object for all callers: only to be read, its attachment excepted. Its data is
    /// copied when it is first asked for, and kept as long as this snapshot.
    /// </summary>
    public Account ToSharedAccount()
    {
        // Volatile: the account must be seen whole. Interlocked: of threads that are first at once, all take the winner's.
        return Volatile.Read(ref _shared) ?? Interlocked.CompareExchange(ref _shared, ToAccount(), null) ?? _shared!;
    }

    /// <summary>Takes the state of a live account, copying only the pages that are dirty since the last snapshot.</summary>
    internal static AccountSnapshot Take(Account account, List<int> dirtyPages)
    {
        byte[][] pages = new byte[account.Data.PageCount][];
        byte[][] previous = account.LastSnapshot?._pages ?? [];
        previous.AsSpan(0, Math.Min(previous.Length, pages.Length)).CopyTo(pages);
        foreach (int page in dirtyPages)
            pages[page] = account.Data.Page(page).ToArray();
        return new AccountSnapshot(account, pages);
    }
}
