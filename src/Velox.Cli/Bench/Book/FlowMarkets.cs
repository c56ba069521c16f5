using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>
/// A flow through the engine, one market a symbol: seats with balances, fees, checks against self-trades, events, and orders
/// that are cancelled by the id their sender gave them.
/// </summary>
/// <remarks>The only place where flows meet the market: what it offers, all flow benchmarks use from here.</remarks>
internal sealed class FlowMarkets : IFlowBooks, IDisposable
{
    private const ulong Funds = 1UL << 57;

    // More than the distance of the first look, and a power of two.
    private const int Looks = 32;

    private readonly FlowChecksums _checksums = new();
    private readonly OrderLook[] _looks = new OrderLook[Looks];
    private readonly BookEvent[] _events = new BookEvent[Market.MaxEventsPerOperation];
    private readonly Market[] _markets;
    private readonly NativeRegion _memory;

    // Fills name the maker by its engine id, whose low bits are the link of its node: here stands the sender's id by the link.
    private readonly ulong[][] _idsByLink;

    /// <param name="capacities">What each symbol's market holds.</param>
    /// <param name="flags">For markets that only match.</param>
    internal FlowMarkets(IReadOnlyList<FlowCapacity> capacities, MarketFlags flags = MarketFlags.None)
    {
        _markets = new Market[capacities.Count];
        _idsByLink = [.. capacities.Select(capacity => new ulong[capacity.Orders + 1])];
        MarketParameters[] parameters = [.. capacities.Select(capacity => ParametersOf(capacity, flags))];
        _memory = new NativeRegion(new NativeRegionOptions(parameters.Sum(LengthOf)) { TryHugePages = true, TouchNow = true });
        long offset = 0;
        for (int i = 0; i < _markets.Length; i++)
        {
            _markets[i] = Create(_memory, offset, in parameters[i]);
            offset += LengthOf(parameters[i]);
        }
    }

    /// <summary>A symbol's market: a view, for readers beside the writer.</summary>
    internal Market MarketOf(int symbol) => _markets[symbol];

    public void Apply(ReadOnlySpan<FlowMessage> messages)
    {
        for (int i = 0; i < messages.Length; i++)
            ApplyNext(messages, i);
    }

    /// <summary>Does one message of a batch. What those after it will need is on its way to the cache meanwhile.</summary>
    internal void ApplyNext(ReadOnlySpan<FlowMessage> messages, int number)
    {
        const int FirstLook = Market.PrefetchDistance;
        const int SecondLook = FirstLook / 2;
        const int ThirdLook = FirstLook / 4;
        if (number + FirstLook < messages.Length)
        {
            OrderLook[] looks = _looks;
            ref readonly FlowMessage first = ref messages[number + FirstLook];
            _markets[first.Symbol].Look(first.Seat, first.Id, out looks[(number + FirstLook) % Looks]);
            ref readonly FlowMessage second = ref messages[number + SecondLook];
            ref OrderLook secondLook = ref looks[(number + SecondLook) % Looks];
            if (second.NamesOpenOrder)
                _markets[second.Symbol].LookAtOrder(ref secondLook);
            else
                _markets[second.Symbol].LookAtPlace(second.Seat, second.Side, second.PriceTicks, ref secondLook);
            ref readonly FlowMessage third = ref messages[number + ThirdLook];
            ref OrderLook thirdLook = ref looks[(number + ThirdLook) % Looks];
            if (third.NamesOpenOrder)
                _markets[third.Symbol].LookAtNeighbours(in thirdLook);
            else
                _markets[third.Symbol].LookAtQueue(in thirdLook);
        }

        Apply(in messages[number]);
    }

