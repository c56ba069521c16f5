using System.Numerics;

namespace Velox.OrderBook.Tests;

/// <summary>The market against the obvious reference, operation by operation, over random and hostile flows.</summary>
public class DifferentialTests
{
    /// <summary>Environment variable: how many operations each flow runs instead of its own number.</summary>
    private const string OperationsVariable = "VELOX_BOOK_OPERATIONS";

    /// <summary>Environment variable: added to every seed.</summary>
    private const string SeedVariable = "VELOX_BOOK_SEED";

    private static readonly string[] PlainFlows = ["ordinary", "tiny capacities", "hostile", "huge money", "one price"];

    private static readonly string[] SpecialFlows =
    [
        "special", "special tiny", "special hostile", "special huge money", "cascades", "expiries", "icebergs", "one peak",
        "auctions", "auctions hostile", "limits",
    ];

    public static TheoryData<string, int> Flows => new()
    {
        { "ordinary", 1 }, { "ordinary", 2 }, { "ordinary", 3 },
        { "tiny capacities", 4 }, { "tiny capacities", 5 }, { "tiny capacities", 6 },
        { "hostile", 7 }, { "hostile", 8 }, { "hostile", 9 },
        { "huge money", 10 }, { "huge money", 11 }, { "huge money", 12 },
        { "one price", 13 }, { "one price", 14 },
        { "many prices", 15 }, { "many prices", 16 },
        { "special", 21 }, { "special", 22 }, { "special", 23 },
        { "special tiny", 24 }, { "special tiny", 25 }, { "special tiny", 26 },
        { "special hostile", 27 }, { "special hostile", 28 },
        { "special huge money", 29 }, { "special huge money", 30 },
        { "cascades", 31 }, { "cascades", 32 },
        { "expiries", 33 }, { "expiries", 34 },
        { "icebergs", 35 }, { "icebergs", 36 },
        { "one peak", 37 },
        { "auctions", 41 }, { "auctions", 42 }, { "auctions", 43 }, { "auctions", 44 },
        { "auctions hostile", 45 }, { "auctions hostile", 46 },
        { "auctions huge money", 47 },
        { "auctions crowded", 48 }, { "auctions crowded", 49 },
        { "limits", 51 }, { "limits", 52 }, { "limits", 53 },
    };

    [Theory]
    [MemberData(nameof(Flows))]
    public void Every_operation_does_what_the_reference_does(string name, int seed)
    {
        (MarketParameters parameters, FlowShape shape) = Setting(name);
        seed += ValueOf(SeedVariable, 0);
        int operations = name == "auctions crowded" ? 3_000 : 20_000;
        new Comparison(seed, parameters, shape).Run(ValueOf(OperationsVariable, operations));
    }

    [Fact]
    public void The_flows_reach_every_error_reason_and_event()
    {
        var reached = new HashSet<Enum>();
        foreach (string name in PlainFlows.Concat(SpecialFlows))
        {
            (MarketParameters parameters, FlowShape shape) = Setting(name);
            reached.UnionWith(new Comparison(50, parameters, shape).Run(operations: 6_000));
        }

        (MarketParameters crowded, FlowShape crowdedShape) = Setting("auctions crowded");
        reached.UnionWith(new Comparison(50, crowded, crowdedShape).Run(operations: 3_000));

        // Not reached by flows, and tested one by one: the end of the numbers, and a full event buffer.
        var elsewhere = new HashSet<Enum>
        {
            BookError.SequenceExhausted, BookError.EventBufferFull, BookError.InvalidMessageLength,
            BookError.InvalidMessageKind, BookError.UnusedFieldNotZero, BookError.NotSeatOwner,
        };
        IEnumerable<Enum> wanted = Enum.GetValues<BookError>()
            .Where(error => error is BookError.None or (>= BookError.UnknownSeat and < BookError.NotALedger)).Cast<Enum>()
            .Concat(Enum.GetValues<DoneReason>().Cast<Enum>())
            .Concat(Enum.GetValues<BookEventKind>().Cast<Enum>());
        Assert.Empty(wanted.Except(reached).Except(elsewhere));
    }

