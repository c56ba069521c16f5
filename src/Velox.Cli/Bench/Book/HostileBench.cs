namespace Velox.Cli;

/// <summary>Flows that a hostile trader might send, beside the standard flow: what an operation, or a fill, takes.</summary>
internal static class HostileBench
{
    // A short attack is repeated, each time on fresh markets, until it has this many units.
    private const int LeastUnits = 200_000;

    internal static IReadOnlyList<BenchLine> Run(int runs)
    {
        var lines = new List<BenchLine>();
        FlowBench.OnPinnedThread(() => Measure(lines, runs));
        return lines;
    }

    private static void Measure(List<BenchLine> lines, int runs)
    {
        HostileFlow standard = HostileFlows.Standard();
        foreach (HostileFlow hostile in HostileFlows.All())
        {
            (double nanos, double standardNanos) = BenchReport.Medians(runs, () => NanosPerUnit(hostile), () => NanosPerUnit(standard));
            lines.Add(new BenchLine(hostile.Name, nanos, "CPU ns", standard.Name, standardNanos));
        }
    }

    private static double NanosPerUnit(HostileFlow flow)
    {
        long nanos = 0;
        int units = 0;
        while (units < LeastUnits)
        {
            FlowMarkets markets = FlowMarkets.For(flow.Symbols, flow.Setup, flow.Attack);
            markets.Apply(flow.Setup);
            long start = ThreadTime.NowNanos;
            markets.Apply(flow.Attack);
            nanos += ThreadTime.NowNanos - start;
            units += flow.Units;
        }

        return (double)nanos / units;
    }
}