    public FlowChecksums Finish()
    {
        var orders = new OrderNode[_idsByLink.Max(ids => ids.Length)];
        for (int symbol = 0; symbol < _markets.Length; symbol++)
        {
            Market market = _markets[symbol];
            foreach (Side side in (Side[])[Side.Bid, Side.Ask])
            {
                foreach (ref readonly OrderNode order in orders.AsSpan(0, market.Orders(side, orders)))
                    _checksums.AddOrder(order.ClientOrderId, order.PriceTicks, order.OpenLots);
            }

            market.TryGetBest(Side.Bid, out DepthLevel bid);
            market.TryGetBest(Side.Ask, out DepthLevel ask);
            _checksums.AddBest((uint)symbol, bid.PriceTicks, ask.PriceTicks);
        }

        return _checksums;
    }

    public void Dispose() => _memory.Dispose();

    private void Apply(in FlowMessage message)
    {
        ref readonly Market market = ref _markets[message.Symbol];
        var events = new EventWriter(_events, slot: 1);
        switch (message.Action)
        {
            case FlowAction.Add:
                Place(in market, in message, OrderType.Limit, ref events);
                break;
            case FlowAction.ImmediateOrCancel:
                Place(in market, in message, OrderType.ImmediateOrCancel, ref events);
                break;
            case FlowAction.Cancel:
                market.CancelByClientId(message.Seat, message.Id, ref events, out _);
                break;
            case FlowAction.Reduce:
                market.ReduceByClientId(message.Seat, message.Id, message.QuantityLots, ref events, out _);
                break;
            case FlowAction.Replace:
                if (market.CancelByClientId(message.Seat, message.Id, ref events, out _) == BookError.None)
                    Place(in market, in message, OrderType.Limit, ref events);
                break;
        }
    }

    private void Place(in Market market, in FlowMessage message, OrderType type, ref EventWriter events)
    {
        const ulong LinkMask = (1UL << MarketLayout.OrderLinkBits) - 1;
        ulong lots = message.QuantityLots;
        while (true)
        {
            events.Clear();
            var order = new NewOrder(message.Side, type, message.PriceTicks, lots, message.Id);
            BookError error = market.Place(message.Seat, in order, ref events, out OperationResult result);
            if (error != BookError.None)
                throw new BenchFailedException($"A market refused order {message.Id}: {error}.");
            if (result.FilledLots != 0)
                AddTrades(in message, events.Written);
            if (result.RestingLots != 0)
                _idsByLink[message.Symbol][result.OrderId & LinkMask] = message.Id;
            if (result.Reason != DoneReason.FillLimit)
                return;
            lots = result.CancelledLots;
        }
    }

    private void AddTrades(in FlowMessage message, ReadOnlySpan<BookEvent> events)
    {
        const ulong LinkMask = (1UL << MarketLayout.OrderLinkBits) - 1;
        ulong[] ids = _idsByLink[message.Symbol];
        foreach (ref readonly BookEvent happened in events)
        {
            if (happened.Kind == BookEventKind.Fill)
                _checksums.AddTrade(ids[happened.OrderId & LinkMask], message.Id, happened.PriceTicks, happened.Lots);
        }
    }

    private static MarketParameters ParametersOf(FlowCapacity capacity, MarketFlags flags) => new()
    {
        LotSize = 1,
        TickSize = 1,
        MakerFeeBps = 1,
        TakerFeeBps = 2,
        OrderCapacity = capacity.Orders,
        BlockCapacity = capacity.Blocks,
        SeatCapacity = FlowMessage.Seats,
        MaxOpenOrdersPerSeat = MarketLayout.MaxOpenOrdersPerSeat,
        Flags = flags,
    };

    /// <summary>To the next cache line.</summary>
    private static long LengthOf(MarketParameters parameters)
    {
        long bytes = MarketLayout.RequiredBytes(parameters.OrderCapacity, parameters.BlockCapacity, parameters.SeatCapacity);
        return (bytes + 63) / 64 * 64;
    }

    private static Market Create(NativeRegion memory, long offset, in MarketParameters parameters)
    {
        BookBench.Require(Market.TryCreate(memory, offset, (int)LengthOf(parameters), in parameters, out Market market));
        if (parameters.Flags != MarketFlags.MatchingOnly)
            BookBench.OpenSeats(market, FlowMessage.Seats, Funds);
        return market;
    }
}
