using Velox.OrderBook;

namespace Velox.Cli;

/// <summary>What the market of a symbol has to hold.</summary>
/// <param name="Orders">Open at a time.</param>
/// <param name="Blocks">Of neighbouring prices, with orders at a time.</param>
internal readonly record struct FlowCapacity(uint Orders, uint Blocks)
{
    /// <summary>What messages need, found by doing them with plain books: the most orders that were open, and a quarter more.</summary>
    internal static FlowCapacity[] Measure(int symbols, params FlowMessage[][] parts)
    {
        var books = new FlowPlainBooks(symbols);
        int[] mostOpen = new int[symbols];
        HashSet<ulong>[] blocks = [.. mostOpen.Select(_ => new HashSet<ulong>())];
        foreach (FlowMessage[] messages in parts)
        {
            for (int i = 0; i < messages.Length; i++)
            {
                books.Apply(messages.AsSpan(i, 1));
                int symbol = messages[i].Symbol;
                mostOpen[symbol] = Math.Max(mostOpen[symbol], books.OpenOrders(symbol));
                blocks[symbol].Add(messages[i].PriceTicks / MarketLayout.BlockTicks);
            }
        }

        return [.. mostOpen.Select((open, symbol) => Of(open, blocks[symbol].Count))];
    }

    // An order takes a node before it matches, and a block has two sides.
    private static FlowCapacity Of(int mostOpen, int blocks)
    {
        int orders = mostOpen + (mostOpen / 4) + 64;
        return new FlowCapacity((uint)orders, (uint)Math.Min(orders, 2 * blocks));
    }
}
