using System.Runtime.InteropServices;

namespace Velox.OrderBook;

/// <summary>
/// One price of one side, and its queue of orders: 64 bytes. A free node is zero but for <see cref="Worse"/>.
/// </summary>
/// <remarks>
/// <code>
/// offset size field
///   0     8    priceTicks
///   8     8    totalLots      open lots of all its orders
///  16     4    orderCount
///  20     4    firstOrder     link of the oldest order
///  24     4    lastOrder      link of the newest order
///  28     4    better         link of the next level nearer to the best price
///  32     4    worse          link of the next level farther from it; free node: link of the next free node
///  36     4    left           tree: the levels with better prices
///  40     4    right          tree: the levels with worse prices
///  44     4    parent         tree; 0 at the root
///  48     4    height         tree; 1 without children
///  52    12    reserved
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = MarketLayout.LevelBytes)]
public struct LevelNode
{
    public ulong PriceTicks;
    public ulong TotalLots;
    public uint OrderCount;
    public uint FirstOrder;
    public uint LastOrder;
    public uint Better;
    public uint Worse;
    public uint Left;
    public uint Right;
    public uint Parent;
    public uint Height;
}
