using System.Numerics;

namespace Velox.OrderBook.Tests;

/// <summary>The market against the obvious reference, operation by operation, over random and hostile flows.</summary>
public class DifferentialTests
{
    public static TheoryData<string, int> Flows => new()
    {
        { "ordinary", 1 }, { "ordinary", 2 }, { "ordinary", 3 },
        { "tiny capacities", 4 }, { "tiny capacities", 5 }, { "tiny capacities", 6 },
        { "hostile", 7 }, { "hostile", 8 }, { "hostile", 9 },
        { "huge money", 10 }, { "huge money", 11 }, { "huge money", 12 },
        { "one price", 13 }, { "one price", 14 },
        { "many prices", 15 }, { "many prices", 16 },
    };

    [Theory]
    [MemberData(nameof(Flows))]
    public void Every_operation_does_what_the_reference_does(string name, int seed)
    {
        (MarketParameters parameters, FlowShape shape) = Setting(name);
        new Comparison(seed, parameters, shape).Run(operations: 20_000);
    }

    [Fact]
    public void The_flows_reach_every_error_and_every_reason()
    {
        var reached = new HashSet<Enum>();
        foreach (string name in (string[])["ordinary", "tiny capacities", "hostile", "huge money", "one price"])
        {
            (MarketParameters parameters, FlowShape shape) = Setting(name);
            reached.UnionWith(new Comparison(50, parameters, shape).Run(operations: 4_000));
        }

        // Not reached by flows, and tested one by one: the end of the numbers, a full event buffer, and a sweep of
        // more makers than these books hold.
        var elsewhere = new HashSet<Enum>
        {
            BookError.SequenceExhausted, BookError.EventBufferFull, BookError.InvalidMessageLength,
            BookError.InvalidMessageKind, BookError.UnusedFieldNotZero, BookError.NotSeatOwner, DoneReason.FillLimit,
        };
        IEnumerable<Enum> wanted = Enum.GetValues<BookError>()
            .Where(error => error is BookError.None or >= BookError.UnknownSeat).Cast<Enum>()
            .Concat(Enum.GetValues<DoneReason>().Cast<Enum>());
        Assert.Empty(wanted.Except(reached).Except(elsewhere));
    }

    private static (MarketParameters Parameters, FlowShape Shape) Setting(string name)
    {
        MarketParameters parameters = TestMarket.Parameters with { MakerFeeBps = 2, TakerFeeBps = 5, SeatCapacity = 6 };
        var shape = new FlowShape(
            6, MiddlePrice: 1_000, PriceSpread: 40, MaxLots: 50, ClientIds: 200, HostilePercent: 1, PlacePercent: 60);
        return name switch
        {
            "ordinary" => (parameters with { OrderCapacity = 120, BlockCapacity = 2, MaxOpenOrdersPerSeat = 40 }, shape),
            "tiny capacities" => (
                parameters with { OrderCapacity = 7, BlockCapacity = 1, SeatCapacity = 3, MaxOpenOrdersPerSeat = 3 },
                shape with { Seats = 4, PriceSpread = 30, ClientIds = 5 }),
            "hostile" => (
                parameters with { OrderCapacity = 50, BlockCapacity = 2, MaxOpenOrdersPerSeat = 20 },
                shape with { HostilePercent = 15, ClientIds = 10 }),
            "huge money" => (
                parameters with
                {
                    LotSize = 1UL << 40,
                    TickSize = 3UL << 38,
                    MakerFeeBps = 1_000,
                    TakerFeeBps = 999,
                    OrderCapacity = 60,
                },
                shape with { MiddlePrice = 1, PriceSpread = 5, MaxLots = 3, HostilePercent = 20 }),
            "one price" => (
                parameters with { OrderCapacity = 100, TakerFeeBps = 0, MakerFeeBps = 0 },
                shape with { PriceSpread = 1, ClientIds = 1_000 }),
            _ => (
                parameters with { OrderCapacity = 150, BlockCapacity = 40, LotSize = 1, TickSize = 1 },
                shape with { PriceSpread = 2_000, PlacePercent = 75 }),
        };
    }

    private sealed class Comparison(int seed, MarketParameters parameters, FlowShape shape)
    {
        private readonly Market _market = TestMarket.Create(parameters);
        private readonly ReferenceMarket _reference = new(parameters);
        private readonly Flow _flow = new(seed, shape);
        private readonly Dictionary<ulong, ReferenceOrder> _byId = [];
        private readonly BookEvent[] _events = new BookEvent[Market.MaxEventsPerOperation];
        private ulong _nextEvent;
        private int _step;
        private Operation _operation;

