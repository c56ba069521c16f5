using Velox.OrderBook;

namespace Velox.Cli;

/// <summary>Best bid and ask read by a second thread while the writer replays a flow: what a read takes, and what it costs the writer.</summary>
internal static class ReaderBench
{
    private const int Seed = 7;
    private const int Operations = 500_000;
    private const int ReadsPerLook = 1_000;

    internal static IReadOnlyList<BenchLine> Run(int runs)
    {
        FlowMessage[] messages = FlowMessage.Prepare(FlowGenerator.Make(Seed, Operations, symbols: 1));
        FlowCapacity[] capacities = FlowCapacity.Measure(1, messages);
        var reads = new List<double>();
        (double with, double without) = BenchReport.Medians(
            runs,
            () =>
            {
                double rate = WriteBesideReader(messages, capacities, out double nanosPerRead);
                reads.Add(nanosPerRead);
                return rate;
            },
            () =>
            {
                using var markets = new FlowMarkets(capacities);
                return Write(messages, markets);
            });
        double readNanos = reads.TakeLast(runs).Order().ElementAt(runs / 2);
        return
        [
            new BenchLine("best bid and ask, read beside the writer", readNanos, "CPU ns/read"),
            new BenchLine("writer beside a reader", with, "operations/CPU s", "writer alone", without),
        ];
    }

    private static double WriteBesideReader(FlowMessage[] messages, FlowCapacity[] capacities, out double nanosPerRead)
    {
        using var markets = new FlowMarkets(capacities);
        using var together = new Barrier(2);
        bool isDone = false;
        double nanos = 0;
        var reader = new Thread(() =>
        {
            Market market = markets.MarketOf(0);
            long count = 0;
            ulong sum = 0;
            together.SignalAndWait();
            long start = ThreadTime.NowNanos;

            // Volatile: the writer's last write. Nothing else is handed over by it.
            for (; !Volatile.Read(ref isDone); count += ReadsPerLook)
                sum += ReadMany(market);
            nanos = (double)(ThreadTime.NowNanos - start) / Math.Max(1, count);
            GC.KeepAlive(sum);
        });
        reader.Start();
        together.SignalAndWait();
        double rate = Write(messages, markets);
        Volatile.Write(ref isDone, true);
        reader.Join();
        nanosPerRead = nanos;
        return rate;
    }

    private static ulong ReadMany(Market market)
    {
        ulong sum = 0;
        ref readonly MarketHeader header = ref market.Header;
        for (int i = 0; i < ReadsPerLook; i++)
        {
            ReadBest(in header, out ulong bidTicks, out ulong askTicks);
            sum += bidTicks ^ askTicks;
        }

        return sum;
    }

    /// <summary>Both best prices as they stood together between two operations, from one cache line.</summary>
    private static void ReadBest(ref readonly MarketHeader header, out ulong bidTicks, out ulong askTicks)
    {
        while (true)
        {
            // A sequence lock: the loads before the last one stay before it, those after the first one after it. The count is odd
            // while the writer changes the prices, and another one after it has.
            ulong before = Volatile.Read(in header.QuoteChanges);
            bidTicks = Volatile.Read(in header.BestBidTicks);
            askTicks = Volatile.Read(in header.BestAskTicks);
            if (before % 2 == 0 && Volatile.Read(in header.QuoteChanges) == before)
                return;
        }
    }

    private static double Write(FlowMessage[] messages, FlowMarkets markets)
    {
        long start = ThreadTime.NowNanos;
        markets.Apply(messages);
        return messages.Length * 1e9 / Math.Max(1, ThreadTime.NowNanos - start);
    }
}
