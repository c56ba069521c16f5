using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>Commands over two markets in two shards: wholly or not at all.</summary>
public class ShardTransferTests
{
    private const ulong Funds = 100_000;

    [Fact]
    public void A_transfer_moves_free_balance_to_another_market()
    {
        using var rig = new Rig();
        Assert.Equal(ShardSubmission.Accepted, rig.Engine.SubmitTransfer(new(0, 1, Asset.Quote), new(1, 2, Asset.Quote), 30_000));
        rig.Engine.Drain();
        Assert.Equal(
            ["0 leg 0: Debit of 1: None (leg 0) 0 0 0 0 0 None 0 events ", "0 leg 1: Credit of 2: None (leg 0) 0 0 0 0 0 None 0 events "],
            [rig.Record.Of(0)[0], rig.Record.Of(1)[0]]);
        Assert.Equal(Funds - 30_000, rig.Market(0).Seat(1).QuoteFree);
        Assert.Equal(Funds + 30_000, rig.Market(1).Seat(2).QuoteFree);
        Assert.Equal((3 * Funds) + 30_000, rig.Market(1).Header.QuoteTotal);
    }

    [Theory]
    [InlineData(0, 1, Funds + 1, BookError.InsufficientFunds, 0)]
    [InlineData(0, 9, 1, BookError.UnknownSeat, 1)]
    [InlineData(9, 9, 1, BookError.UnknownSeat, 0)]
    [InlineData(0, 0, 0, BookError.InvalidAmount, 0)]
    public void A_transfer_that_one_side_refuses_changes_neither(uint from, uint to, ulong atoms, BookError error, int leg)
    {
        using var rig = new Rig();
        Hash256 before = rig.Engine.Digest();
        Assert.Equal(ShardSubmission.Accepted, rig.Engine.SubmitTransfer(new(0, from, Asset.Base), new(1, to, Asset.Base), atoms));
        rig.Engine.Drain();
        Assert.Equal(before, rig.Engine.Digest());
        Assert.Contains($"Debit of {from}: {error} (leg {leg})", rig.Record.Of(0)[0], StringComparison.Ordinal);
        Assert.Contains($"Credit of {to}: {error} (leg {leg})", rig.Record.Of(1)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_transfer_that_the_target_cannot_hold_leaves_the_source_as_it_was()
    {
        using var rig = new Rig();
        rig.Engine.Submit(ShardCommand.Credit(1, 0, Asset.Base, ulong.MaxValue - (3 * Funds)));
        rig.Engine.Drain();
        Hash256 before = rig.Engine.Digest();
        rig.Engine.SubmitTransfer(new(0, 0, Asset.Base), new(1, 0, Asset.Base), 1);
        rig.Engine.Drain();
        Assert.Contains("BalanceOverflow (leg 1)", rig.Record.Of(0)[0], StringComparison.Ordinal);
        Assert.Equal(before, rig.Engine.Digest());
    }

    [Fact]
    public void A_vote_is_about_the_book_after_what_is_due()
    {
        using var rig = new Rig();
        var good = new NewOrder(Side.Ask, OrderType.Limit, 10, 5, Expiry: Expiry.AtSlot(4));
        rig.Engine.Submit(ShardCommand.Place(0, 0, good, slot: 1));
        rig.Engine.Submit(Order(1, 0, Side.Bid, OrderType.Limit, 5));

        // In slot 9 the order that the first leg would take is no longer good.
        var leg = new NewOrder(Side.Bid, OrderType.FillOrKill, 10, 5);
        Assert.Equal(
            ShardSubmission.Accepted,
            rig.Engine.SubmitTogether([ShardCommand.Place(0, 1, leg, slot: 9), Order(1, 1, Side.Ask, OrderType.FillOrKill, 5)]));
        rig.Engine.Drain();
        Assert.Contains("Advance of 0: None", rig.Record.Of(0)[1], StringComparison.Ordinal);
        Assert.Contains("1 events", rig.Record.Of(0)[1], StringComparison.Ordinal);
        Assert.Contains("WouldNotFill (leg 0)", rig.Record.Of(0)[2], StringComparison.Ordinal);
        Assert.Contains("WouldNotFill (leg 0)", rig.Record.Of(1)[1], StringComparison.Ordinal);
        Assert.Equal((0ul, 0u), (rig.Market(1).Header.TradeCount, rig.Market(0).Header.Asks.OrderCount));
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public void Two_fill_or_kill_orders_fill_both_or_none(ulong secondLots, bool isFilled)
    {
        using var rig = new Rig();
        rig.Engine.Submit(Order(0, 0, Side.Ask, OrderType.Limit, 5));
        rig.Engine.Submit(Order(1, 0, Side.Bid, OrderType.Limit, 5));
        rig.Engine.Drain();
        Hash256 before = rig.Engine.Digest();
        ShardCommand[] legs = [Order(0, 1, Side.Bid, OrderType.FillOrKill, 5), Order(1, 1, Side.Ask, OrderType.FillOrKill, secondLots)];
        Assert.Equal(ShardSubmission.Accepted, rig.Engine.SubmitTogether(legs));
        rig.Engine.Drain();
        Assert.Equal(isFilled, before != rig.Engine.Digest());
        Assert.Equal(isFilled ? (1ul, 1ul) : (0ul, 0ul), (rig.Market(0).Header.TradeCount, rig.Market(1).Header.TradeCount));
        Assert.Contains(isFilled ? "None" : "WouldNotFill (leg 1)", rig.Record.Of(0)[1], StringComparison.Ordinal);
        Assert.Contains(isFilled ? "None" : "WouldNotFill (leg 1)", rig.Record.Of(1)[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_not_the_form_of_a_command_gets_no_number()
    {
        using var rig = new Rig();
        ShardCommand zero = Order(0, 0, Side.Bid, OrderType.Limit, 1), one = Order(1, 0, Side.Bid, OrderType.Limit, 1);
        Assert.Equal(ShardSubmission.UnknownMarket, rig.Engine.Submit(Order(3, 0, Side.Bid, OrderType.Limit, 1)));
        Assert.Equal(ShardSubmission.UnknownMarket, rig.Engine.Submit(Order(-1, 0, Side.Bid, OrderType.Limit, 1)));
        Assert.Equal(ShardSubmission.InvalidKind, rig.Engine.Submit(default(ShardCommand)));
        Assert.Equal(ShardSubmission.InvalidKind, rig.Engine.Submit(ShardCommand.Together(0, 2)));
        Assert.Equal(ShardSubmission.InvalidLegs, rig.Engine.SubmitTogether([zero]));
        Assert.Equal(ShardSubmission.InvalidLegs, rig.Engine.SubmitTogether(new ShardCommand[9]));
        Assert.Equal(ShardSubmission.InvalidKind, rig.Engine.SubmitTogether([zero, ShardCommand.CancelAll(1, 0, 5)]));
        Assert.Equal(ShardSubmission.MarketTwice, rig.Engine.SubmitTogether([zero, one, zero]));
        Assert.Equal(ShardSubmission.UnknownMarket, rig.Engine.SubmitTogether([zero, Order(7, 0, Side.Bid, OrderType.Limit, 1)]));
        Assert.Equal(ShardSubmission.DifferentAssets, rig.Engine.SubmitTransfer(new(0, 0, Asset.Base), new(1, 0, Asset.Quote), 1));
        Assert.Equal(ShardSubmission.DifferentAssets, rig.Engine.SubmitTransfer(new(0, 0, (Asset)2), new(1, 0, (Asset)2), 1));
        Assert.Equal(ShardSubmission.UnknownMarket, rig.Engine.SubmitTransfer(new(0, 0, Asset.Base), new(3, 0, Asset.Base), 1));
        Assert.Equal(ShardSubmission.MarketTwice, rig.Engine.SubmitTransfer(new(0, 0, Asset.Base), new(0, 1, Asset.Base), 1));
        Assert.Equal(0, rig.Engine.NextNumber);
        rig.Engine.Stop();
        Assert.Equal(ShardSubmission.Stopped, rig.Engine.Submit(zero));
        Assert.Equal(ShardSubmission.Stopped, rig.Engine.SubmitTogether([zero, one]));
    }

    [Fact]
    public void An_engine_is_made_of_markets_and_valid_options()
    {
        TrackedMemory[] markets = ShardFlow.OpenMarkets(2);
        var record = new ShardRecord(2);
        Assert.Throws<ArgumentException>(() => new ShardedMarkets([new TrackedMemory(4_096)], new ShardOptions(), record));
        foreach (ShardOptions options in (ShardOptions[])[
            new() { Shards = 0 }, new() { Shards = 65 }, new() { RingCapacity = 3 }, new() { TogetherCapacity = 0 }, new() { TogetherCapacity = 6 }])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new ShardedMarkets(markets, options, record));
        }

        Assert.Throws<ArgumentException>(() => new ShardedMarkets(markets, new ShardOptions { ShardOfMarket = [0] }, record));
        Assert.Throws<ArgumentException>(() => new ShardedMarkets(markets, new ShardOptions { ShardOfMarket = [0, 1] }, record));
    }

    private static ShardCommand Order(int market, uint seat, Side side, OrderType type, ulong lots) =>
        ShardCommand.Place(market, seat, new NewOrder(side, type, 10, lots));

    /// <summary>Three markets of the same mints with three seats each, the first two in shards of their own.</summary>
    private sealed class Rig : IDisposable
    {
        private readonly TrackedMemory[] _memories = new TrackedMemory[3];

        public Rig()
        {
            for (int i = 0; i < _memories.Length; i++)
                TestMarket.CreateWithSeats(TestMarket.Parameters, 3, Funds, out _memories[i]);
            Engine = new ShardedMarkets(_memories, new ShardOptions { Shards = 2 }, Record);
            Engine.Start();
        }

        public ShardRecord Record { get; } = new(3);

        public ShardedMarkets Engine { get; }

        /// <summary>While the engine is drained.</summary>
        public Market Market(int index)
        {
            Assert.Equal(BookError.None, OrderBook.Market.TryOpen(_memories[index], out Market market));
            return market;
        }

        public void Dispose() => Engine.Dispose();
    }
}
