using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>64-byte items from one thread to another: <see cref="SpscRing{T}"/> beside .NET's bounded channel.</summary>
internal static class RingBench
{
    private const int Capacity = 4_096;

    internal static IReadOnlyList<BenchLine> Run(int runs, int items)
    {
        (double ring, double channel) = BenchReport.Medians(runs, () => MeasureRing(items), () => MeasureChannel(items));
        return [new BenchLine("SpscRing, 64-byte items, one way", ring, "items/s", "Channel<T>, bounded", channel)];
    }

    private static double MeasureRing(int items)
    {
        var ring = new SpscRing<Item>(Capacity);
        return Measure(items, item => ring.TryWrite(in item), () => ring.TryRead(out Item item) ? item.Sequence : -1);
    }

    private static double MeasureChannel(int items)
    {
        Channel<Item> channel = Channel.CreateBounded<Item>(
            new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });
        return Measure(items, channel.Writer.TryWrite, () => channel.Reader.TryRead(out Item item) ? item.Sequence : -1);
    }

    private static double Measure(int items, Func<Item, bool> tryWrite, Func<long> tryRead)
    {
        var producer = new Thread(() =>
        {
            var wait = new SpinWait();
            for (long i = 0; i < items; i++)
            {
                while (!tryWrite(new Item { Sequence = i }))
                    wait.SpinOnce(sleep1Threshold: -1);
            }
        });
        long start = Stopwatch.GetTimestamp();
        producer.Start();
        var readerWait = new SpinWait();
        for (long expected = 0; expected < items;)
        {
            long sequence = tryRead();
            if (sequence < 0)
                readerWait.SpinOnce(sleep1Threshold: -1);
            else if (sequence != expected++)
                throw new InvalidOperationException($"Item {sequence} came where {expected - 1} was due.");
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        producer.Join();
        return items / seconds;
    }

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Item
    {
        public long Sequence;
    }
}
