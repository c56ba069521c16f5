using System.Runtime.InteropServices;

namespace Velox.OrderBook;

/// <summary>A node of the lock-free book: an order, a price level or the head of a side. One cache line.</summary>
/// <remarks>
/// The words are shared and go through the memory model; the other fields are written before the node is published and do
/// not change until it is reclaimed.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct LockFreeNode
{
    internal const int Bytes = 64;

    /// <summary>An <see cref="OrderWord"/>. It stays when the node becomes a level, so that old order ids stay refused.</summary>
    [FieldOffset(0)]
    internal long State;

    /// <summary>The <see cref="Link"/> to the next order of the level, or to the next level of the side.</summary>
    [FieldOffset(8)]
    internal long Next;

    /// <summary>Of a level: the link to its oldest order; marked when the level is closed.</summary>
    [FieldOffset(16)]
    internal long First;

    /// <summary>Of an order: the link to its level, <see cref="Link.End"/> until it is in it.</summary>
    [FieldOffset(24)]
    internal long Level;

    /// <summary>Of a level.</summary>
    [FieldOffset(32)]
    internal ulong PriceTicks;

    /// <summary>Of an order.</summary>
    [FieldOffset(40)]
    internal ulong ClientOrderId;

    /// <summary>Of a level.</summary>
    [FieldOffset(48)]
    internal Side Side;
}

/// <summary>A word that leads to a node: its number plus one, doubled; the lowest bit is the mark.</summary>
/// <remarks>
/// The mark says that the node which <i>contains</i> the word is removed: the word never changes again, so nothing is linked
/// behind a removed node (Harris 2001, with the removal by helpers of Michael 2002).
/// </remarks>
internal static class Link
{
    internal const long End = 0;
    internal const long Mark = 1;

    internal static long To(int index) => (index + 1L) << 1;

    internal static int IndexOf(long link) => (int)(link >> 1) - 1;

    internal static bool IsMarked(long link) => (link & Mark) != 0;
}

/// <summary>The word that decides about an order: 32 bits for the use of its node, 32 bits for its open lots.</summary>
/// <remarks>
/// Lots only become fewer, and at 0 they stay there until the node is used again, by a higher use: so no value comes twice
/// (before 2^32 uses of one node), and a compare-and-swap that succeeds acts on the very order and quantity that it read.
/// </remarks>
internal static class OrderWord
{
    internal static long NextUse(long old, uint lots) => (long)((((ulong)old >> 32) + 1) << 32) | lots;

    internal static uint Lots(long word) => (uint)word;

    internal static long WithLots(long word, uint lots) => (word & ~(long)uint.MaxValue) | lots;

    /// <summary>The order's id: its use and its node's number plus one, so never 0.</summary>
    internal static ulong IdOf(long word, int index) => ((ulong)word & ~(ulong)uint.MaxValue) | (uint)(index + 1);

    internal static int IndexOf(ulong orderId) => (int)((uint)orderId - 1);

    internal static bool IsSameUse(long word, long other) => word >> 32 == other >> 32;

    internal static bool IsUseOf(long word, ulong orderId) => (ulong)word >> 32 == orderId >> 32;
}
