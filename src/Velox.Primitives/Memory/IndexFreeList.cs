using System.Runtime.InteropServices;

namespace Velox.Primitives;

/// <summary>A lock-free stack of the numbers 0 to capacity - 1: what is free of something fixed.</summary>
/// <remarks>
/// <para>
/// Treiber's stack. The head is one 64-bit word: 24 bits for the number on top plus one (0: empty), 40 bits for a tag that
/// every pop increments. The links stand in an array of their own, not in what is free: a thread whose top was taken meanwhile
/// reads a stale link, never what the new owner wrote.
/// </para>
/// <para>
/// ABA: between a pop's read of head and link and its exchange the same number may be popped and pushed again over another
/// link. The exchange succeeds wrongly only if meanwhile the tag came round exactly: 2^40 pops, three hours of a hundred million
/// a second while one thread stands still at one instruction.
/// </para>
/// <para>All shared accesses are the four methods at the end; any thread may push and pop.</para>
/// </remarks>
internal sealed class IndexFreeList
{
    /// <summary>Most numbers: the bits of the head that are not the tag's, and one value for "empty".</summary>
    internal const int MaxCapacity = (1 << IndexBits) - 1;

    private const int IndexBits = 24;
    private const ulong IndexMask = (1UL << IndexBits) - 1;
    private const ulong OneTag = 1UL << IndexBits;

    private readonly uint[] _links;
    private PaddedHead _head;

    /// <summary>An empty list.</summary>
    internal IndexFreeList(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, MaxCapacity);
        _links = new uint[capacity];
    }

    /// <summary>Adds a number that is not in the list.</summary>
    internal void Push(int index)
    {
        ulong head = LoadHead();
        while (true)
        {
            StoreLink(index, (uint)(head & IndexMask));
            ulong found = ExchangeHead(head, (head & ~IndexMask) | (uint)(index + 1));
            if (found == head)
                return;
            head = found;
        }
    }

    /// <summary>Takes the number that was added last.</summary>
    /// <returns>False when there is none.</returns>
    internal bool TryPop(out int index)
    {
        ulong head = LoadHead();
        while ((head & IndexMask) != 0)
        {
            index = (int)(head & IndexMask) - 1;
            ulong found = ExchangeHead(head, ((head & ~IndexMask) + OneTag) | LoadLink(index));
            if (found == head)
                return true;
            head = found;
        }

        index = -1;
        return false;
    }

    // Acquire: the link of the number on top, stored before it was pushed, is read after.
    private ulong LoadHead() => Volatile.Read(ref _head.Value);

    // A full barrier, of which release is needed (the link stored before, and what the pusher wrote into the thing, are
    // visible to who pops it) and, when it succeeds in a pop, acquire (what the pusher wrote is read after).
    private ulong ExchangeHead(ulong expected, ulong next) => Interlocked.CompareExchange(ref _head.Value, next, expected);

    // Relaxed would do: the head orders it. Volatile, because another thread may write it: the value is then thrown away.
    private uint LoadLink(int index) => Volatile.Read(ref _links[index]);

    // Relaxed would do: only the thread that pushes the number writes its link, and the exchange publishes it.
    private void StoreLink(int index, uint link) => Volatile.Write(ref _links[index], link);

    // Alone on its 128 bytes, on both sides.
    [StructLayout(LayoutKind.Explicit, Size = 2 * 128)]
    private struct PaddedHead
    {
        [FieldOffset(128)]
        internal ulong Value;
    }
}
