using Velox.OrderBook;

namespace Velox.Cli;

/// <summary>A flow through plain books, which only match: the peer, and the reference for the checksums.</summary>
internal sealed class FlowPlainBooks : IFlowBooks
{
    private readonly FlowChecksums _checksums = new();
    private readonly PlainBook[] _books;

    internal FlowPlainBooks(int symbols) => _books = [.. Enumerable.Range(0, symbols).Select(_ => new PlainBook(_checksums.AddTrade))];

    /// <summary>How many orders of a symbol rest now.</summary>
    internal int OpenOrders(int symbol) => _books[symbol].Count;

    public void Apply(ReadOnlySpan<FlowMessage> messages)
    {
        foreach (ref readonly FlowMessage message in messages)
            Apply(_books[message.Symbol], message.Action, message.Id, message.Side, message.PriceTicks, message.QuantityLots);
    }

    public FlowChecksums Finish()
    {
        for (int symbol = 0; symbol < _books.Length; symbol++)
        {
            PlainBook book = _books[symbol];
            foreach (PlainBook.Order order in book.Orders)
                _checksums.AddOrder(order.Id, order.Price, order.Quantity);
            _checksums.AddBest((uint)symbol, book.Best(Side.Bid), book.Best(Side.Ask));
        }

        return _checksums;
    }

    internal static void Apply(PlainBook book, in FlowOperation operation) =>
        Apply(book, operation.Action, operation.Id, operation.Side, (ulong)operation.PriceTicks, operation.QuantityLots);

    private static void Apply(PlainBook book, FlowAction action, ulong id, Side side, ulong price, ulong quantity)
    {
        switch (action)
        {
            case FlowAction.Cancel:
                book.Cancel(id);
                break;
            case FlowAction.Replace:
                book.Replace(id, price, quantity);
                break;
            case FlowAction.Reduce:
                book.Reduce(id, quantity);
                break;
            default:
                book.Place(id, side, price, quantity, rests: action == FlowAction.Add);
                break;
        }
    }
}
