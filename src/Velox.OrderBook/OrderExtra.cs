using System.Runtime.InteropServices;

namespace Velox.OrderBook;

/// <summary>What only some orders have: 32 bytes beside each order node, zero and untouched for plain orders.</summary>
/// <remarks>
/// <code>
/// offset size field
///   0     8    hiddenLots | triggerTicks   iceberg: what is not displayed; pending stop: its trigger
///   8     8    displayLots                 iceberg: the size of a peak
///  16     8    expiry                      slot or Unix seconds; 0: never
///  24     4    heapPlace                   place in the heap of expiries, from 1
///  28     4    reserved
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
}
