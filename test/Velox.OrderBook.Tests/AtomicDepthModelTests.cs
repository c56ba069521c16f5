using Velox.ModelChecking;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>
/// Every execution of two threads that change a depth of two buckets, of two ticks each, while a third one looks for the best
/// price. In the end every lot is where the results say, and the best price is right.
/// </summary>
public unsafe class AtomicDepthModelTests
{
    private const ulong Low = 0;
    private const ulong High = 3; // the upper tick of the upper bucket: the best bid
    private static readonly CheckOptions Long = new() { MaxExecutions = 5_000_000, MaxSteps = 2_000 };

    [Fact]
    public void Two_add_at_one_tick() => Write(Check<Faulty<FencingExchanges>, Patient>((book, depth) =>
    {
        book.Thread(() => book.Add(depth, High, 3));
        book.Thread(() => book.Add(depth, High, 5));
    })).MustPass();

    [Fact]
    public void Two_add_to_two_buckets() => Write(Check<Faulty<FencingExchanges>, Patient>((book, depth) =>
    {
        book.Thread(() => book.Add(depth, Low, 3));
        book.Thread(() => book.Add(depth, High, 5));
    })).MustPass();

    [Fact]
    public void One_empties_the_best_bucket_while_another_fills_the_next() =>
        Write(EmptyAgainstFill<Faulty<FencingExchanges>>(watches: true)).MustPass();

    [Fact]
    public void One_empties_the_best_bucket_while_another_fills_it() => Write(Check<Faulty<FencingExchanges>, Patient>((book, depth) =>
    {
        book.Add(depth, High, 3);
        book.Thread(() => book.Remove(depth, High, 3));
        book.Thread(() => book.Add(depth, High - 1, 5));
    })).MustPass();

    [Fact]
    public void No_lot_is_taken_twice() => Write(Check<Faulty<FencingExchanges>, Patient>((book, depth) =>
    {
        book.Add(depth, High, 5);
        book.Thread(() => book.TakeBest(depth, 3));
        book.Thread(() => book.Remove(depth, High, 3));
    })).MustPass();

    [Fact]
    public void Two_take_the_best() => Write(Check<Faulty<FencingExchanges>, Patient>((book, depth) =>
    {
        book.Add(depth, High, 2);
        book.Add(depth, Low, 2);
        book.Thread(() => book.TakeBest(depth, 2));
        book.Thread(() => book.TakeBest(depth, 3));
    }, watches: false)).MustPass();

    /// <summary>With one try each the second comes too late in some executions, and has changed nothing in them.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_timeout_changes_nothing(bool removes)
    {
        bool hasTimedOut = false;
        Write(Check<Faulty<FencingExchanges>, Hasty>((book, depth) =>
        {
            book.Add(depth, High, 5);
            book.Thread(() => book.Add(depth, High, 3));
            book.Thread(() => hasTimedOut |= (removes
                ? book.Remove(depth, High, 2)
                : book.Add(depth, High, 2)) == DepthResult.Timeout);
        })).MustPass();

        // The adder's tries are at the bucket, the remover's at the tick, which the adder does not try but changes.
        Assert.True(hasTimedOut);
    }

    [Fact]
    public void Exchanges_that_are_no_fences_are_found() =>
        Assert.NotNull(Write(EmptyAgainstFill<CheckedModel>(watches: false)).Finding);

    [Fact]
    public void A_change_that_is_no_exchange_is_found() =>
        Assert.NotNull(Write(Check<Faulty<FillsWithoutExchange>, Patient>((book, depth) =>
        {
            book.Thread(() => book.Add(depth, Low, 3));
            book.Thread(() => book.Add(depth, Low, 5));
        })).Finding);

    private static CheckResult EmptyAgainstFill<TModel>(bool watches)
        where TModel : struct, IMemoryModel => Check<TModel, Patient>(
        (book, depth) =>
        {
            book.Add(depth, High, 3);
            book.Thread(() => book.Remove(depth, High, 3));
            book.Thread(() => book.Add(depth, Low, 5));
        },
        watches);

