using System.Runtime.InteropServices;

namespace Velox.OrderBook;

/// <summary>
/// 64 neighbouring prices: which of them have orders, and the block's place among the blocks. 64 bytes. A free block is
/// zero but for <see cref="Higher"/>.
/// </summary>
/// <remarks>
/// A block is of one side: in a call auction the book is crossed, and both sides have levels at the same prices.
/// <code>
/// offset size field
///   0     8    firstTick      price of bit 0: a multiple of 64
///   8     8    occupied       bit per price with orders
///  16     4    left           tree: blocks with lower prices
///  20     4    right          tree: blocks with higher prices
///  24     4    parent         tree; 0 at the root
///  28     4    height         tree; 1 without children
///  32     4    lower          link of the next block with lower prices
///  36     4    higher         link of the next block with higher prices; free block: link of the next free block
///  40    24    reserved
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = MarketLayout.BlockBytes)]
public struct PriceBlock
{
    public ulong FirstTick;
    public ulong Occupied;
    public uint Left;
    public uint Right;
    public uint Parent;
    public uint Height;
    public uint Lower;
    public uint Higher;
}
