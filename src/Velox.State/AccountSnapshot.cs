using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.State;

/// <summary>An account as a sealed block left it. Immutable; pages are shared between snapshots that did not change them.</summary>
public sealed class AccountSnapshot
{
    // Nothing, the bytes (at least as many as there are data; at most a page), or a byte[] for each page.
    private readonly object? _data;

    private AccountSnapshot(Account account, object? data)
    {
        Address = account.Address;
        Lamports = account.Lamports;
        Owner = account.Owner;
        Executable = account.Executable;
        DataLength = account.DataLength;
        _data = data;
    }

    public Address Address { get; }

    public ulong Lamports { get; }

    public Address Owner { get; }

    public bool Executable { get; }

    /// <summary>Bytes of data.</summary>
    public int DataLength { get; }

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
            ReadOnlySpan<byte> source = Page(offset / TrackedMemory.PageSize).AsSpan(offset % TrackedMemory.PageSize);
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
        var account = new Account(Address) { Lamports = Lamports, Owner = Owner, Executable = Executable };
        account.Data.Resize(DataLength);
        CopyData(0, account.Data.Write(0, DataLength));
        return account;
    }

    /// <summary>Takes the state of a live account, copying of several pages only what was written since the last seal, which is this.</summary>
    internal static AccountSnapshot Seal(Account account, List<int> dirtyPages)
    {
        if (account.DataOrNull is not { PageCount: > 1 } data)
        {
            // Not written unless needed: the collector takes note of every reference that is.
            if (account.SealedPages is not null)
                account.SealedPages = null;
            return Take(account);
        }

        account.SealedPages = TakePages(data, account.SealedPages, dirtyPages);
        return new AccountSnapshot(account, account.SealedPages);
    }

    /// <summary>Takes the state of a live account.</summary>
    internal static AccountSnapshot Take(Account account) => account.DataOrNull switch
    {
        null or { Length: 0 } => new AccountSnapshot(account, null),
        { PageCount: 1 } data => new AccountSnapshot(account, data.ToImmutable()),
        { } data => new AccountSnapshot(account, TakePages(data, null, [.. Enumerable.Range(0, data.PageCount)])),
    };

    private static byte[][] TakePages(TrackedMemory data, byte[][]? known, List<int> dirtyPages)
    {
        if (known is not null && known.Length == data.PageCount && dirtyPages.Count == 0)
            return known;

        byte[][] pages = new byte[data.PageCount][];
        known?.AsSpan(0, Math.Min(known.Length, pages.Length)).CopyTo(pages);
        foreach (int page in dirtyPages)
            pages[page] = data.Page(page).ToArray();

        // Where the data outgrew one page, the first may not have been written since.
        pages[0] ??= data.Page(0).ToArray();
        return pages;
    }

    private byte[] Page(int page) => _data as byte[] ?? ((byte[][])_data!)[page];
}
