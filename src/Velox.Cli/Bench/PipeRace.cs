using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>How long round trips took, each from a write until the answer of the other thread is read.</summary>
internal readonly record struct TripTimes(double MeanNanos, double MedianNanos, double P99Nanos);

/// <summary>Two threads at the ends of a pipe, on different cores where the system lets them be pinned.</summary>
internal static partial class PipeRace
{
    private static readonly TscClock Clock = TscClock.Start();

    /// <summary>A pipe whose memory is there: every slot was used once, so no page is new to the threads.</summary>
    internal static TPipe Create<TPipe>(int capacity)
        where TPipe : struct, IPipe<TPipe>
    {
        TPipe pipe = TPipe.Create(capacity);
        for (long i = 0; i < capacity; i++)
        {
            pipe.Write(i, i + 1);
            pipe.Read(i);
        }

        return pipe;
    }

    /// <summary>Items per second from one thread to the other. Every item is checked.</summary>
    internal static double OneWay<TPipe>(TPipe pipe, long items)
        where TPipe : struct, IPipe<TPipe>
    {
        double seconds = Race(() => WriteAll(pipe, items), () => ReadAll(pipe, items));
        return items / seconds;
    }

    /// <summary>From a write to the other thread until its answer is read, there and back through two pipes.</summary>
    internal static TripTimes RoundTrip<TPipe>(TPipe there, TPipe back, long trips)
        where TPipe : struct, IPipe<TPipe>
    {
        long[] nanos = new long[trips];
        double seconds = Race(() => Answer(there, back, trips), () => Ask(there, back, nanos));
        Array.Sort(nanos);
        return new TripTimes(seconds * 1e9 / trips, nanos[trips / 2], nanos[trips * 99 / 100]);
    }

    /// <summary>Returns 1, for one item, if it is the one that was due.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long Expect(long number, long due)
    {
        if (number != due)
            ThrowOutOfOrder(number, due);
        return 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteAll<TPipe>(TPipe pipe, long items)
        where TPipe : struct, IPipe<TPipe>
    {
        var wait = new ShortWait();
        for (long next = 0; next < items;)
        {
            long count = pipe.Write(next, items);
            if (count == 0)
                wait.Once();
            next += count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadAll<TPipe>(TPipe pipe, long items)
        where TPipe : struct, IPipe<TPipe>
    {
        var wait = new ShortWait();
        for (long next = 0; next < items;)
        {
            long count = pipe.Read(next);
            if (count == 0)
                wait.Once();
            next += count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Ask<TPipe>(TPipe there, TPipe back, long[] nanos)
        where TPipe : struct, IPipe<TPipe>
    {
        var wait = new ShortWait();
        long before = Clock.NowNanos;
        for (int trip = 0; trip < nanos.Length; trip++)
        {
            there.Write(trip, trip + 1);

            // From one departure to the next: the clock is read while the item is under way, and costs the trip nothing.
            long now = Clock.NowNanos;
            nanos[trip] = now - before;
            before = now;
            while (back.Read(trip) == 0)
                wait.Once();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Answer<TPipe>(TPipe there, TPipe back, long trips)
        where TPipe : struct, IPipe<TPipe>
    {
        var wait = new ShortWait();
        for (long trip = 0; trip < trips; trip++)
        {
            while (there.Read(trip) == 0)
                wait.Once();
            back.Write(trip, trip + 1);
        }
    }

    /// <summary>Runs two threads from a common start; returns the seconds that the second one took.</summary>
    private static double Race(Action first, Action second)
    {
        using var start = new Barrier(2);
        long elapsed = 0;
        var firstThread = new Thread(() =>
        {
            PinTo(0);
            start.SignalAndWait();
            first();
        });
        var secondThread = new Thread(() =>
        {
            PinTo(1);
            start.SignalAndWait();
            long begin = Stopwatch.GetTimestamp();
            second();
            elapsed = Stopwatch.GetTimestamp() - begin;
        });
        firstThread.Start();
        secondThread.Start();
        firstThread.Join();
        secondThread.Join();
        return elapsed / (double)Stopwatch.Frequency;
    }

    private static void ThrowOutOfOrder(long number, long due) =>
        throw new InvalidOperationException($"Item {number} came where {due} was due.");

    /// <summary>Pins the calling thread, which ends with its measurement. Where it may not, the system places it.</summary>
    private static unsafe void PinTo(int core)
    {
        if (!OperatingSystem.IsLinux() || core >= Environment.ProcessorCount)
            return;
        ulong mask = 1UL << core;
        _ = SetAffinity(0, sizeof(ulong), &mask);
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static unsafe partial int SetAffinity(int thread, nuint bytes, ulong* mask);

    /// <summary>Spins; and yields now and then, as the other thread may wait for this core.</summary>
    private struct ShortWait
    {
        private const uint SpinsPerYield = 1_024;
        private uint _spins;

        // Not inlined: the system call in it would cost the measured loop its registers.
        [MethodImpl(MethodImplOptions.NoInlining)]
        internal void Once()
        {
            if (++_spins % SpinsPerYield == 0)
                Thread.Yield();
            else if (X86Base.IsSupported)
                X86Base.Pause(); // a turn of SpinWait is several of them
            else
                Thread.SpinWait(1);
        }
    }
}
