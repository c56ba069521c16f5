using System.Runtime.InteropServices;

namespace Velox.OrderBook;

/// <summary>The queue of orders at one price: 24 bytes, all zero while there are none.</summary>
/// <remarks>
/// A level is named by its <i>level number</i>: link of its block * 64 + price modulo 64; 0 for none.
/// <code>
/// offset size field
///   0     8    totalLots      open lots of its orders (of icebergs: what is displayed)
///   8     4    firstOrder     link of the oldest order
///  12     4    lastOrder      link of the newest order
///  16     4    orderCount
///  20     4    reserved
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = MarketLayout.LevelBytes)]
public struct PriceLevel
{
    public ulong TotalLots;
    public uint FirstOrder;
    public uint LastOrder;
    public uint OrderCount;
}
