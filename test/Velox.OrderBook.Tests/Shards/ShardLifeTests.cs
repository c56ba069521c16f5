using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>Limits, back-pressure, the end, and failures.</summary>
public class ShardLifeTests
{
    private const int Markets = 4;

    [Fact]
    public void A_full_ring_refuses_and_is_counted_and_what_was_taken_is_answered()
    {
        var record = new ShardRecord(Markets);
        using ShardedMarkets engine = Create(new ShardOptions { Shards = 2, RingCapacity = 4 }, record);
        for (int i = 0; i < 4; i++)
            Assert.Equal(ShardSubmission.Accepted, engine.TrySubmit(Order(0)));
        Assert.Equal(ShardSubmission.RingFull, engine.TrySubmit(Order(0)));
        Assert.Equal(ShardSubmission.RingFull, engine.Submit([Order(1), Order(2), Order(1)], out int accepted));
        Assert.Equal(1, accepted);

        // To no shard when one has no room: the other must not wait for it.
        Assert.Equal(ShardSubmission.RingFull, engine.TrySubmitTogether([Order(0), Order(1)]));
        Assert.Equal(new ShardCounts(5, 3, 0), engine.Counts);
        engine.Start();
        engine.Stop();
        Assert.Equal((4, 1), (record.Of(0).Count, record.Of(1).Count));
    }

    [Fact]
    public void A_full_table_refuses_and_is_counted()
    {
        var record = new ShardRecord(Markets);
        using ShardedMarkets engine = Create(new ShardOptions { Shards = 2, TogetherCapacity = 2 }, record);
        Assert.Equal(ShardSubmission.Accepted, engine.TrySubmitTogether([Order(0), Order(1)]));
        Assert.Equal(ShardSubmission.Accepted, engine.TrySubmitTogether([Order(2), Order(0)]));
        Assert.Equal(ShardSubmission.TableFull, engine.TrySubmitTogether([Order(0), Order(1)]));
        Assert.Equal(ShardSubmission.TableFull, engine.SubmitTogether([Order(0), Order(1)]));
        Assert.Equal(new ShardCounts(2, 0, 2), engine.Counts);
        engine.Start();
        Assert.Equal(ShardSubmission.Accepted, engine.SubmitTogether([Order(0), Order(1)]));
        engine.Stop();
        Assert.Equal((3, 2, 1), (record.Of(0).Count, record.Of(1).Count, record.Of(2).Count));
    }

    /// <summary>Chains of waiting: each command over markets meets the last one's shard, with the smallest limits.</summary>
    [Theory]
    [InlineData(WaitKind.Adaptive)]
    [InlineData(WaitKind.Park)]
    [InlineData(WaitKind.SpinThenYield)]
    public void Shards_that_wait_for_each_other_in_a_ring_get_on(WaitKind wait)
    {
        const int rounds = 3_000;
        var record = new ShardRecord(Markets);
        using ShardedMarkets engine = Create(new ShardOptions { Shards = Markets, RingCapacity = 2, TogetherCapacity = 4, Wait = wait }, record);
        engine.Start();
        for (int i = 0; i < rounds; i++)
            Assert.Equal(ShardSubmission.Accepted, engine.SubmitTogether([Order(i % Markets), Order((i + 1) % Markets)]));
        engine.Stop();
        Assert.Equal(2 * rounds, Enumerable.Range(0, Markets).Sum(market => record.Of(market).Count));
    }

    [Fact]
    public void Stopping_answers_what_was_submitted_and_may_be_done_twice()
    {
        var record = new ShardRecord(Markets);
        using ShardedMarkets engine = Create(new ShardOptions { Shards = 3 }, record);
        Assert.Equal(ShardSubmission.Accepted, engine.Submit([.. Enumerable.Range(0, 2_000).Select(i => Order(i % Markets))], out _));
        engine.Start();
        Assert.Throws<InvalidOperationException>(engine.Start);
        engine.Stop();
        engine.Stop();
        Assert.Equal(2_000, Enumerable.Range(0, Markets).Sum(market => record.Of(market).Count));
        Assert.Throws<InvalidOperationException>(engine.Drain);
    }

    [Fact]
    public void An_engine_that_never_started_is_stopped_and_disposed_of()
    {
        using ShardedMarkets engine = Create(new ShardOptions(), new ShardRecord(Markets));
        engine.Submit(Order(0));
        Assert.Throws<InvalidOperationException>(() => engine.Digest());
        Assert.Throws<InvalidOperationException>(engine.Drain);
        engine.Stop();
        Assert.Throws<InvalidOperationException>(engine.Start);
    }

