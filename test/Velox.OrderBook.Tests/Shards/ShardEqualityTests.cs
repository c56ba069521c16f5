using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>The same inputs give the same bytes, answers and events: with any number of shards, and without any.</summary>
public class ShardEqualityTests
{
    private const int Markets = 10;
    private const int Inputs = 8_000;

    [Theory]
    [InlineData(801)]
    [InlineData(802)]
    [InlineData(803)]
    public void Any_number_of_shards_does_what_no_shards_do(int seed)
    {
        (ShardInput[] inputs, ShardRecord expected, Hash256 digest, _) = PlayPlainly(seed);
        var random = new Random(seed);
        ShardOptions[] all =
        [
            new() { Shards = 1 },
            new() { Shards = 2, RingCapacity = 64, TogetherCapacity = 4 },
            new() { Shards = 8, RingCapacity = 16, TogetherCapacity = 1 },
            new() { Shards = 8, Wait = WaitKind.Park },
            new() { Shards = 3, RingCapacity = 2, Wait = WaitKind.SpinThenYield, ShardOfMarket = [.. Enumerable.Range(0, Markets).Select(_ => random.Next(3))] },
        ];
        foreach (ShardOptions options in all)
        {
            string name = $"seed {seed}, {options.Shards} shards, ring {options.RingCapacity}";
            var record = new ShardRecord(Markets);
            using var engine = new ShardedMarkets(ShardFlow.OpenMarkets(Markets), options, record);
            engine.Start();
            SubmitAll(engine, inputs, new Random(seed));
            engine.Stop();
            for (int market = 0; market < Markets; market++)
                AssertSame(expected.Of(market), record.Of(market), $"{name}, market {market}");
            Assert.True(digest == engine.Digest(), $"{name}: the slabs differ.");
            Assert.Equal(inputs.Length, engine.Counts.Accepted);
        }
    }

    [Theory]
    [InlineData(811)]
    [InlineData(812)]
    public void Money_is_neither_made_nor_lost(int seed)
    {
        (ShardInput[] inputs, _, _, PlainShards plain) = PlayPlainly(seed);
        TrackedMemory[] memories = ShardFlow.OpenMarkets(Markets);
        Dictionary<Address, Int128> before = Totals(memories);
        using var engine = new ShardedMarkets(memories, new ShardOptions { Shards = 4, TogetherCapacity = 8 }, new ShardRecord(Markets));
        engine.Start();
        SubmitAll(engine, inputs, new Random(seed));
        engine.Stop();

        foreach ((Address mint, Int128 after) in Totals(memories))
            Assert.True(before[mint] + plain.Deposits.GetValueOrDefault(mint) == after, $"seed {seed}: {mint} went from {before[mint]} to {after}.");
        foreach (TrackedMemory memory in memories)
            Open(memory).AssertSound();
    }

    /// <summary>A flow in which nothing is refused, or everything, would prove little.</summary>
    [Fact]
    public void The_flow_has_every_kind_of_outcome()
    {
        (_, _, _, PlainShards plain) = PlayPlainly(801);
        foreach (BookError error in (BookError[])[
            BookError.None, BookError.UnknownSeat, BookError.InvalidAmount, BookError.InsufficientFunds, BookError.BalanceOverflow,
            BookError.WouldNotFill, BookError.DuplicateClientOrderId, BookError.MarketHalted, BookError.TypeNotInCall,
            BookError.UncrossPending, BookError.SeatStopped, BookError.OutsidePriceBand, BookError.SeatNotionalFull])
        {
            Assert.True(plain.Together.GetValueOrDefault(error) > 5, $"{error}: {plain.Together.GetValueOrDefault(error)}");
        }

        foreach (ShardCommandKind kind in Enum.GetValues<ShardCommandKind>())
        {
            if (ShardOperations.MayStandAlone(kind) && kind != ShardCommandKind.Advance)
                Assert.True(plain.Done.GetValueOrDefault(kind) > 0, $"{kind}: {plain.Done.GetValueOrDefault(kind)}");
        }

        Assert.True(plain.Together[BookError.None] > 200);
        Assert.True(plain.UnfinishedSteps > 0);
    }

    private static (ShardInput[] Inputs, ShardRecord Record, Hash256 Digest, PlainShards Plain) PlayPlainly(int seed)
    {
        TrackedMemory[] memories = ShardFlow.OpenMarkets(Markets);
        var record = new ShardRecord(Markets);
        var plain = new PlainShards(memories, record);
        var flow = new ShardFlow(seed, Markets);
        var inputs = new ShardInput[Inputs];
        for (int i = 0; i < Inputs; i++)
        {
            inputs[i] = flow.Next();
            flow.Remember(plain.Play(in inputs[i]).OrderId);
        }

        using var engine = new ShardedMarkets(memories, new ShardOptions(), record);
        return (inputs, record, engine.Digest(), plain);
    }

    /// <summary>One by one and several at once, as it comes.</summary>
    private static void SubmitAll(ShardedMarkets engine, ShardInput[] inputs, Random random)
    {
        var alone = new List<ShardCommand>();
        foreach (ShardInput input in inputs)
        {
            if (input.IsTogether || random.Next(10) == 0)
                Flush(engine, alone);
            if (input.IsTogether)
                Assert.Equal(ShardSubmission.Accepted, engine.SubmitTogether(input.Legs));
            else
                alone.Add(input.Legs[0]);
        }

        Flush(engine, alone);
    }

    private static void Flush(ShardedMarkets engine, List<ShardCommand> alone)
    {
        Assert.Equal(ShardSubmission.Accepted, engine.Submit(alone.ToArray(), out int accepted));
        Assert.Equal(alone.Count, accepted);
        alone.Clear();
    }

    private static void AssertSame(IReadOnlyList<string> expected, IReadOnlyList<string> actual, string name)
    {
        for (int i = 0; i < Math.Min(expected.Count, actual.Count); i++)
            Assert.True(expected[i] == actual[i], $"{name}, answer {i}:\n{expected[i]}\n{actual[i]}");
        Assert.True(expected.Count == actual.Count, $"{name}: {expected.Count} answers, not {actual.Count}.");
    }

    private static Dictionary<Address, Int128> Totals(TrackedMemory[] memories)
    {
        var totals = new Dictionary<Address, Int128>();
        foreach (TrackedMemory memory in memories)
        {
            ref readonly MarketHeader header = ref Open(memory).Header;
            totals[header.BaseMint] = totals.GetValueOrDefault(header.BaseMint) + header.BaseTotal;
            totals[header.QuoteMint] = totals.GetValueOrDefault(header.QuoteMint) + header.QuoteTotal;
        }

        return totals;
    }

    private static Market Open(TrackedMemory memory)
    {
        Assert.Equal(BookError.None, Market.TryOpen(memory, out Market market));
        return market;
    }
}
