using System.Globalization;
using Velox.Gateway;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>Watches a long run: prints a line now and then, and judges at the end.</summary>
/// <remarks>
/// What it compares with is the state after the first second: by then everything is compiled and every buffer is made. The watch
/// itself allocates about a kilobyte a second; a message that allocated the smallest object would be 24 bytes.
/// </remarks>
internal sealed class SoakWatch(TscClock clock, int everySeconds) : IPipelineMonitor
{
    private const long MaxWatchBytes = 256 << 10;
    private const long MaxWatchBytesPerSecond = 8 << 10;
    private const long MaxHeapGrowthBytes = 1 << 20;
    private const long MaxWorkingSetGrowthBytes = 32 << 20;

    private State? _first;
    private long _nextLineNanos = everySeconds * 1_000_000_000L;

    private readonly record struct State(long ElapsedNanos, long Delivered, long AllocatedBytes, long HeapBytes, long WorkingSetBytes);

    public void Started(IReadOnlyList<PipelineThreadReport> threads) => Print(
        $"{"time",7} {"delivered",14} {"dropped",9} {"p50 us",9} {"p99 us",9} {"max us",10} {"heap KiB",9} {"resident KiB",13} {"allocated/message",18} {"drift ppb",10}");

    public void EverySecond(PipelineSnapshot now)
    {
        clock.TryRecalibrate();
        _first ??= Read(now, forceFullCollection: true);
        if (now.ElapsedNanos < _nextLineNanos)
            return;
        _nextLineNanos += everySeconds * 1_000_000_000L;
        PrintLine(now, Read(now, forceFullCollection: false));
    }

    public void Failed(ErrorBatch errors, string? lastMessage) =>
        Print($"        {(PipelineErrorCode)errors.Code}: {errors.Count} times {lastMessage}");

    /// <summary>Prints what was found; whether all of it is well.</summary>
    internal bool Judge(PipelineSnapshot end)
    {
        State last = Read(end, forceFullCollection: true);
        PrintLine(end, last);
        Print($"");
        bool isAccounted = Check(
            "every message accounted for", $"{end.Generated} = {end.Delivered} delivered + {end.Dropped} dropped + {end.InFlight} lost", end.InFlight == 0);
        if (_first is not { } first || last.Delivered == first.Delivered)
        {
            Print($"BAD  memory was not looked at: the run was over within a second, or nothing came after it");
            return false;
        }

        long allocated = last.AllocatedBytes - first.AllocatedBytes;
        long watchBytes = MaxWatchBytes + (MaxWatchBytesPerSecond * ((last.ElapsedNanos - first.ElapsedNanos) / 1_000_000_000));
        long heap = last.HeapBytes - first.HeapBytes;
        long resident = last.WorkingSetBytes - first.WorkingSetBytes;
        return isAccounted
            & Check(
                "messages allocate nothing", $"{allocated} bytes for {last.Delivered - first.Delivered} messages and these lines, {watchBytes} allowed",
                allocated <= watchBytes)
            & Check("heap", $"{heap:+0;-0;0} bytes since the first second, {MaxHeapGrowthBytes} allowed", heap <= MaxHeapGrowthBytes)
            & Check("resident memory", $"{resident:+0;-0;0} bytes, {MaxWorkingSetGrowthBytes} allowed", resident <= MaxWorkingSetGrowthBytes);
    }

    private static State Read(PipelineSnapshot now, bool forceFullCollection) => new(
        now.ElapsedNanos, now.Delivered, GC.GetTotalAllocatedBytes(precise: true), GC.GetTotalMemory(forceFullCollection), Environment.WorkingSet);

    private void PrintLine(PipelineSnapshot now, State state)
    {
        State first = _first ?? state;
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