    private static int ValueOf(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out int value) ? value : otherwise;

    private static (MarketParameters Parameters, FlowShape Shape) Setting(string name)
    {
        MarketParameters parameters = TestMarket.Parameters with { MakerFeeBps = 2, TakerFeeBps = 5, SeatCapacity = 6 };
        var shape = new FlowShape(
            6, MiddlePrice: 1_000, PriceSpread: 40, MaxLots: 50, ClientIds: 200, HostilePercent: 1, PlacePercent: 60);
        MarketParameters specialParameters = parameters with
        {
            MakerFeeBps = -3,
            OrderCapacity = 100,
            BlockCapacity = 4,
            MaxOpenOrdersPerSeat = 40,
        };
        FlowShape special = shape with { SpecialPercent = 60, PriceSpread = 100, PlacePercent = 65 };
        return name switch
        {
            "ordinary" => (parameters with { OrderCapacity = 120, BlockCapacity = 2, MaxOpenOrdersPerSeat = 40 }, shape),
            "tiny capacities" => (
                parameters with { OrderCapacity = 7, BlockCapacity = 2, SeatCapacity = 3, MaxOpenOrdersPerSeat = 3 },
                shape with { Seats = 4, PriceSpread = 300, ClientIds = 5 }),
            "hostile" => (
                parameters with { OrderCapacity = 50, BlockCapacity = 3, MaxOpenOrdersPerSeat = 20 },
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
            "many prices" => (
                parameters with { OrderCapacity = 150, BlockCapacity = 140, LotSize = 1, TickSize = 1 },
                shape with { PriceSpread = 20_000, PlacePercent = 75 }),
            "special" => (specialParameters, special),
            "special tiny" => (
                specialParameters with { OrderCapacity = 9, BlockCapacity = 2, SeatCapacity = 3, MaxOpenOrdersPerSeat = 4 },
                special with { Seats = 4, PriceSpread = 300, ClientIds = 8 }),
            "special hostile" => (specialParameters, special with { HostilePercent = 10, ClientIds = 10 }),
            "special huge money" => (
                specialParameters with
                {
                    LotSize = 1UL << 40,
                    TickSize = 3UL << 38,
                    MakerFeeBps = -1_000,
                    TakerFeeBps = 1_000,
                },
                special with { MiddlePrice = 1, PriceSpread = 5, MaxLots = 3, HostilePercent = 20, MaxDisplayLots = 2 }),
            "cascades" => (
                specialParameters with { OrderCapacity = 200, MaxOpenOrdersPerSeat = 60 },
                special with { SpecialPercent = 85, StopPercent = 85, IcebergPercent = 10, ExpiryPercent = 10, MaxLots = 5 }),
            "expiries" => (
                specialParameters with { OrderCapacity = 250, MaxOpenOrdersPerSeat = 80 },
                special with { SpecialPercent = 90, StopPercent = 15, ExpiryPercent = 95, ExpirySpread = 8, PlacePercent = 90, PriceSpread = 200 }),
            "auctions" => (specialParameters with { MakerFeeBps = 7, TakerFeeBps = 9 }, special with { ControlPermille = 20, PlacePercent = 80 }),
            "auctions hostile" => (specialParameters, special with { ControlPermille = 30, HostilePercent = 5, PriceSpread = 12 }),
            "auctions huge money" => (
                specialParameters with { LotSize = 1UL << 40, TickSize = 3UL << 38, MakerFeeBps = 1_000, TakerFeeBps = 1_000 },
                special with { MiddlePrice = 1, PriceSpread = 5, MaxLots = 3, HostilePercent = 10, MaxDisplayLots = 2, ControlPermille = 30 }),
            "auctions crowded" => (
                specialParameters with { OrderCapacity = 900, MaxOpenOrdersPerSeat = 900 },
                special with { BeginsWithCall = true, ControlPermille = 4, PlacePercent = 98, PriceSpread = 30, MaxLots = 4, SpecialPercent = 20, ExpiryPercent = 5, ClientIds = 100_000 }),
            "limits" => (
                specialParameters,
                special with { ControlPermille = 60, PlacePercent = 80, StopPercent = 10 }),
            "icebergs" => (
                specialParameters with { OrderCapacity = 60, TakerFeeBps = 1_000, MakerFeeBps = -999 },
                special with { SpecialPercent = 90, StopPercent = 5, IcebergPercent = 90, PriceSpread = 20 }),
            _ => (
                specialParameters with { OrderCapacity = 30 },
                special with
                {
                    SpecialPercent = 80,
                    IcebergPercent = 90,
                    MaxDisplayLots = 1,
                    PriceSpread = 3,
                    MaxLots = 300,
                    ExpiryPercent = 5,
                }),
        };
    }

    private sealed class Comparison(int seed, MarketParameters parameters, FlowShape shape)
    {
        private readonly Market _market = TestMarket.Create(parameters);
        private readonly ReferenceMarket _reference = new(parameters);
        private readonly Flow _flow = new(seed, shape);
        private readonly Dictionary<ulong, ulong> _byId = [];
        private readonly BookEvent[] _events = new BookEvent[Market.MaxEventsPerOperation];
        private ulong _nextEvent;
        private ulong _slot;
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
                // The clocks jump now and then, so that much is due at once.
                _slot += _step % 1_000 == 0 ? 40UL : _step % 7 == 0 ? 1UL : 0;
                _flow.Clock = _slot;
                _operation = _flow.Next();
                BookError error = Step(reached);
                accepted += error == BookError.None ? 1 : 0;
                reached.Add(error);
                CompareMoney();
                if (_step % 16 == 0)
                    CompareBook();
                if (_step % 64 == 0 || parameters.OrderCapacity < 20)
                    AssertSound();
            }

            CompareBook();
            AssertSound();
            Assert.True(
                accepted > operations / 10,
                $"seed {seed}: only {accepted} operations were accepted, the flow tests little.");
            return reached;
        }

