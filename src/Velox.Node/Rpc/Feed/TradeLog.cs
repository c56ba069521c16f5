using Velox.OrderBook;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>A fill as clients see it.</summary>
/// <param name="Event">The book's event: maker order, price, lots, numbered within the market.</param>
/// <param name="Transaction">The taker's transaction.</param>
/// <param name="UnixTimestamp">Time of its block.</param>
internal readonly record struct Trade(BookEvent Event, Signature Transaction, long UnixTimestamp);

/// <summary>The last trades of each market. Used by one thread at a time.</summary>
/// <param name="maxTrades">Trades kept for a market; the oldest goes first.</param>
internal sealed class TradeLog(int maxTrades)
{
    private readonly Dictionary<Address, Queue<Trade>> _trades = [];

    internal void Clear() => _trades.Clear();

    internal void Add(BlockHeader header, BlockRecords records)
    {
        for (int i = 0; i < records.Count; i++)
        {
            RecordView record = records.View(i);
            foreach (MarketEvent marketEvent in record.MarketEvents)
            {
                if (marketEvent.Event.Kind == BookEventKind.Fill)
                    Add(marketEvent.Market, new Trade(marketEvent.Event, record.Id, header.UnixTimestamp));
            }
        }
    }

    /// <summary>The last trades of a market, newest first.</summary>
    internal Trade[] Last(Address market, int limit) =>
        _trades.TryGetValue(market, out Queue<Trade>? trades) ? [.. trades.Reverse().Take(limit)] : [];

    private void Add(Address market, Trade trade)
    {
        if (!_trades.TryGetValue(market, out Queue<Trade>? trades))
            _trades.Add(market, trades = new Queue<Trade>());
        if (trades.Count == maxTrades)
            trades.Dequeue();
        trades.Enqueue(trade);
    }
}