        /// <summary>Runs the flow. Returns the errors and reasons it met.</summary>
        public HashSet<Enum> Run(int operations)
        {
            Prepare();
            var reached = new HashSet<Enum>();
            int accepted = 0;
            for (_step = 0; _step < operations; _step++)
            {
                _operation = _flow.Next();
                BookError error = Step(out DoneReason reason);
                accepted += error == BookError.None ? 1 : 0;
                reached.Add(error);
                reached.Add(reason);
                CompareMoney();
                if (_step % 64 == 0)
                    CompareBook();
                if (_step % 512 == 0)
                    _market.AssertSound();
            }

            CompareBook();
            _market.AssertSound();
            Assert.True(
                accepted > operations / 10,
                $"seed {seed}: only {accepted} operations were accepted, the flow tests little.");
            return reached;
        }

        private void Prepare()
        {
            for (uint seat = 0; seat < Math.Min(shape.Seats, parameters.SeatCapacity); seat++)
            {
                Assert.Equal(_reference.OpenSeat(TestMarket.OwnerOf(seat)), _market.OpenSeat(TestMarket.OwnerOf(seat), out _));
                foreach (Asset asset in (Asset[])[Asset.Base, Asset.Quote])
                {
                    ulong atoms = parameters.LotSize > 1_000 ? 1UL << 60 : 40_000_000;
                    Assert.Equal(_reference.Transfer(seat, asset, atoms, true), _market.Credit(seat, asset, atoms));
                }

                _reference.Seats[(int)seat].SessionKey = TestMarket.SessionOf(seat);
                _market.SetSessionKey(seat, TestMarket.SessionOf(seat));
            }
        }

        private BookError Step(out DoneReason reason)
        {
            _reference.Events.Clear();
            BookError expected = ApplyToReference(out ReferenceResult expectedResult);
            var events = new EventWriter(_events, (ulong)_step);
            BookError error = _market.Apply(_operation, ref events, out OperationResult result);

            Expect(expected, error, "error");
            Expect(expectedResult, ToReference(result), "result");
            Expect(_reference.Events.Count, events.Count, "number of events");
            for (int i = 0; i < events.Count; i++)
            {
                Expect(_reference.Events[i], ToReference(events.Written[i]), $"event {i}");
                Expect(_nextEvent++, events.Written[i].Sequence, "event sequence");
                Expect((ulong)_step, events.Written[i].Slot, "event slot");
            }

            if (result.RestingLots > 0 && result.OrderId != 0 && !_byId.ContainsKey(result.OrderId))
            {
                ulong sequence = result.OrderId >> MarketLayout.OrderLinkBits;
                _byId[result.OrderId] = _reference.Book.Single(order => order.Sequence == sequence);
            }

            _flow.Remember(result.OrderId);
            reason = result.Reason;
            return error;
        }

        private BookError ApplyToReference(out ReferenceResult result)
        {
            result = default;
            Operation o = _operation;
            switch (o.Kind)
            {
                case OperationKind.Place:
                    return _reference.Place(o.Seat, o.Order, out result);
                case OperationKind.Cancel:
                    return _reference.Reduce(o.Seat, ById(o.Id), ulong.MaxValue, DoneReason.Cancelled, out result);
                case OperationKind.CancelByClientId:
                    return _reference.Reduce(
                        o.Seat, _reference.ByClientId(o.Seat, o.Id), ulong.MaxValue, DoneReason.Cancelled, out result);
                case OperationKind.CancelAll:
                    return _reference.CancelAll(o.Seat, (int)o.Amount, out result);
                case OperationKind.Reduce:
                    return _reference.Reduce(o.Seat, ById(o.Id), o.Amount, DoneReason.Reduced, out result);
                case OperationKind.ReduceByClientId:
                    return _reference.Reduce(
                        o.Seat, _reference.ByClientId(o.Seat, o.Id), o.Amount, DoneReason.Reduced, out result);
                case OperationKind.Message:
                    return MessageToReference(o.Message, out result);
                case OperationKind.Credit:
                    return _reference.Transfer(o.Seat, o.Asset, o.Amount, true);
                case OperationKind.Debit:
                    return _reference.Transfer(o.Seat, o.Asset, o.Amount, false);
                case OperationKind.OpenSeat:
                    return _reference.OpenSeat(o.Key);
                case OperationKind.SetSessionKey:
                    if (o.Seat >= _reference.Seats.Count)
                        return BookError.UnknownSeat;
                    _reference.Seats[(int)o.Seat].SessionKey = o.Key;
                    return BookError.None;
                default:
                    return _reference.CollectFees(o.Key, o.Asset, o.Amount);
            }
        }

