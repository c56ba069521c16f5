using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>Derivatives by examples whose numbers are worked out by hand. A lot at a tick is 10 atoms.</summary>
public class DerivativeTests
{
    private static readonly Address Authority = TestMarket.Authority;

    [Fact]
    public void Structures_have_their_documented_sizes()
    {
        Assert.Equal(LedgerLayout.HeaderBytes, System.Runtime.CompilerServices.Unsafe.SizeOf<LedgerHeader>());
        Assert.Equal(LedgerLayout.AccountBytes, System.Runtime.CompilerServices.Unsafe.SizeOf<MarginAccount>());
        var number = default(StoredInt128);
        foreach (Int128 value in (Int128[])[0, 1, -1, Int128.MaxValue, Int128.MinValue, (Int128)1 << 64, -((Int128)1 << 64)])
        {
            number.Value = value;
            Assert.Equal(value, number.Value);
        }
    }

    [Fact]
    public void The_ledger_stands_where_the_layout_says()
    {
        DerivativeMarket<Perpetual> market = TestDerivative.CreateWithAccounts<Perpetual>(
            TestDerivative.PerpetualTerms, 2, 5_000, 100, out TrackedMemory memory);
        market.PlaceOk(0, Side.Ask, 100, 3);
        market.PlaceOk(1, Side.Bid, 100, 2);
        int start = (int)market.Market.Capacities.RequiredBytes;
        Assert.Equal("VELOXDRV"u8, memory.Bytes.Slice(start, 8));
        Assert.Equal(1U, memory.Read<uint>(start + 8));
        Assert.Equal(2U, memory.Read<uint>(start + 12));
        Assert.Equal((8U, 2U), (memory.Read<uint>(start + 16), memory.Read<uint>(start + 20)));
        Assert.Equal((1_000U, 500U, 50U), (memory.Read<uint>(start + 24), memory.Read<uint>(start + 28), memory.Read<uint>(start + 32)));
        Assert.Equal((3_600U, 10_000U), (memory.Read<uint>(start + 48), memory.Read<uint>(start + 52)));
        Assert.Equal(100UL, memory.Read<ulong>(start + 64));
        Assert.Equal(market.Market.Header.NextEventSequence, memory.Read<ulong>(start + 80));
        Assert.Equal((2UL, 10_000UL, 0UL), (memory.Read<ulong>(start + 88), memory.Read<ulong>(start + 96), memory.Read<ulong>(start + 104)));
        int seller = start + 256;
        Assert.Equal(TestMarket.OwnerOf(0), memory.Read<Address>(seller));
        Assert.Equal((-2L, 1U), (memory.Read<long>(seller + 32), memory.Read<uint>(seller + 40)));
        Assert.Equal((5_000L + 2_000, 0L), (memory.Read<long>(seller + 48), memory.Read<long>(seller + 56)));
        Assert.Equal(1U, memory.Read<uint>(seller + 96));
        Assert.Equal((3_000L, 0L), (memory.Read<long>(seller + 256 + 48), memory.Read<long>(seller + 256 + 56)));
        Assert.Equal(start + 256 + (8 * 256), memory.Length);
    }

    [Fact]
    public void An_order_needs_margin_for_the_worst_case_of_its_side()
    {
        // 10 % of 1,000 ticks * 10 atoms is 1,000 atoms a lot.
        DerivativeMarket<Perpetual> market = TestDerivative.CreateWithAccounts<Perpetual>(
            TestDerivative.PerpetualTerms, 3, 10_000, 1_000, out _);
        market.PlaceOk(0, Side.Bid, 990, 4);
        market.PlaceOk(0, Side.Bid, 995, 4);
        Assert.Equal(BookError.InsufficientMargin, market.PlaceOne(0, Side.Bid, 980, 3, out _));
        ulong two = market.PlaceOk(0, Side.Bid, 980, 2).OrderId;

        // The other side has a worst case of its own.
        market.PlaceOk(0, Side.Ask, 1_010, 10);
        Assert.Equal(BookError.InsufficientMargin, market.PlaceOne(0, Side.Ask, 1_020, 1, out _));

        // What a cancel gives back is free at once.
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 0);
        Assert.Equal(BookError.None, market.Cancel(0, two, ref events, out _));
        market.PlaceOk(0, Side.Bid, 980, 2);
        Assert.Equal(10_000, market.MarginOf(0).LongRequirement);

