using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Oracle;

/// <summary>One market that answers each message with its reports.</summary>
/// <remarks>
/// The benchmark knows neither traders nor money, so the market only matches. The sender's id is the client order id, plus one
/// since 0 is none.
/// </remarks>
internal sealed class Engine : IDisposable
{
    private const uint MaxOrders = MarketLayout.MaxOrders;
    private const uint MaxBlocks = 1 << 14;
    private const uint Seat = 0;
    private const ulong LinkMask = (1UL << MarketLayout.OrderLinkBits) - 1;

    private readonly SpscRing<Report> _reports;
    private readonly NativeRegion _memory;
    private readonly Market _market;
    private readonly BookEvent[] _events = new BookEvent[Market.MaxEventsPerOperation];

    // For audits.
    private readonly DepthLevel[] _levels = new DepthLevel[MaxBlocks * MarketLayout.BlockTicks];

    // Fills name the maker by its engine id, whose low bits are the link of its node.
    private readonly ulong[] _idsByLink = new ulong[MaxOrders + 1];

    internal Engine(SpscRing<Report> reports)
    {
        _reports = reports;
        var parameters = new MarketParameters
        {
            LotSize = 1,
            TickSize = 1,
            OrderCapacity = MaxOrders,
            BlockCapacity = MaxBlocks,
            SeatCapacity = 1,
            MaxOpenOrdersPerSeat = MarketLayout.MaxOpenOrdersPerSeat,
            Flags = MarketFlags.MatchingOnly,
        };
        long bytes = MarketLayout.RequiredBytes(parameters.OrderCapacity, parameters.BlockCapacity, parameters.SeatCapacity);
        _memory = new NativeRegion(new NativeRegionOptions(bytes) { TouchNow = true });
        Require(Market.TryCreate(_memory, in parameters, out _market));
    }

    public void Dispose() => _memory.Dispose();

    internal void Apply(ReadOnlySpan<Message> messages)
    {
        foreach (ref readonly Message message in messages)
        {
            switch (message.Kind)
            {
                case MessageKind.New:
                    PlaceNew(in message.Order);
                    break;
                case MessageKind.Cancel:
                    Cancel(message.Order.Id, message.Order.Sequence);
                    break;
                default:
                    Modify(in message.Order);
                    break;
            }
        }
    }

    internal void PlaceNew(in Order order)
    {
        Say(ReportKind.OrderAck, in order);
        bool isImmediate = order.IsImmediateOrCancel != 0;
        ulong left = Place(in order, isImmediate ? OrderType.ImmediateOrCancel : OrderType.Limit);
        if (isImmediate && left > 0)
            Say(ReportKind.CancelAck, in order);
    }

    internal void Cancel(ulong id, ulong sequence)
    {
        var report = new Report { Kind = ReportKind.CancelReject, Sequence = sequence, OrderId = id };
        var events = new EventWriter(_events, slot: 0);
        if (TryCancel(id, ref events))
        {
            ref readonly BookEvent cancelled = ref events.Written[0];
            report.Kind = ReportKind.CancelAck;
            report.Side = (byte)cancelled.Side;
            report.PriceTicks = (long)cancelled.PriceTicks;
        }

        Push(in report);
    }

    internal void Modify(in Order order)
    {
        var events = new EventWriter(_events, slot: 0);
        if (!TryCancel(order.Id, ref events))
        {
            Push(new Report { Kind = ReportKind.ModifyReject, Sequence = order.Sequence, OrderId = order.Id });
            return;
        }

        Place(in order, OrderType.Limit);
        Say(ReportKind.ModifyAck, in order);
    }

    /// <summary>The best price of a side; <paramref name="none"/> where it is empty.</summary>
    internal long Best(Side side, long none) => _market.TryGetBest(side, out DepthLevel level) ? (long)level.PriceTicks : none;

    /// <summary>Open quantity at a price. Walks the side: for audits.</summary>
    internal ulong DepthAt(Side side, long priceTicks)
    {
        foreach (DepthLevel level in _levels.AsSpan(0, _market.Depth(side, _levels)))
        {
            if (level.PriceTicks == (ulong)priceTicks)
                return level.Lots;
        }

        return 0;
    }

    private bool TryCancel(ulong id, ref EventWriter events) =>
        _market.CancelByClientId(Seat, id + 1, ref events, out _) == BookError.None;

    /// <returns>What is left of an order that does not rest.</returns>
    private ulong Place(in Order order, OrderType type)
    {
        ulong left = order.Quantity;
        OperationResult result;
        do
        {
            // The market stops an order after so many fills; its sender goes on with what is left.
            var events = new EventWriter(_events, slot: 0);
            var placed = new NewOrder((Side)order.Side, type, (ulong)order.PriceTicks, left, order.Id + 1);
            Require(_market.Place(Seat, in placed, ref events, out result));
            foreach (ref readonly BookEvent happened in events.Written)
            {
                if (happened.Kind == BookEventKind.Fill)
                    SayTrade(in order, in happened);
                else if (happened.Kind == BookEventKind.Rested)
                    _idsByLink[happened.OrderId & LinkMask] = order.Id;
            }

            left = result.CancelledLots;
        }
        while (result.Reason == DoneReason.FillLimit);
        return left;
    }

    private void SayTrade(in Order taker, in BookEvent fill) => Push(new Report
    {
        Kind = ReportKind.Trade,
        Sequence = taker.Sequence,
        PriceTicks = (long)fill.PriceTicks,
        Quantity = (uint)fill.Lots,
        MakerOrderId = _idsByLink[fill.OrderId & LinkMask],
        TakerOrderId = taker.Id,
    });

    private void Say(ReportKind kind, in Order order) => Push(new Report
    {
        Kind = kind,
        Side = order.Side,
        Sequence = order.Sequence,
        OrderId = order.Id,
        PriceTicks = order.PriceTicks,
        Quantity = order.Quantity,
    });

    private void Push(in Report report)
    {
        while (!_reports.TryWrite(in report))
            Thread.SpinWait(1);
    }

    private static void Require(BookError error)
    {
        if (error != BookError.None)
            throw new InvalidOperationException($"The market refused what the benchmark may ask for: {error}.");
    }
}
