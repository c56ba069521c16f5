using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>
/// The bytes of a margin ledger as header and accounts: every index is checked, and in tracked memory every write is noted.
/// </summary>
/// <remarks>
/// Unsafe as <see cref="Slab"/> is: a pinned array or native memory that the ledger keeps alive, and a capacity that was
/// checked against its length before and copied, so that no byte of the ledger can lead outside.
/// </remarks>
internal readonly unsafe struct Ledger
{
    private readonly byte* _base;
    private readonly TrackedMemory? _tracked;

    // Keeps the memory behind the address from being collected. Never looked at otherwise.
    private readonly object _owner;
    private readonly int _offset;
    private readonly uint _capacity;

    /// <param name="memory">Long enough for a ledger of that capacity at that offset.</param>
    /// <param name="offset">A multiple of 64.</param>
    /// <param name="capacity">In accounts.</param>
    internal Ledger(TrackedMemory memory, int offset, uint capacity)
    {
        _base = memory.PinnedAddress(out _owner) + offset;
        _tracked = memory;
        _offset = offset;
        _capacity = capacity;
    }

    /// <param name="memory">Kept alive.</param>
    /// <param name="bytes">The ledger's part of it.</param>
    /// <param name="capacity">In accounts.</param>
    internal Ledger(NativeRegion memory, ReadOnlySpan<byte> bytes, uint capacity)
    {
        _base = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
        _owner = memory;
        _capacity = capacity;
    }

    internal uint Capacity => _capacity;

    internal ReadOnlySpan<byte> Bytes => new(_base, (int)LedgerLayout.RequiredBytes(_capacity));

    internal ref readonly LedgerHeader ReadHeader() => ref *(LedgerHeader*)_base;

    internal ref LedgerHeader WriteHeader()
    {
        _tracked?.NoteWrite(_offset, LedgerLayout.HeaderBytes);
        return ref *(LedgerHeader*)_base;
    }

    internal ref readonly MarginAccount ReadAccount(uint seat) => ref *(MarginAccount*)(_base + OffsetOf(seat));

    internal ref MarginAccount WriteAccount(uint seat)
    {
        int offset = OffsetOf(seat);
        _tracked?.NoteWrite(_offset + offset, LedgerLayout.AccountBytes);
        return ref *(MarginAccount*)(_base + offset);
    }

    private int OffsetOf(uint seat)
    {
        if (seat >= _capacity)
            Slab.ThrowCorrupt("An account is above the capacity of the ledger.");
        return LedgerLayout.HeaderBytes + (int)(seat * LedgerLayout.AccountBytes);
    }
}