    [Fact]
    public void A_failure_in_a_shard_ends_the_engine_and_never_hangs_the_producer()
    {
        var output = new FailingOutput(market: 1, number: 501);
        using ShardedMarkets engine = Create(new ShardOptions { Shards = 2, RingCapacity = 16 }, output);
        engine.Start();
        ShardSubmission submission = ShardSubmission.Accepted;
        for (int i = 0; submission == ShardSubmission.Accepted; i++)
            submission = engine.Submit(Order(i % Markets));
        Assert.Equal(ShardSubmission.Stopped, submission);
        Assert.Throws<ShardFailedException>(engine.Drain);
        ShardFailedException error = Assert.Throws<ShardFailedException>(engine.Stop);
        Assert.Equal((1, output.Error), (error.Shard, error.InnerException));
        Assert.Same(error, engine.Failure);
        Assert.Throws<ShardFailedException>(() => engine.Digest());
    }

    [Fact]
    public void A_shard_that_waits_for_the_vote_of_a_failed_one_ends_too()
    {
        // Shard 1 fails at its first input; shard 0 comes to the command over both and waits.
        var output = new FailingOutput(market: 1, number: 0);
        using ShardedMarkets engine = Create(new ShardOptions { Shards = 2, TogetherCapacity = 1 }, output);
        engine.Submit(Order(1));
        Assert.Equal(ShardSubmission.Accepted, engine.SubmitTogether([Order(0), Order(1)]));
        engine.Start();

        // The table is full until the failure: the producer waits for what will never be.
        Assert.Equal(ShardSubmission.Stopped, engine.SubmitTogether([Order(0), Order(1)]));
        Assert.Throws<ShardFailedException>(engine.Stop);
    }

    [Fact]
    public void A_corrupt_market_is_such_a_failure()
    {
        TrackedMemory[] memories = ShardFlow.OpenMarkets(2);
        using var engine = new ShardedMarkets(memories, new ShardOptions { Shards = 2 }, new ShardRecord(2));

        // Totals below what the seats have: the debit passes its check and then finds that it cannot be.
        memories[1].Write<MarketHeader>(0).QuoteTotal = 0;
        engine.Start();
        engine.Submit(ShardCommand.Debit(1, 0, Asset.Quote, 10));
        Assert.IsType<CorruptMarketException>(Assert.Throws<ShardFailedException>(engine.Drain).InnerException);
    }

    [Fact]
    public void Commands_allocate_nothing_once_it_runs()
    {
        const int inputs = 20_000;
        var output = new AllocationMeter(inputs / 2);
        using ShardedMarkets engine = Create(new ShardOptions { Shards = 1, RingCapacity = 256, TogetherCapacity = 8 }, output);
        engine.Start();
        ShardCommand[] pair = [Order(0), Order(1)];
        long before = 0;
        for (int i = 0; i < inputs; i++)
        {
            if (i == inputs / 2)
                before = GC.GetAllocatedBytesForCurrentThread();
            if (i % 4 == 0)
                engine.SubmitTogether(pair);
            else
                engine.Submit(Order(i % Markets, i % 3 == 0 ? OrderType.Limit : OrderType.ImmediateOrCancel));
        }

        engine.Drain();
        long mine = GC.GetAllocatedBytesForCurrentThread() - before;
        engine.Stop();
        Assert.Equal((0, 0), (mine, output.Bytes));
        Assert.True(output.Answers > inputs);
    }

    private static ShardedMarkets Create(ShardOptions options, IShardOutput output) =>
        new(ShardFlow.OpenMarkets(Markets), options, output);

    private static ShardCommand Order(int market, OrderType type = OrderType.Limit) =>
        ShardCommand.Place(market, 0, new NewOrder(Side.Bid, type, 5, 1));

    private sealed class FailingOutput(int market, long number) : IShardOutput
    {
        public InvalidDataException Error { get; } = new("for the test");

        public void OnAnswer(int shard, in ShardAnswer answer, ReadOnlySpan<BookEvent> events)
        {
            if (answer.Market == market && answer.Number >= number)
                throw Error;
        }
    }

    /// <summary>What the only shard's thread allocates from an answer on.</summary>
    private sealed class AllocationMeter(long from) : IShardOutput
    {
        private long _before = -1;

        public long Bytes { get; private set; }

        public int Answers { get; private set; }

        public void OnAnswer(int shard, in ShardAnswer answer, ReadOnlySpan<BookEvent> events)
        {
            Answers++;
            if (answer.Number < from)
                return;
            long now = GC.GetAllocatedBytesForCurrentThread();
            if (_before < 0)
                _before = now;
            Bytes = now - _before;
        }
    }
}