        private void AssertSound()
        {
            BookError error = _market.CheckInvariants(out string detail);
            if (error != BookError.None)
                Assert.Fail($"seed {seed}, step {_step}: {error}: {detail}, after {_operation}");
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

            if (!shape.BeginsWithCall)
                return;
            var events = new EventWriter(_events, 0);
            _market.SetPhase(TestMarket.Authority, MarketPhase.Call, ref events);
            _reference.SetPhase(TestMarket.Authority, MarketPhase.Call);
            _nextEvent = 1;
        }

        private BookError Step(HashSet<Enum> reached)
        {
            (_reference.Slot, _reference.UnixSeconds) = (_slot, _slot);
            BookError expected = ApplyToReference(out ReferenceResult expectedResult, out ReferenceResult expectedSecond);
            var events = new EventWriter(_events, _slot, _slot);
            BookError error = _market.Apply(_operation, ref events, out OperationResult result, out OperationResult second);

            Expect(expected, error, "error");
            Expect(expectedResult, ToReference(result), "result");
            Expect(expectedSecond, ToReference(second), "second result");
            for (int i = 0; i < Math.Min(events.Count, _reference.Events.Count); i++)
            {
                Expect(_reference.Events[i], ToReference(events.Written[i]), $"event {i}");
                Expect(_nextEvent++, events.Written[i].Sequence, "event sequence");
                Expect(_slot, events.Written[i].Slot, "event slot");
                reached.Add(events.Written[i].Reason);
                reached.Add(events.Written[i].Kind);
            }

            Expect(_reference.Events.Count, events.Count, "number of events");
            Remember(result);
            Remember(second);
            return error;
        }

        private void Remember(in OperationResult result)
        {
            if (result.RestingLots > 0 && result.OrderId != 0)
                _byId[result.OrderId] = result.OrderId >> MarketLayout.OrderLinkBits;
            _flow.Remember(result.OrderId);
        }

