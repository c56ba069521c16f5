using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <summary>
/// Where the blocks of a side are: one cache line of links, each at the place that its block's prices give it.
/// </summary>
/// <remarks>
/// Of neighbouring blocks none shares a place with another, so near the best prices a block is found without a search. A link
/// that is not 0 is that of an open block of the side; which prices it has must be looked at.
/// </remarks>
[InlineArray(Entries)]
internal struct BlockHints
{
    internal const int Entries = 16;

    internal const int Bytes = Entries * sizeof(uint);

    private uint _link;

    /// <summary>The place of the block with a price.</summary>
    internal static uint PlaceOf(ulong priceTicks) => (uint)(priceTicks / MarketLayout.BlockTicks) % Entries;
}
