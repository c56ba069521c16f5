using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Samples.Derivatives;

/// <summary>The life of a few positions: trades, funding, a liquidation, and what is left.</summary>
public static class DerivativesExample
{
    private const uint Maker = 0;
    private const uint Alice = 1;
    private const uint Bob = 2;

    private static readonly Address Authority = AddressOf(9);

    /// <summary>Runs the example.</summary>
    /// <param name="output">Says what happens, line by line.</param>
    public static void Run(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        DerivativeMarket<TieredPerpetual> market = Create();
        var buffer = new BookEvent[DerivativeMarket<TieredPerpetual>.MaxEventsPerLiquidation];
        var events = new EventWriter(buffer, slot: 1, unixSeconds: 3_600);
        foreach ((uint seat, ulong atoms) in ((uint, ulong)[])[(Maker, 5_000_000), (Alice, 200_000), (Bob, 40_000)])
        {
            Expect(market.OpenAccount(AddressOf((byte)(seat + 1)), out _));
            Expect(market.Deposit(seat, atoms));
        }

        // A lot at a tick is 10 atoms: a lot is worth 10,000.
        Expect(market.SetMark(Authority, 1_000));
        Expect(market.Place(Maker, new NewOrder(Side.Bid, OrderType.Limit, 940, 500), ref events, out _));
        Expect(market.Place(Maker, new NewOrder(Side.Ask, OrderType.Limit, 1_000, 500), ref events, out _));
        Expect(market.Place(Alice, new NewOrder(Side.Bid, OrderType.ImmediateOrCancel, 1_000, 50), ref events, out _));
        Expect(market.Place(Bob, new NewOrder(Side.Bid, OrderType.ImmediateOrCancel, 1_000, 30), ref events, out _));
        output.WriteLine($"Alice is long {PositionOf(market, Alice)} lots, Bob {PositionOf(market, Bob)}, open interest is {market.Ledger.OpenInterestLots}");
        BookError more = market.Place(Bob, new NewOrder(Side.Bid, OrderType.Limit, 1_000, 11), ref events, out _);
        output.WriteLine($"Bob asks for 11 more: {more}");

        // 100 millionths of 10,000 atoms are one atom a lot.
        Expect(market.AddFunding(Authority, ratePpm: 100, unixSeconds: 3_600));
        output.WriteLine($"Funding: Alice is worth {market.MarginOf(Alice).Equity}, Bob {market.MarginOf(Bob).Equity}");

        // 30 lots at 910 are worth 273,000 atoms; 5 % of that are the maintenance margin.
        Expect(market.SetMark(Authority, 910));
        events.Clear();
        MarginState margin = market.MarginOf(Bob);
        output.WriteLine($"Mark price 910: Bob is worth {margin.Equity}, and needs {margin.MaintenanceMargin}");
        Expect(market.Liquidate(Bob, ref events, out OperationResult closed));
        output.WriteLine($"Bob is liquidated: {closed.FilledLots} lots closed, {market.MarginOf(Bob).Equity} atoms are left, {market.Ledger.InsuranceAtoms} went to the insurance fund");

        Expect(market.SettleFunding(LedgerLayout.MaxAccountsPerStep, out _));
        Int128 worth = market.Ledger.InsuranceAtoms + market.Ledger.FundingPool.Value;
        foreach (uint seat in (uint[])[Maker, Alice, Bob])
            worth += market.MarginOf(seat).Equity;
        output.WriteLine($"All together are worth {worth} atoms, {market.Ledger.VaultAtoms} were paid in");
        output.WriteLine($"Sound: {market.CheckInvariants(out _) == BookError.None}");
    }

    private static DerivativeMarket<TieredPerpetual> Create()
    {
        var parameters = new MarketParameters
        {
            Flags = MarketFlags.MatchingOnly,
            Authority = Authority,
            LotSize = 1,
            TickSize = 10,
            OrderCapacity = 1_000,
            BlockCapacity = 100,
            SeatCapacity = 1,
            MaxOpenOrdersPerSeat = 1,
        };
        var terms = new InstrumentTerms
        {
            AccountCapacity = 16,
            InitialMarginBps = 1_000,
            MaintenanceMarginBps = 500,
            LiquidationFeeBps = 50,
            FundingIntervalSeconds = 3_600,
            MaxFundingPpm = 5_000,
        };
        var memory = new TrackedMemory((int)DerivativeMarket.RequiredBytes(
            new MarketCapacities(parameters.OrderCapacity, parameters.BlockCapacity, parameters.SeatCapacity),
            terms.AccountCapacity));
        Expect(Market.TryCreate(memory, parameters, out _));
        Expect(DerivativeMarket.TryCreate(memory, terms, out DerivativeMarket<TieredPerpetual> market));
        return market;
    }

    private static long PositionOf(DerivativeMarket<TieredPerpetual> market, uint seat) =>
        market.TryGetAccount(seat, out MarginAccount account) ? account.PositionLots : 0;

    private static Address AddressOf(byte number)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        bytes[0] = number;
        return new Address(bytes);
    }

    private static void Expect(BookError error)
    {
        if (error != BookError.None)
            throw new InvalidOperationException($"The market said {error}.");
    }
}
