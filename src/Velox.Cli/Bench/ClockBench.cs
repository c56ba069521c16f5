using System.Diagnostics;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>Reads of the time: <see cref="TscClock"/>, in nanoseconds, beside <see cref="Stopwatch"/>'s raw time stamps.</summary>
internal static class ClockBench
{
    internal static IReadOnlyList<BenchLine> Run(int runs, int reads)
    {
        var clock = TscClock.Start();
        (double nanos, double peerNanos) = BenchReport.Medians(runs, () => MeasureClock(clock, reads), () => MeasureStopwatch(reads));
        string name = clock.FallbackReason is { } reason ? $"TscClock.NowNanos (system clock: {reason})" : "TscClock.NowNanos";
        return [new BenchLine(name, nanos, "ns", "Stopwatch.GetTimestamp", peerNanos)];
    }

    // Both sum up what they read, so that no read is left out.
    private static double MeasureClock(TscClock clock, int reads)
    {
        long sum = 0;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < reads; i++)
            sum += clock.NowNanos;
        return NanosPerRead(start, reads, sum);
    }

    private static double MeasureStopwatch(int reads)
    {
        long sum = 0;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < reads; i++)
            sum += Stopwatch.GetTimestamp();
        return NanosPerRead(start, reads, sum);
    }

    private static double NanosPerRead(long start, int reads, long sum)
    {
        double nanos = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        GC.KeepAlive(sum);
        return nanos / reads;
    }
}