        private BookError ApplyToReference(out ReferenceResult result, out ReferenceResult second)
        {
            result = default;
            second = default;
            Operation o = _operation;
            switch (o.Kind)
            {
                case OperationKind.Place:
                    return _reference.Place(o.Seat, o.Order, out result);
                case OperationKind.Cancel:
                    return _reference.Cancel(o.Seat, () => ById(o.Id), out result);
                case OperationKind.CancelByClientId:
                    return _reference.Cancel(o.Seat, () => _reference.ByClientId(o.Seat, o.Id), out result);
                case OperationKind.CancelAll:
                    return _reference.CancelAll(o.Seat, null, (int)o.Amount, out result);
                case OperationKind.CancelSide:
                    return _reference.CancelAll(o.Seat, o.Order.Side, (int)o.Amount, out result);
                case OperationKind.Reduce:
                    return _reference.Reduce(o.Seat, () => ById(o.Id), o.Amount, out result);
                case OperationKind.ReduceByClientId:
                    return _reference.Reduce(o.Seat, () => _reference.ByClientId(o.Seat, o.Id), o.Amount, out result);
                case OperationKind.Replace:
                    return _reference.Replace(
                        o.Seat, () => ById(o.Id), o.Order.PriceTicks, o.Order.QuantityLots, o.Order.SelfTrade, out result);
                case OperationKind.ReplaceByClientId:
                    return _reference.Replace(
                        o.Seat, () => _reference.ByClientId(o.Seat, o.Id), o.Order.PriceTicks, o.Order.QuantityLots,
                        o.Order.SelfTrade, out result);
                case OperationKind.ReplaceQuote:
                    return _reference.ReplaceQuote(o.Seat, o.Quote, out result, out second);
                case OperationKind.Advance:
                    return _reference.Advance();
                case OperationKind.Message:
                    return MessageToReference(o.Message, out result);
                case OperationKind.SetPhase:
                    return _reference.SetPhase(o.Key, (MarketPhase)o.Amount);
                case OperationKind.Uncross:
                    return _reference.Uncross(o.Key, out result);
                case OperationKind.StopSeat:
                    return _reference.StopSeat(o.Key, o.Seat, out result);
                default:
                    _reference.Events.Clear();
                    return AccountToReference(o);
            }
        }

        private BookError AccountToReference(Operation o)
        {
            switch (o.Kind)
            {
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
                case OperationKind.SetPriceBand:
                    return _reference.SetPriceBand(o.Key, (uint)Math.Min(o.Amount, uint.MaxValue), o.Id);
                case OperationKind.SetSeatLimits:
                    return _reference.SetSeatLimits(o.Key, o.Seat, o.Limits);
                case OperationKind.ResumeSeat:
                    return _reference.ResumeSeat(o.Key, o.Seat);
                default:
                    return _reference.CollectFees(o.Key, o.Asset, o.Amount);
            }
        }

        private BookError MessageToReference(OrderMessage message, out ReferenceResult result)
        {
            result = default;
            _reference.Events.Clear();
            if (message.Validate() != BookError.None)
                return message.Validate();
            if (message.Seat >= _reference.Seats.Count)
                return BookError.UnknownSeat;
            if (_operation.Key.IsZero || _reference.Seats[message.Seat].SessionKey != _operation.Key)
                return BookError.NotSessionKey;

            ReferenceOrder? Named() => _reference.ByClientId(message.Seat, message.ClientOrderId);
            return message.Kind switch
            {
                OrderMessageKind.Cancel => _reference.Cancel(message.Seat, Named, out result),
                OrderMessageKind.CancelAll => _reference.CancelAll(message.Seat, null, 256, out result),
                OrderMessageKind.StopSeat =>
                    _reference.StopSeat(_reference.Seats[message.Seat].Owner, message.Seat, out result),
                OrderMessageKind.CancelSide => _reference.CancelAll(message.Seat, message.Side, 256, out result),
                OrderMessageKind.Reduce => _reference.Reduce(message.Seat, Named, message.QuantityLots, out result),
                OrderMessageKind.Replace => _reference.Replace(
                    message.Seat, Named, message.PriceTicks, message.QuantityLots, message.SelfTrade, out result),
                _ => _reference.Place(message.Seat, message.ToNewOrder(), out result),
            };
        }

