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
        FlowCapacity[] standardCapacities = Capacities(standard);
        foreach (HostileFlow hostile in HostileFlows.All())
        {
            FlowCapacity[] capacities = Capacities(hostile);
            Check(hostile, capacities);
            (double nanos, double standardNanos) = BenchReport.Medians(
                runs, () => NanosPerUnit(hostile, capacities), () => NanosPerUnit(standard, standardCapacities));
            lines.Add(new BenchLine(hostile.Name, nanos, "CPU ns", standard.Name, standardNanos));
        }
    }

    private static FlowCapacity[] Capacities(HostileFlow flow) => FlowCapacity.Measure(flow.Symbols, flow.Setup, flow.Attack);

    /// <summary>A flow counts only if the engine does with it what plain books do.</summary>
    private static void Check(HostileFlow flow, FlowCapacity[] capacities)
    {
        using var markets = new FlowMarkets(capacities);
        FlowChecksums own = Finish(markets, flow);
        FlowChecksums expected = Finish(new FlowPlainBooks(flow.Symbols), flow);
        if (own != expected)
            throw new BenchFailedException($"{flow.Name}: the engine ended with {own}, the plain books with {expected}.");
    }

    private static FlowChecksums Finish<TBooks>(TBooks books, HostileFlow flow)
        where TBooks : IFlowBooks
    {
        books.Apply(flow.Setup);
        books.Apply(flow.Attack);
        return books.Finish();
    }

    private static double NanosPerUnit(HostileFlow flow, FlowCapacity[] capacities)
    {
        long nanos = 0;
        int units = 0;
        while (units < LeastUnits)
        {
            using var markets = new FlowMarkets(capacities);
            markets.Apply(flow.Setup);
            long start = ThreadTime.NowNanos;
            markets.Apply(flow.Attack);
            nanos += ThreadTime.NowNanos - start;
            units += flow.Units;
        }

        return (double)nanos / units;
    }
}