    private static CheckResult Check<TModel, TShape>(
        Action<Ledger<TModel, TShape>, AtomicDepthCore<TModel, TShape>> define, bool watches = true)
        where TModel : struct, IMemoryModel
        where TShape : struct, IAtomicDepthShape =>
        ModelChecker.Check(
            scenario =>
            {
                var depth = new AtomicDepthCore<TModel, TShape>(
                    scenario.Allocate<byte>("depth", AtomicDepthCore<TModel, TShape>.Bytes), Low);
                depth.Begin();
                var ledger = new Ledger<TModel, TShape>(scenario);
                define(ledger, depth);
                if (watches)
                    scenario.Thread(() => ledger.Watch(depth));
                scenario.Finally(() => ledger.MustBalance(depth));
            },
            Long);

    private static CheckResult Write(CheckResult result)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{result.Executions} executions, {result.Pruned} pruned{(result.Finding is { } finding ? $"; {finding.Kind}: {finding.Message}" : "")}");
        return result;
    }

    private readonly struct Patient : IAtomicDepthShape
    {
        public static int Buckets => 2;

        public static int TicksPerBucket => 2;

        public static int MaxTries => 10;
    }

    private readonly struct Hasty : IAtomicDepthShape
    {
        public static int Buckets => 2;

        public static int TicksPerBucket => 2;

        public static int MaxTries => 1;
    }

    /// <summary>What was done at each tick of the bids. Only the thread whose turn it is runs, so it needs no locks.</summary>
    private sealed class Ledger<TModel, TShape>(Scenario scenario)
        where TModel : struct, IMemoryModel
        where TShape : struct, IAtomicDepthShape
    {
        private const ulong AtMost = 20;

        private readonly long[] _lots = new long[High + 1];
        private readonly HashSet<ulong> _used = [];

        internal void Thread(Action body) => scenario.Thread(body);

        internal DepthResult Add(AtomicDepthCore<TModel, TShape> depth, ulong price, ulong lots)
        {
            _used.Add(price); // before: who looks sees it perhaps before this thread is told
            DepthResult result = depth.Add(Side.Bid, price, lots);
            Assert.True(result is DepthResult.Done or DepthResult.Timeout, $"{result}");
            _lots[price] += result == DepthResult.Done ? (long)lots : 0;
            return result;
        }

        internal DepthResult Remove(AtomicDepthCore<TModel, TShape> depth, ulong price, ulong lots)
        {
            DepthResult result = depth.Remove(Side.Bid, price, lots);
            _lots[price] -= result == DepthResult.Done ? (long)lots : 0;
            return result;
        }

        internal void TakeBest(AtomicDepthCore<TModel, TShape> depth, ulong lots)
        {
            DepthResult result = depth.TakeBest(Side.Bid, Low, lots, out ulong price, out ulong taken);
            Assert.Equal(result == DepthResult.Done, taken > 0);
            Assert.InRange(taken, 0ul, lots);
            _lots[price] -= (long)taken;
        }

        /// <summary>A best price is one that something was put at, and no quantity is ever negative.</summary>
        internal void Watch(AtomicDepthCore<TModel, TShape> depth)
        {
            if (depth.BestTicks(Side.Bid) is not { } best)
                return;
            Assert.Contains(best, _used);
            Assert.InRange(depth.LotsAt(Side.Bid, best), 0ul, AtMost);
        }

        internal void MustBalance(AtomicDepthCore<TModel, TShape> depth)
        {
            for (ulong price = Low; price <= High; price++)
                Assert.Equal(_lots[price], (long)depth.LotsAt(Side.Bid, price));
            Assert.Equal(_lots[0] + _lots[1], (long)depth.LotsInBucket(Side.Bid, Low));
            Assert.Equal(_lots[2] + _lots[3], (long)depth.LotsInBucket(Side.Bid, High));
            int best = Array.FindLastIndex(_lots, lots => lots > 0);
            Assert.Equal(best < 0 ? null : (ulong)best, depth.BestTicks(Side.Bid));
        }
    }
}
