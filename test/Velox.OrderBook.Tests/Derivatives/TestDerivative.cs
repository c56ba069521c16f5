using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>Derivatives for tests.</summary>
internal static class TestDerivative
{
    public static MarketParameters Parameters => TestMarket.Parameters with
    {
        Flags = MarketFlags.MatchingOnly,
        LotSize = 1,
        TickSize = 10,
        OrderCapacity = 300,
        BlockCapacity = 300,
        SeatCapacity = 1,
        MaxOpenOrdersPerSeat = 1,
    };

    public static InstrumentTerms FutureTerms => new()
    {
        AccountCapacity = 8,
        InitialMarginBps = 1_000,
        MaintenanceMarginBps = 500,
        LiquidationFeeBps = 50,
        Expiry = Expiry.AtTime(10_000),
    };

    public static InstrumentTerms PerpetualTerms => FutureTerms with
    {
        Expiry = Expiry.Never,
        FundingIntervalSeconds = 3_600,
        MaxFundingPpm = 10_000,
    };

    public static DerivativeMarket<T> Create<T>(in InstrumentTerms terms, out TrackedMemory memory)
        where T : struct, IInstrument => Create<T>(terms, Parameters, out memory);

    public static DerivativeMarket<T> Create<T>(in InstrumentTerms terms, in MarketParameters parameters, out TrackedMemory memory)
        where T : struct, IInstrument
    {
        var capacities = new MarketCapacities(parameters.OrderCapacity, parameters.BlockCapacity, parameters.SeatCapacity);
        memory = new TrackedMemory((int)DerivativeMarket.RequiredBytes(capacities, terms.AccountCapacity));
        Assert.Equal(BookError.None, Market.TryCreate(memory, parameters, out _));
        Assert.Equal(BookError.None, DerivativeMarket.TryCreate(memory, terms, out DerivativeMarket<T> market));
        return market;
    }

    /// <summary>Accounts 0..count-1, each with the same collateral, and a mark price.</summary>
    public static DerivativeMarket<T> CreateWithAccounts<T>(
        in InstrumentTerms terms, int count, ulong atoms, ulong markTicks, out TrackedMemory memory)
        where T : struct, IInstrument
    {
        DerivativeMarket<T> market = Create<T>(terms, out memory);
        for (uint i = 0; i < count; i++)
        {
            Assert.Equal(BookError.None, market.OpenAccount(TestMarket.OwnerOf(i), out uint seat));
            Assert.Equal(i, seat);
            Assert.Equal(BookError.None, market.Deposit(seat, atoms));
        }

        Assert.Equal(BookError.None, market.SetMark(TestMarket.Authority, markTicks));
        return market;
    }

    public static BookError PlaceOne<T>(
        this DerivativeMarket<T> market, uint seat, Side side, ulong price, ulong lots, out OperationResult result,
        OrderType type = OrderType.Limit, ulong unixSeconds = 1)
        where T : struct, IInstrument
    {
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 0, unixSeconds);
        return market.Place(seat, new NewOrder(side, type, price, lots), ref events, out result);
    }

    public static OperationResult PlaceOk<T>(
        this DerivativeMarket<T> market, uint seat, Side side, ulong price, ulong lots, OrderType type = OrderType.Limit)
        where T : struct, IInstrument
    {
        Assert.Equal(BookError.None, market.PlaceOne(seat, side, price, lots, out OperationResult result, type));
        return result;
    }

    public static MarginAccount Account<T>(this DerivativeMarket<T> market, uint seat)
        where T : struct, IInstrument
    {
        Assert.True(market.TryGetAccount(seat, out MarginAccount account));
        return account;
    }

    public static void AssertSound<T>(this DerivativeMarket<T> market, string where = "")
        where T : struct, IInstrument
    {
        BookError error = market.CheckInvariants(out string detail);
        Assert.True(error == BookError.None, $"{where} {error}: {detail}");
    }
}