        private ReferenceOrder? ById(ulong id) => _byId.TryGetValue(id, out ulong sequence)
            ? _reference.Orders.SingleOrDefault(order => order.Sequence == sequence)
            : null;

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
            Expect(_reference.LastTradePriceTicks, header.LastTradePriceTicks, "last trade");
            Expect(_reference.TradeCount, header.TradeCount, "trades");
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
                    _reference.Orders.Where(order => order.Seat == i).Select(order => order.Sequence).OrderDescending(),
                    orders.Take(count).Select(order => order.OrderId >> MarketLayout.OrderLinkBits));
                foreach (OrderNode order in orders.Take(count))
                    CompareOpen(order);
            }

            Expect(_reference.Phase, _market.Header.Phase, "phase");
            if (_reference.Phase != MarketPhase.Uncrossing)
            {
                ReferenceAuction auction = _reference.FindAuction();
                Assert.True(_market.TryGetIndicative(10_000, out AuctionPrice indicative));
                Expect(new AuctionPrice(auction.PriceTicks, auction.Lots), indicative, "indicative price");
            }

            foreach (Side side in (Side[])[Side.Bid, Side.Ask])
            {
                List<ReferenceOrder> expected = _reference.InPriority(side).ToList();
                OrderNode[] orders = _market.AllOrders(side);
                Assert.Equal(
                    expected.Select(order => (
                        order.Sequence, order.ClientOrderId, order.Seat, order.PriceTicks, order.VisibleLots, order.Type)),
                    orders.Select(order => (
                        order.OrderId >> MarketLayout.OrderLinkBits, order.ClientOrderId, (uint)order.Seat,
                        order.PriceTicks, order.OpenLots, order.Type)));
                foreach (OrderNode order in orders)
                    Assert.True(_market.TryGetOrder(order.OrderId, out OrderNode found) && found.OpenLots == order.OpenLots);

                DepthLevel[] levels = expected.GroupBy(order => order.PriceTicks)
                    .Select(level => new DepthLevel(
                        level.Key, (ulong)level.Sum(order => (decimal)order.VisibleLots), (uint)level.Count()))
                    .ToArray();
                Assert.Equal(levels, _market.AllLevels(side));
                Assert.Equal(levels.Length > 0, _market.TryGetBest(side, out DepthLevel best));
                Assert.Equal(levels.FirstOrDefault(), best);
            }
        }

        private void CompareOpen(in OrderNode node)
        {
            ulong sequence = node.OrderId >> MarketLayout.OrderLinkBits;
            ReferenceOrder expected = _reference.Orders.Single(order => order.Sequence == sequence);
            Assert.True(_market.TryGetOpenOrder(node.OrderId, out OpenOrder open));
            NewOrder placed = expected.Placed with
            {
                PriceTicks = expected.PriceTicks,
                QuantityLots = expected.OpenLots,
                TriggerTicks = expected.IsPending ? expected.Placed.TriggerTicks : 0,
                SelfTrade = expected.IsPending ? expected.Placed.SelfTrade : default,
            };
            Expect(new OpenOrder(node.OrderId, expected.Seat, placed, expected.HiddenLots, expected.IsPending), open, "open order");
        }

        private static ReferenceResult ToReference(in OperationResult result) => new(
            result.OrderId >> MarketLayout.OrderLinkBits, result.FilledLots, result.RestingLots, result.CancelledLots,
            result.CancelledOrders, result.Reason);

        private static ReferenceEvent ToReference(in BookEvent e) => new(
            e.Kind, e.Side, e.Reason, e.Type, e.Seat, e.TakerSeat, e.OrderId >> MarketLayout.OrderLinkBits,
            e.Kind == BookEventKind.Fill ? e.TakerOrderId >> MarketLayout.OrderLinkBits
                : e.Kind is BookEventKind.AuctionFill or BookEventKind.AuctionFillHidden ? e.ClearingPriceTicks
                : e.ClientOrderId,
            e.PriceTicks, e.Lots, e.RemainingLots);

        private void Expect<T>(T expected, T actual, string what)
        {
            if (!EqualityComparer<T>.Default.Equals(expected, actual))
                Assert.Fail($"seed {seed}, step {_step}, {what}: expected {expected}, got {actual}, after {_operation}");
        }
    }
}
