namespace Velox.Cli;

/// <summary>Items from one thread to another, each on a core of its own: the rings beside .NET's bounded channel.</summary>
internal static class RingBench
{
    // The channel is so much slower that equal counts would measure milliseconds of one or minutes of the other.
    private const long RingItemsPerChannelItem = 10;
    private const int ItemsPerRoundTrip = 20;

    internal static IReadOnlyList<BenchLine> Run(int runs, int items) =>
    [
        .. OneWay<SmallItem, RingPipe<SmallItem>>("SpscRing, 8-byte items", runs, items),
        .. OneWay<LargeItem, RingPipe<LargeItem>>("SpscRing, 64-byte items", runs, items),
        .. OneWay<LargeItem, InPlacePipe<LargeItem>>("SpscRing in place, 64-byte items", runs, items),
        .. OneWay<LargeItem, ManyThreadPipe<LargeItem>>("MpmcRing, 64-byte items", runs, items),
        .. RoundTrip<SmallItem>("SpscRing, 8-byte items", runs, items),
        .. RoundTrip<LargeItem>("SpscRing, 64-byte items", runs, items),
    ];

    private static BenchLine[] OneWay<TItem, TPipe>(string name, int runs, int items)
        where TItem : unmanaged, INumbered<TItem>
        where TPipe : struct, IPipe<TPipe>
    {
        (double[] ring, double[] channel) = BenchReport.Samples(
            runs,
            () => PipeRace.OneWay(PipeRace.Create<TPipe>(PipeServer.Capacity), items * RingItemsPerChannelItem),
            () => PipeRace.OneWay(PipeRace.Create<ChannelPipe<TItem>>(PipeServer.Capacity), items));
        return Lines($"{name}, one way", "items/s", ring, channel, bestDecile: runs - 1 - runs / 10);
    }

    private static BenchLine[] RoundTrip<TItem>(string name, int runs, int items)
        where TItem : unmanaged, INumbered<TItem>
    {
        int trips = Math.Max(1, items / ItemsPerRoundTrip);
        var ringP99 = new List<double>();
        var channelP99 = new List<double>();
        (double[] ring, double[] channel) = BenchReport.Samples(
            runs,
            () => Trip<RingPipe<TItem>>(trips, ringP99),
            () => Trip<ChannelPipe<TItem>>(trips, channelP99));
        return
        [
            .. Lines($"{name}, round trip, p50", "ns", ring, channel, bestDecile: runs / 10),
            .. Lines($"{name}, round trip, p99", "ns", Counted(ringP99), Counted(channelP99), bestDecile: runs / 10),
        ];

        // The turns that warmed up came first.
        double[] Counted(List<double> all) => [.. all.TakeLast(runs).Order()];
    }

    private static double Trip<TPipe>(int trips, List<double> p99)
        where TPipe : struct, IPipe<TPipe>
    {
        TripTimes times = PipeRace.RoundTrip(PipeRace.Create<TPipe>(PipeServer.Capacity), PipeRace.Create<TPipe>(PipeServer.Capacity), trips);
        p99.Add(times.P99Nanos);
        return times.MedianNanos;
    }

    // Two threads on a busy machine wait for cores more than for each other: the best decile tells what the queue does.
    private static BenchLine[] Lines(string name, string unit, double[] ring, double[] channel, int bestDecile)
    {
        const string Peer = "Channel<T>, bounded";
        int median = ring.Length / 2;
        return
        [
            new BenchLine(name, ring[median], unit, Peer, channel[median]),
            new BenchLine($"{name}, best decile", ring[bestDecile], unit, Peer, channel[bestDecile]),
        ];
    }
}
