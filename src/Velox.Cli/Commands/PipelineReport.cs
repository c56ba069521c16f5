using System.Globalization;
using Velox.Gateway;

namespace Velox.Cli;

/// <summary>What <c>velox pipeline</c> prints: plain lines, so that they can be cut and compared.</summary>
internal static class PipelineReport
{
    internal static void PrintStart(string source, PipelineOptions options)
    {
        Print($"4 stages on {options.EffectiveThreads} threads, {Environment.ProcessorCount} cores");
        Print($"{source}");
    }

    internal static void PrintLine(PipelineSnapshot now)
    {
        IReadOnlyList<StageSnapshot> stages = now.Stages;
        Print(
            $"[{now.ElapsedNanos / 1e9,4:0}s] ingress={stages[0].Messages} orderbook={stages[1].Messages} bundles={now.Bundles} output={stages[3].Messages} dropped={now.DroppedFull}");
    }

    internal static void PrintEnd(PipelineSnapshot end)
    {
        double seconds = end.ElapsedNanos / 1e9;
        Print($"");
        Print($"{"stage",-10} {"messages",12} {"messages/s",12} {"busy",6} {"p50 us",9} {"p99 us",9} {"max us",9}");
        foreach (StageSnapshot stage in (IEnumerable<StageSnapshot>)[.. end.Stages, end.EndToEnd])
        {
            Print(
                $"{stage.Name,-10} {stage.Messages,12} {stage.Messages / seconds,12:0} {stage.Utilisation,6:0.0%} {stage.P50Nanos / 1e3,9:0.0} {stage.P99Nanos / 1e3,9:0.0} {stage.MaxNanos / 1e3,9:0.0}");
        }

        Print($"");
        Print($"bundles    {end.Bundles}: {end.BundlesBySize} by size, {end.BundlesByAge} by age, {end.BundlesByDrain} at the end; {(double)end.Delivered / Math.Max(1, end.Bundles):0.0} messages each");
        Print($"messages   {end.Generated} generated = {end.Delivered} delivered + {end.DroppedFull} dropped (ring full) + {end.InFlight} lost; {end.Invalid} not well-formed");
        Print($"depth      {end.DepthNotApplied} messages that the depth view could not follow");
    }

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
