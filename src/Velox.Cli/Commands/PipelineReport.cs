using System.Globalization;
using Velox.Gateway;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>What <c>velox pipeline</c> prints: plain lines, so that they can be cut and compared.</summary>
/// <param name="clock">The pipeline's.</param>
/// <param name="announcement">What is about to happen; printed when the threads are in their places.</param>
/// <param name="news">Asked once a second for a line more, or null.</param>
internal sealed class PipelineReport(TscClock clock, string announcement, Func<string?>? news) : IPipelineMonitor
{
    public void Started(IReadOnlyList<PipelineThreadReport> threads)
    {
        Print($"Calibrating TSC...");
        if (clock.FallbackReason is { } reason)
            Print($"The system's clock it is: {reason}");
        else
            Print($"TSC calibrated: {clock.TicksPerSecond / 1e9:0.0000} ticks/ns");
        Print($"4 stages on {threads.Count} thread{(threads.Count == 1 ? "" : "s")}, {Environment.ProcessorCount} cores");
        foreach (PipelineThreadReport thread in threads)
        {
            string grants = thread.Grants.Count == 0 ? "not pinned" : string.Join("; ", thread.Grants);
            Print($"  {string.Join(" + ", thread.Stages)}: waits {WaitNames.Of(thread.Wait)}; {grants}");
        }

        Print($"");
        Print($"{announcement}");
        Print($"");
    }

    public void EverySecond(PipelineSnapshot now)
    {
        // The longer the counter has been watched, the better its rate is known.
        clock.TryRecalibrate();
        IReadOnlyList<StageSnapshot> stages = now.Stages;
        string dropped = now.Dropped == 0
            ? ""
            : $" dropped={now.Dropped} ({now.DroppedFull} ring full, {now.DroppedShed} shed, {now.DroppedByOutput} output)";
        Print(
            $"[{now.ElapsedNanos / 1e9,3:0}s] ingress={stages[0].Messages,-8} orderbook={stages[1].Messages,-8} bundles={now.BundlesBySize + now.BundlesByAge + now.BundlesByDrain} output={now.Bundles}{dropped}");
        if (news?.Invoke() is { } line)
            Print($"{line}");
    }

    public void Failed(ErrorBatch errors, string? lastMessage)
    {
        string? what = (PipelineErrorCode)errors.Code switch
        {
            // The lines have the exact counts.
            PipelineErrorCode.RingFull or PipelineErrorCode.OrdersShed => null,
            PipelineErrorCode.OutputFailed => "the output failed",
            PipelineErrorCode.BreakerChanged => $"the output's circuit breaker changed, now {(BreakerState)errors.Last.Second}",
            _ => $"a stage failed and went on: {lastMessage}",
        };
        if (what is not null)
            Print($"       {what} ({errors.Count} times)");
    }

    /// <param name="end">The last snapshot.</param>
    /// <param name="node">What the node made of it, or null.</param>
    internal void PrintEnd(PipelineSnapshot end, string? node)
    {
        PrintStages(end);
        PrintMetrics(end);
        PrintAccount(end);
        if (node is not null)
            Print($"{node}");
    }

    private static void PrintStages(PipelineSnapshot end)
    {
        double seconds = end.ElapsedNanos / 1e9;
        Print($"");
        Print($"{"stage",-10} {"messages",12} {"messages/s",12} {"waiting",8} {"busy",6} {"p50 us",9} {"p99 us",9} {"max us",9}");
        foreach (StageSnapshot stage in (IEnumerable<StageSnapshot>)[.. end.Stages, end.EndToEnd])
        {
            Print(
                $"{stage.Name,-10} {stage.Messages,12} {stage.Messages / seconds,12:0} {stage.Depth,8} {stage.Utilisation,6:0.0%} {stage.P50Nanos / 1e3,9:0.0} {stage.P99Nanos / 1e3,9:0.0} {stage.MaxNanos / 1e3,9:0.0}");
        }
    }

    private void PrintMetrics(PipelineSnapshot end)
    {
        double seconds = end.ElapsedNanos / 1e9;
        Print($"");
        Print($"Key metrics");
        Print($"  Throughput         {end.Delivered / seconds:#,##0} transactions/second");
        Print($"  Drop rate          {(double)end.Dropped / Math.Max(1, end.Generated):0.####%}");
        Print($"  Pipeline latency   p50 {end.EndToEnd.P50Nanos / 1e3:0.0} us, p99 {end.EndToEnd.P99Nanos / 1e3:0.0} us, longest {end.EndToEnd.MaxNanos / 1e3:0.0} us");
        Print($"  Bundle rate        {end.Bundles / seconds:#,##0} bundles/second ({(double)end.Delivered / Math.Max(1, end.Bundles):0.0} transactions each)");
        if (clock.FallbackReason is null && clock.Check() is { ElapsedNanos: > 0 } drift)
            Print($"  Clock drift        {drift.PartsPerBillion} parts per billion, known to {drift.UncertaintyPartsPerBillion}");
    }

    private static void PrintAccount(PipelineSnapshot end)
    {
        Print($"");
        Print($"bundles    {end.Bundles}: {end.BundlesBySize} by size, {end.BundlesByAge} by age, {end.BundlesByDrain} at the end");
        Print(
            $"messages   {end.Generated} generated = {end.Delivered} delivered + {end.Dropped} dropped ({end.DroppedFull} ring full, {end.DroppedShed} shed, {end.DroppedByOutput} output) + {end.InFlight} lost; {end.Invalid} not well-formed");
        Print($"depth      {end.DepthNotApplied} messages that the depth view could not follow");
        if (end.Restarts > 0)
            Print($"restarts   {end.Restarts} of stages that had failed");
    }

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