        private BookError MessageToReference(OrderMessage message, out ReferenceResult result)
        {
            result = default;
            if (message.Validate() != BookError.None)
                return message.Validate();
            if (message.Seat >= _reference.Seats.Count)
                return BookError.UnknownSeat;
            if (_operation.Key.IsZero || _reference.Seats[message.Seat].SessionKey != _operation.Key)
                return BookError.NotSessionKey;

            ReferenceOrder? named = _reference.ByClientId(message.Seat, message.ClientOrderId);
            return message.Kind switch
            {
                OrderMessageKind.Place => _reference.Place(
                    message.Seat,
                    new(message.Side, message.Type, message.PriceTicks, message.QuantityLots, message.ClientOrderId),
                    out result),
                OrderMessageKind.Cancel => _reference.Reduce(message.Seat, named, ulong.MaxValue, DoneReason.Cancelled, out result),
                OrderMessageKind.CancelAll => _reference.CancelAll(message.Seat, 256, out result),
                _ => _reference.Reduce(message.Seat, named, message.QuantityLots, DoneReason.Reduced, out result),
            };
        }

        private ReferenceOrder? ById(ulong id) => _byId.GetValueOrDefault(id);

        private void CompareMoney()
        {
            MarketHeader header = _market.Header;
            BigInteger baseAtoms = header.FeesBase;
            BigInteger quoteAtoms = header.FeesQuote;
            Expect(_reference.Seats.Count, (int)header.SeatCount, "seats");
            for (uint i = 0; i < header.SeatCount; i++)
            {
                SeatNode seat = _market.Seat(i);
                Expect(_reference.Seats[(int)i].BaseFree, seat.BaseFree, $"seat {i} base free");
                Expect(_reference.Seats[(int)i].QuoteFree, seat.QuoteFree, $"seat {i} quote free");
                baseAtoms += (BigInteger)seat.BaseFree + seat.BaseLocked;
                quoteAtoms += (BigInteger)seat.QuoteFree + seat.QuoteLocked;
            }

            // Conservation: what the seats and the fees hold is what was paid in and not out.
            Expect(_reference.BaseTotal, baseAtoms, "base in the market");
            Expect(_reference.QuoteTotal, quoteAtoms, "quote in the market");
            Expect(_reference.FeesBase, header.FeesBase, "base fees");
            Expect(_reference.FeesQuote, header.FeesQuote, "quote fees");
        }

        private void CompareBook()
        {
            for (uint i = 0; i < _reference.Seats.Count; i++)
            {
                Expect(_reference.BaseLocked(i), _market.Seat(i).BaseLocked, $"seat {i} base locked");
                Expect(_reference.QuoteLocked(i), _market.Seat(i).QuoteLocked, $"seat {i} quote locked");
                var orders = new OrderNode[parameters.OrderCapacity];
                int count = _market.OrdersOf(i, orders);
                Assert.Equal(
                    _reference.Book.Where(order => order.Seat == i).Select(order => order.Sequence).Reverse(),
                    orders.Take(count).Select(order => order.OrderId >> MarketLayout.OrderLinkBits));
            }

            foreach (Side side in (Side[])[Side.Bid, Side.Ask])
            {
                List<ReferenceOrder> expected = _reference.InPriority(side).ToList();
                OrderNode[] orders = _market.AllOrders(side);
                Assert.Equal(
                    expected.Select(order => (
                        order.Sequence, order.ClientOrderId, order.Seat, order.PriceTicks, order.OpenLots, order.Type)),
                    orders.Select(order => (
                        order.OrderId >> MarketLayout.OrderLinkBits, order.ClientOrderId, (uint)order.Seat,
                        order.PriceTicks, order.OpenLots, order.Type)));
                foreach (OrderNode order in orders)
                    Assert.True(_market.TryGetOrder(order.OrderId, out OrderNode found) && found.OpenLots == order.OpenLots);

                DepthLevel[] levels = expected.GroupBy(order => order.PriceTicks)
                    .Select(level => new DepthLevel(
                        level.Key, (ulong)level.Sum(order => (decimal)order.OpenLots), (uint)level.Count()))
                    .ToArray();
                Assert.Equal(levels, _market.AllLevels(side));
                Assert.Equal(levels.Length > 0, _market.TryGetBest(side, out DepthLevel best));
                Assert.Equal(levels.FirstOrDefault(), best);
            }
        }

        private static ReferenceResult ToReference(in OperationResult result) => new(
            result.OrderId >> MarketLayout.OrderLinkBits, result.FilledLots, result.RestingLots, result.CancelledLots,
            result.CancelledOrders, result.Reason);

        private static ReferenceEvent ToReference(in BookEvent e) => new(
            e.Kind, e.Side, e.Reason, e.Type, e.Seat, e.TakerSeat, e.OrderId >> MarketLayout.OrderLinkBits,
            e.Kind == BookEventKind.Fill ? e.TakerOrderId >> MarketLayout.OrderLinkBits : e.ClientOrderId,
            e.PriceTicks, e.Lots, e.RemainingLots);

        private void Expect<T>(T expected, T actual, string what)
        {
            if (!EqualityComparer<T>.Default.Equals(expected, actual))
                Assert.Fail($"seed {seed}, step {_step}, {what}: expected {expected}, got {actual}, after {_operation}");
        }
    }
}
