using System.Runtime.InteropServices;

namespace Velox.OrderBook;

/// <summary>What only some orders have: 32 bytes beside each order node, zero and untouched for plain orders.</summary>
/// <remarks>
/// <code>
/// offset size field
///   0     8    hiddenLots | triggerTicks   iceberg: what is not displayed; pending stop: its trigger
///   8     8    displayLots                 iceberg: the size of a peak
///  16     8    expiry                      <see cref="Velox.OrderBook.Expiry.Bits"/>; 0: never
///  24     4    heapPlace                   place in its heap of expiries, from 1; 0: none
///  28     4    heapOrder                   a cell of the heaps, and nothing of this order: see <see cref="ExpiryHeap"/>
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = MarketLayout.ExtraBytes)]
public struct OrderExtra
{
    [FieldOffset(0)] public ulong HiddenLots;
    [FieldOffset(0)] public ulong TriggerTicks;
    [FieldOffset(8)] public ulong DisplayLots;
    [FieldOffset(16)] public ulong Expiry;
    [FieldOffset(24)] public uint HeapPlace;
    [FieldOffset(28)] public uint HeapOrder;

    internal readonly bool IsZeroButForCell => (HiddenLots | DisplayLots | Expiry | HeapPlace) == 0;
}
