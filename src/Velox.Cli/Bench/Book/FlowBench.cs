using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>A flow file through the engine, beside plain books, on one thread that stays on one core.</summary>
/// <remarks>
/// Only the replay is timed: the flow is in memory as messages, the books are built. Latencies are taken in a pass of its own,
/// from one read of the clock to the next.
/// </remarks>
internal static class FlowBench
{
    internal static FlowReport Run(string path, int runs, MarketFlags flags)
    {
        Flow flow = FlowFile.Read(path);
        FlowReport? report = null;
        OnPinnedThread(() => report = Run(flow, runs, flags));
        return report!;
    }

    private static FlowReport Run(Flow flow, int runs, MarketFlags flags)
    {
        FlowMessage[] messages = FlowMessage.Prepare(flow);
        int symbols = (int)flow.Header.Symbols;
        FlowCapacity[] capacities = FlowCapacity.Measure(symbols, messages);
        FlowChecksums expected = null!;
        FlowChecksums checksums = null!;
        // The least of all turns: a turn in which the runtime replaces code by better code allocates for that.
        long allocatedBytes = long.MaxValue;
        (double own, double peer) = BenchReport.Medians(
            runs,
            () =>
            {
                using var markets = new FlowMarkets(capacities, flags);
                long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
                double perSecond = OperationsPerSecond(markets, messages);
                allocatedBytes = Math.Min(allocatedBytes, GC.GetAllocatedBytesForCurrentThread() - allocatedBefore);
                checksums = markets.Finish();
                return perSecond;
            },
            () =>
            {
                var books = new FlowPlainBooks(symbols);
                double perSecond = OperationsPerSecond(books, messages);
                expected = books.Finish();
                if (checksums != expected)
                    throw new BenchFailedException($"The engine ended with {checksums}, the plain books with {expected}.");
                return perSecond;
            });
        using var last = new FlowMarkets(capacities, flags);
        return new FlowReport(own, peer, allocatedBytes, messages.Length, Latencies(last, messages), checksums);
    }

    private static double OperationsPerSecond<TBooks>(TBooks books, FlowMessage[] messages)
        where TBooks : IFlowBooks
    {
        long start = ThreadTime.NowNanos;
        books.Apply(messages);
        return messages.Length * 1e9 / Math.Max(1, ThreadTime.NowNanos - start);
    }

    private static LatencyCounts Latencies(FlowMarkets markets, FlowMessage[] messages)
    {
        var clock = TscClock.Start();
        var counts = new LatencyCounts();
        long before = clock.NowNanos;
        for (int i = 0; i < messages.Length; i++)
        {
            markets.ApplyNext(messages, i);
            long now = clock.NowNanos;
            counts.Add(now - before);
            before = now;
        }

        return counts;
    }

    /// <summary>Runs it on a thread of its own, on the last core that it may have; errors come back to the caller.</summary>
    internal static void OnPinnedThread(Action work)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            if (ThreadPlacement.CurrentCores() is [.., var last])
                ThreadPlacement.PinToCore(last);
            try
            {
                work();
            }
            catch (BenchFailedException error)
            {
                failure = error;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            throw failure;
    }
}
