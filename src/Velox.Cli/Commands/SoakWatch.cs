using System.Globalization;
using Velox.Gateway;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>Watches a long run: prints a line now and then, and judges at the end.</summary>
/// <remarks>
/// What it compares with is the state at its first line: by then everything is compiled and every buffer is made. The watch
/// itself allocates some kilobytes a second; a message that allocated its smallest object would be 24 bytes.
/// </remarks>
internal sealed class SoakWatch(TscClock clock, int everySeconds) : IPipelineMonitor
{
    private const long MaxWatchBytesPerSecond = 64 << 10;
    private const long MaxHeapGrowthBytes = 1 << 20;
    private const long MaxWorkingSetGrowthBytes = 32 << 20;

    private State? _first;
    private long _nextLineNanos = everySeconds * 1_000_000_000L;

    private readonly record struct State(long ElapsedNanos, long Delivered, long AllocatedBytes, long HeapBytes, long WorkingSetBytes);

    public void Started(IReadOnlyList<PipelineThreadReport> threads) => Print(
        $"{"time",7} {"delivered",14} {"dropped",9} {"p50 us",9} {"p99 us",9} {"max us",10} {"heap KiB",9} {"resident KiB",13} {"allocated/message",18} {"drift ppb",10}");

    public void EverySecond(PipelineSnapshot now)
    {
        if (now.ElapsedNanos < _nextLineNanos)
            return;
        _nextLineNanos += everySeconds * 1_000_000_000L;
        PrintLine(now, Read(now));
        clock.TryRecalibrate();
    }

    public void Failed(ErrorBatch errors) => Print($"        {(PipelineErrorCode)errors.Code}: {errors.Count} times");

    /// <summary>Prints what was found; whether all of it is well.</summary>
    internal bool Judge(PipelineSnapshot end)
    {
        State last = Read(end);
        PrintLine(end, last);
        State first = _first!.Value;
        long messages = last.Delivered - first.Delivered;
        long watchBytes = MaxWatchBytesPerSecond * ((last.ElapsedNanos - first.ElapsedNanos) / 1_000_000_000 + 1);
        Print($"");
        return Check("every message accounted for", $"{end.Generated} = {end.Delivered} delivered + {end.Dropped} dropped + {end.InFlight} lost", end.InFlight == 0)
            & Check("no stage failed", $"{end.Restarts}", end.Restarts == 0)
            & Check(
                "messages allocate nothing", $"{last.AllocatedBytes - first.AllocatedBytes} bytes for {messages} messages and the lines here",
                last.AllocatedBytes - first.AllocatedBytes <= watchBytes)
            & Check("heap", $"{last.HeapBytes - first.HeapBytes:+0;-0;0} bytes since the first line", last.HeapBytes - first.HeapBytes <= MaxHeapGrowthBytes)
            & Check(
                "resident memory", $"{last.WorkingSetBytes - first.WorkingSetBytes:+0;-0;0} bytes since the first line",
                last.WorkingSetBytes - first.WorkingSetBytes <= MaxWorkingSetGrowthBytes);
    }

    private State Read(PipelineSnapshot now)
    {
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        var state = new State(now.ElapsedNanos, now.Delivered, allocated, GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
        _first ??= state;
        return state;
    }

    private void PrintLine(PipelineSnapshot now, State state)
    {
        State first = _first!.Value;
        double perMessage = (state.AllocatedBytes - first.AllocatedBytes) / (double)Math.Max(1, state.Delivered - first.Delivered);
        Print(
            $"{now.ElapsedNanos / 1e9,6:0}s {now.Delivered,14} {now.Dropped,9} {now.EndToEnd.P50Nanos / 1e3,9:0.0} {now.EndToEnd.P99Nanos / 1e3,9:0.0} {now.EndToEnd.MaxNanos / 1e3,10:0.0} {state.HeapBytes >> 10,9} {state.WorkingSetBytes >> 10,13} {perMessage,18:0.000} {clock.Check().PartsPerBillion,10}");
    }

    private static bool Check(string what, FormattableString found, bool isWell)
    {
        Print($"{(isWell ? "ok" : "BAD"),-4} {what}: {found.ToString(CultureInfo.InvariantCulture)}");
        return isWell;
    }

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