        // A bid above the mark price loses the difference at once: 9 * 1,000 of margin and 9 * 10 * 12 of loss are 10,080.
        Assert.Equal(BookError.InsufficientMargin, market.PlaceOne(1, Side.Bid, 1_012, 9, out _, OrderType.ImmediateOrCancel));
        Assert.Equal(BookError.None, market.PlaceOne(1, Side.Bid, 1_011, 9, out OperationResult bought, OrderType.ImmediateOrCancel));
        Assert.Equal(9UL, bought.FilledLots);
        Assert.Equal((9L, -9L), (market.Account(1).PositionLots, market.Account(0).PositionLots));

        // Bought at 1,010: 90 * 10 are lost at the mark price, and closing takes no margin.
        Assert.Equal(10_000 - 900, market.MarginOf(1).Equity);
        Assert.Equal(BookError.InsufficientMargin, market.PlaceOne(1, Side.Bid, 900, 1, out _));
        market.PlaceOk(1, Side.Ask, 1_000, 9, OrderType.ImmediateOrCancel);
        market.AssertSound();
    }

    [Fact]
    public void Profit_and_loss_are_what_the_mark_price_says_and_can_be_withdrawn_above_the_margin()
    {
        DerivativeMarket<Perpetual> market = TestDerivative.CreateWithAccounts<Perpetual>(
            TestDerivative.PerpetualTerms, 2, 10_000, 1_000, out _);
        market.PlaceOk(0, Side.Ask, 1_000, 5);
        market.PlaceOk(1, Side.Bid, 1_000, 5);
        Assert.Equal(BookError.None, market.SetMark(Authority, 1_020));
        Assert.Equal((11_000, 9_000), (market.MarginOf(1).Equity, market.MarginOf(0).Equity));

        // 5 * 1,020 * 10 / 10 = 5,100 stay.
        Assert.Equal(BookError.InsufficientMargin, market.Withdraw(1, 5_901));
        Assert.Equal(BookError.None, market.Withdraw(1, 5_900));
        Assert.Equal(BookError.None, market.Withdraw(0, 3_900));
        Assert.Equal(BookError.InsufficientMargin, market.Withdraw(0, 1));
        Assert.Equal((20_000UL - 5_900 - 3_900), market.Ledger.VaultAtoms);
        market.AssertSound();
    }

    [Fact]
    public void Funding_goes_from_longs_to_shorts_rounded_up_against_the_payer_and_down_for_the_receiver()
    {
        DerivativeMarket<Perpetual> market = TestDerivative.CreateWithAccounts<Perpetual>(
            TestDerivative.PerpetualTerms, 3, 100_000, 1_000, out _);
        market.PlaceOk(0, Side.Ask, 1_000, 3);
        market.PlaceOk(1, Side.Bid, 1_000, 2);
        market.PlaceOk(2, Side.Bid, 1_000, 1);
        Assert.Equal(BookError.NotAuthority, market.AddFunding(TestMarket.OwnerOf(0), 1, 5_000));
        Assert.Equal(BookError.InvalidFunding, market.AddFunding(Authority, 10_001, 5_000));
        Assert.Equal(BookError.None, market.AddFunding(Authority, 125, 5_000));
        Assert.Equal(BookError.InvalidFunding, market.AddFunding(Authority, 125, 8_599));

        // 125 millionths of 10,000 atoms are 1.25 a lot. 2 lots pay 2.5, so 3; 1 lot pays 1.25, so 2; 3 lots receive 3.75, so 3.
        Assert.Equal((Int128)5 << 22, market.Ledger.FundingIndex.Value);
        Assert.Equal((100_003, 99_997, 99_998), (market.MarginOf(0).Equity, market.MarginOf(1).Equity, market.MarginOf(2).Equity));

        // Nobody has paid yet: the first in turn receives out of a pool that owes.
        Assert.Equal(BookError.InvalidLimit, market.SettleFunding(0, out _));
        Assert.Equal(BookError.None, market.SettleFunding(1, out bool isDone));
        Assert.False(isDone);
        Assert.Equal(-3, market.Ledger.FundingPool.Value);
        market.AssertSound();
        Assert.Equal(BookError.None, market.SettleFunding(5, out isDone));
        Assert.True(isDone);
        Assert.Equal((0, 2UL), (market.Ledger.FundingPool.Value, market.Ledger.InsuranceAtoms));
        market.AssertSound();

        // Shorts pay: -1.25 a lot; the position of 3 pays 3.75, so 4.
        Assert.Equal(BookError.None, market.AddFunding(Authority, -125, 8_600));
        Assert.Equal((99_999, 99_999, 99_999), (market.MarginOf(0).Equity, market.MarginOf(1).Equity, market.MarginOf(2).Equity));
        Assert.Equal(BookError.None, market.SettleFunding(5, out _));
        Assert.Equal(3UL, market.Ledger.InsuranceAtoms);
        market.AssertSound();
    }

    [Fact]
    public void An_account_below_its_maintenance_margin_is_closed_in_the_market()
    {
        DerivativeMarket<Perpetual> market = TestDerivative.CreateWithAccounts<Perpetual>(
            TestDerivative.PerpetualTerms, 3, 100_000, 1_000, out _);
        Assert.Equal(BookError.None, market.Withdraw(1, 90_000));
        market.PlaceOk(0, Side.Ask, 1_000, 10);
        market.PlaceOk(1, Side.Bid, 1_000, 10);
        market.PlaceOk(1, Side.Ask, 2_000, 1);
        market.PlaceOk(2, Side.Bid, 960, 4);
        market.PlaceOk(2, Side.Bid, 900, 6);
        market.PlaceOk(2, Side.Bid, 890, 6);
        var events = new EventWriter(new BookEvent[DerivativeMarket<Perpetual>.MaxEventsPerLiquidation], 0, 1);
        Assert.Equal(BookError.None, market.SetMark(Authority, 948));
        Assert.Equal(BookError.NotLiquidatable, market.Liquidate(1, ref events, out _));

        // 10 lots at 947: equity 10,000 - 5,300 = 4,700, and 5 % of 94,700 are 4,735. A lot may lose 470 atoms, 47 ticks: down to 900.
        Assert.Equal(BookError.None, market.SetMark(Authority, 947));
        var small = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 0, 1);
        Assert.Equal(BookError.EventBufferFull, market.Liquidate(1, ref small, out _));
        Assert.Equal(BookError.None, market.Liquidate(1, ref events, out OperationResult result));
        Assert.Equal((10UL, 0UL, 1U), (result.FilledLots, result.CancelledLots, result.CancelledOrders));

        // Sold 4 at 960 and 6 at 900, for 92,400: 2,400 of 100,000 are left, and 0.5 % of 92,400 are the fee.
        Assert.Equal((0L, 2_400 - 462), (market.Account(1).PositionLots, market.Account(1).Cash.Value));
        Assert.Equal(462UL, market.Ledger.InsuranceAtoms);
        Assert.Equal(BookError.NotLiquidatable, market.Liquidate(1, ref events, out _));
        market.AssertSound();
    }

    [Fact]
    public void The_insurance_fund_pays_for_a_bankrupt_account_as_far_as_it_goes()
    {
        foreach (ulong insurance in (ulong[])[20_000, 3_000, 0])
        {
            DerivativeMarket<Perpetual> market = TestDerivative.CreateWithAccounts<Perpetual>(
                TestDerivative.PerpetualTerms, 3, 100_000, 1_000, out _);
            Assert.Equal(insurance == 0 ? BookError.InvalidAmount : BookError.None, market.Insure(insurance));
            Assert.Equal(BookError.None, market.Withdraw(1, 90_000));
            market.PlaceOk(0, Side.Ask, 1_000, 10);
            market.PlaceOk(1, Side.Bid, 1_000, 10);
            market.PlaceOk(2, Side.Bid, 870, 10);
            Assert.Equal(BookError.None, market.SetMark(Authority, 880));

            // Equity is 10,000 - 12,000: without insurance nothing may be lost, and the bid below the mark price is not taken.
            var events = new EventWriter(new BookEvent[DerivativeMarket<Perpetual>.MaxEventsPerLiquidation], 0, 1);
            Assert.Equal(BookError.None, market.Liquidate(1, ref events, out OperationResult result));
            bool isClosed = insurance >= 3_000;
            Assert.Equal(isClosed ? 10UL : 0, result.FilledLots);
            Assert.Equal(isClosed ? 0 : -90_000, market.Account(1).Cash.Value);
            Assert.Equal(isClosed ? insurance - 3_000 : 0, market.Ledger.InsuranceAtoms);
            market.AssertSound();
        }
    }

    [Fact]
    public void A_dated_future_is_settled_at_its_last_mark_price_step_by_step()
    {
        DerivativeMarket<DatedFuture> market = TestDerivative.CreateWithAccounts<DatedFuture>(
            TestDerivative.FutureTerms, 3, 100_000, 1_000, out _);
        market.PlaceOk(0, Side.Ask, 1_010, 7);
        market.PlaceOk(1, Side.Bid, 1_010, 5);
        market.PlaceOk(2, Side.Bid, 1_010, 2);
        market.PlaceOk(2, Side.Bid, 500, 2);
        var events = new EventWriter(new BookEvent[100], 0, 10_000);
        Assert.Equal(BookError.NotExpired, market.Settle(Authority, 1, ref events, out _));
        Assert.Equal(BookError.InvalidFunding, market.AddFunding(Authority, 0, 10));

        // It trades through its last second, and no longer.
        Assert.Equal(BookError.None, market.PlaceOne(0, Side.Ask, 3_000, 1, out _, unixSeconds: 10_000));
        Assert.Equal(BookError.NotTrading, market.PlaceOne(0, Side.Ask, 3_000, 1, out _, unixSeconds: 10_001));
        Assert.Equal(BookError.None, market.SetMark(Authority, 1_025));
        events = new EventWriter(new BookEvent[100], 0, 10_001);
        Assert.Equal(BookError.NotAuthority, market.Settle(TestMarket.OwnerOf(0), 1, ref events, out _));
        Assert.Equal(BookError.InvalidLimit, market.Settle(Authority, 0, ref events, out _));
        Assert.Equal(BookError.None, market.Settle(Authority, 2, ref events, out bool isDone));
        Assert.False(isDone);
        market.AssertSound();
        Assert.Equal(BookError.NotTrading, market.SetMark(Authority, 1_026));
        Assert.Equal(BookError.NotTrading, market.OpenAccount(TestMarket.OwnerOf(9), out _));
        Assert.Equal(BookError.None, market.Settle(Authority, 2, ref events, out isDone));
        Assert.True(isDone);

        // 15 ticks of 10 atoms a lot: the short of 7 loses 1,050, the longs of 5 and 2 win 750 and 300.
        Assert.Equal((98_950, 100_750, 100_300), (market.Account(0).Cash.Value, market.Account(1).Cash.Value, market.Account(2).Cash.Value));
        Assert.Equal(0U, market.Market.Header.Bids.OrderCount + market.Market.Header.Asks.OrderCount);
        Assert.Equal(BookError.None, market.Withdraw(1, 100_750));
        Assert.Equal(BookError.None, market.Settle(Authority, 2, ref events, out isDone));
        Assert.True(isDone);
        market.AssertSound();
    }

    [Fact]
    public void Terms_and_markets_that_do_not_fit_are_refused()
    {
        InstrumentTerms perpetual = TestDerivative.PerpetualTerms;
        InstrumentTerms future = TestDerivative.FutureTerms;
        Refuse<Perpetual>(BookError.InvalidInstrument, perpetual with { AccountCapacity = 0 });
        Refuse<Perpetual>(BookError.InvalidInstrument, perpetual with { AccountCapacity = MarketLayout.MaxSeats + 1 });
        Refuse<Perpetual>(BookError.InvalidInstrument, perpetual with { MaintenanceMarginBps = 0 });
        Refuse<Perpetual>(BookError.InvalidInstrument, perpetual with { MaintenanceMarginBps = 1_000 });
        Refuse<Perpetual>(BookError.InvalidInstrument, perpetual with { InitialMarginBps = 10_001 });
        Refuse<Perpetual>(BookError.InvalidInstrument, perpetual with { LiquidationFeeBps = 1_001 });
        Refuse<Perpetual>(BookError.InvalidInstrument, perpetual with { MaxFundingPpm = 1_000_001 });
        Refuse<Perpetual>(BookError.InvalidInstrument, future);
        Refuse<DatedFuture>(BookError.InvalidInstrument, perpetual);
        Refuse<Perpetual>(BookError.MemoryTooShort, perpetual with { AccountCapacity = 9 });

        DerivativeMarket<Perpetual> market = TestDerivative.Create<Perpetual>(perpetual, out TrackedMemory memory);
        Assert.Equal(BookError.NotALedger, DerivativeMarket.TryOpen(memory, out DerivativeMarket<DatedFuture> _));
        Assert.Equal(BookError.MemoryNotEmpty, DerivativeMarket.TryCreate(memory, perpetual, out DerivativeMarket<Perpetual> _));
        Assert.Equal(BookError.NoMarkPrice, Opened(market).PlaceOne(0, Side.Bid, 5, 1, out _));
        Assert.Equal(BookError.InvalidMark, market.SetMark(Authority, 0));
        Assert.Equal(BookError.InvalidMark, market.SetMark(Authority, LedgerLayout.MaxLotValueAtoms));
        Assert.Equal(BookError.None, market.SetMark(Authority, 100));
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 0);
        var stop = new NewOrder(Side.Bid, OrderType.Limit, 5, 1, TriggerTicks: 7);
        Assert.Equal(BookError.InvalidOrderType, market.Place(0, stop, ref events, out _));
        Assert.Equal(BookError.ValueOverflow, market.PlaceOne(0, Side.Bid, ulong.MaxValue, 1, out _));
        Assert.Equal(BookError.PositionLimit, market.PlaceOne(0, Side.Bid, 1, 1UL << 40, out _));
        Assert.Equal(BookError.UnknownSeat, market.PlaceOne(1, Side.Bid, 1, 1, out _));

        // A halt is the market's, and known to the ledger; an order past the ledger is not.
        Assert.Equal(BookError.None, market.SetPhase(Authority, MarketPhase.Halted, ref events));
        Assert.Equal(BookError.None, market.Deposit(0, 1_000_000));
        Assert.Equal(BookError.MarketHalted, market.PlaceOne(0, Side.Bid, 1, 1, out _));
        Assert.Equal(BookError.None, market.SetPhase(Authority, MarketPhase.Continuous, ref events));
        Assert.Equal(BookError.None, DerivativeMarket.TryOpen(memory, out market));
        market.Market.PlaceOk(0, Side.Bid, 1, 1);
        Assert.Equal(BookError.CorruptMarket, DerivativeMarket.TryOpen(memory, out market));

        static DerivativeMarket<Perpetual> Opened(DerivativeMarket<Perpetual> market)
        {
            Assert.Equal(BookError.None, market.OpenAccount(TestMarket.OwnerOf(0), out _));
            return market;
        }

        static void Refuse<T>(BookError expected, in InstrumentTerms terms)
            where T : struct, IInstrument
        {
            MarketParameters parameters = TestDerivative.Parameters;
            var memory = new TrackedMemory((int)DerivativeMarket.RequiredBytes(new(300, 300, 1), 8));
            Assert.Equal(BookError.None, Market.TryCreate(memory, parameters, out _));
            memory.ClearDirty();
            Assert.Equal(expected, DerivativeMarket.TryCreate(memory, terms, out DerivativeMarket<T> _));
            Assert.False(memory.IsDirty);
        }
    }

    [Fact]
    public void A_market_with_seats_or_with_orders_takes_no_ledger()
    {
        var size = (int)DerivativeMarket.RequiredBytes(new(300, 300, 1), 8);
        var memory = new TrackedMemory(size);
        Assert.Equal(BookError.None, Market.TryCreate(memory, TestDerivative.Parameters with { Flags = MarketFlags.None }, out _));
        Assert.Equal(
            BookError.InvalidInstrument,
            DerivativeMarket.TryCreate(memory, TestDerivative.PerpetualTerms, out DerivativeMarket<Perpetual> _));
        memory = new TrackedMemory(size);
        Assert.Equal(BookError.None, Market.TryCreate(memory, TestDerivative.Parameters, out Market market));
        market.PlaceOk(0, Side.Bid, 1, 1);
        Assert.Equal(
            BookError.InvalidInstrument,
            DerivativeMarket.TryCreate(memory, TestDerivative.PerpetualTerms, out DerivativeMarket<Perpetual> _));
    }

    [Fact]
    public void In_native_memory_the_same_operations_give_the_same_bytes_and_in_tracked_memory_they_are_undone()
    {
        DerivativeMarket<Perpetual> market = TestDerivative.CreateWithAccounts<Perpetual>(
            TestDerivative.PerpetualTerms, 2, 10_000, 1_000, out TrackedMemory memory);
        byte[] before = memory.Bytes.ToArray();
        memory.Checkpoint();
        market.PlaceOk(0, Side.Ask, 1_000, 5);
        market.PlaceOk(1, Side.Bid, 1_000, 5);
        byte[] after = memory.Bytes.ToArray();
        memory.Rollback();
        Assert.True(memory.Bytes.SequenceEqual(before));

        using var region = new NativeRegion(new NativeRegionOptions(memory.Length));
        Assert.Equal(BookError.None, Market.TryCreate(region, 0, memory.Length, TestDerivative.Parameters, out _));
        Assert.Equal(
            BookError.None, DerivativeMarket.TryCreate(region, 0, memory.Length, TestDerivative.PerpetualTerms, out market));
        for (uint seat = 0; seat < 2; seat++)
        {
            Assert.Equal(BookError.None, market.OpenAccount(TestMarket.OwnerOf(seat), out _));
            Assert.Equal(BookError.None, market.Deposit(seat, 10_000));
        }

        Assert.Equal(BookError.None, market.SetMark(Authority, 1_000));
        Assert.Equal(BookError.None, DerivativeMarket.TryOpen(region, 0, memory.Length, out market));
        market.PlaceOk(0, Side.Ask, 1_000, 5);
        market.PlaceOk(1, Side.Bid, 1_000, 5);
        Assert.True(region.Slice(0, memory.Length).SequenceEqual(after));
    }

    [Fact]
    public void Trading_funding_and_liquidating_allocate_nothing()
    {
        DerivativeMarket<Perpetual> market = TestDerivative.CreateWithAccounts<Perpetual>(
            TestDerivative.PerpetualTerms, 4, 10_000, 1_000, out _);
        var buffer = new BookEvent[DerivativeMarket<Perpetual>.MaxEventsPerLiquidation];
        Play(market, buffer, 1);

        // The runtime may allocate on this thread once, when it optimises what runs here: these would do so every time.
        var allocated = new long[5];
        for (int round = 0; round < allocated.Length; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            int done = Play(market, buffer, (ulong)round + 2);
            allocated[round] = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(done > 500, $"only {done} operations were accepted.");
        }

        Assert.Contains(0L, allocated);
    }

    private static int Play(DerivativeMarket<Perpetual> market, BookEvent[] buffer, ulong round)
    {
        int done = 0;
        for (uint i = 0; i < 1_000; i++)
        {
            var events = new EventWriter(buffer, i, i);
            var order = new NewOrder((Side)(i % 3 % 2), OrderType.Limit, 990 + (i * 7 % 20), 1 + (i % 3));
            done += market.Place(i % 4, order, ref events, out _) == BookError.None ? 1 : 0;
            events.Clear();
            market.SetMark(Authority, 900 + (i * 13 % 200));
            done += market.Liquidate(i % 4, ref events, out _) == BookError.None ? 1 : 0;
            market.AddFunding(Authority, (int)(i % 100), ((round * 1_000) + i) * 3_600);
            market.SettleFunding(2, out _);
            market.Deposit(i % 4, 200);
            events.Clear();
            if (i % 10 == 0)
                market.CancelAll(i / 10 % 4, ref events, out _);
        }

        return done;
    }
}
