using System.Diagnostics;
using Xunit;

namespace Velox.Primitives.Tests;

/// <summary>A hundred million items between two threads, every one checked.</summary>
public class RingStressTests
{
    private const int Capacity = 4_096;
    private const int MostAtOnce = 256;
    private const long LooksAtClockEvery = 1 << 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public void Spsc_one_item_a_call()
    {
        var ring = new SpscRing<Numbered>(Capacity);
        Run(100_000_000, (next, _) => ring.TryWrite(new Numbered(next)) ? 1 : 0, next => ReadOne(ring, next));
    }

    [Fact]
    public void Spsc_in_place()
    {
        var ring = new SpscRing<Numbered>(Capacity);
        Run(100_000_000, Write, Read);

        long Write(long next, long end)
        {
            Span<Numbered> free = ring.Reserve((int)Math.Min(MostAtOnce, end - next));
            for (int i = 0; i < free.Length; i++)
                free[i] = new Numbered(next + i);
            ring.Publish(free.Length);
            return free.Length;
        }

        long Read(long next)
        {
            ReadOnlySpan<Numbered> items = ring.Peek(MostAtOnce);
            foreach (ref readonly Numbered item in items)
            {
                if (!item.Is(next++))
                    return -1;
            }

            ring.Advance(items.Length);
            return items.Length;
        }
    }

    [Fact]
    public void Mpsc_one_item_a_call()
    {
        var ring = new MpscRing<Numbered>(Capacity);
        Run(20_000_000, (next, _) => ring.TryWrite(new Numbered(next)) ? 1 : 0, next => ReadOne(ring, next));
    }

    [Fact]
    public void Mpmc_one_item_a_call()
    {
        var ring = new MpmcRing<Numbered>(Capacity);
        Run(20_000_000, (next, _) => ring.TryWrite(new Numbered(next)) ? 1 : 0, next => ReadOne(ring, next));
    }

    private static long ReadOne<TRing>(TRing ring, long next)
        where TRing : class, IRing<Numbered>
    {
        if (!ring.TryRead(out Numbered item))
            return 0;
        return item.Is(next) ? 1 : -1;
    }

    /// <summary>Writes and reads all items; a read returns how many were right, or -1 for a wrong one.</summary>
    private static void Run(long items, Func<long, long, long> write, Func<long, long> read)
    {
        long end = long.MaxValue; // until the producer knows how many
        bool isOver = false;
        var producer = new Thread(() =>
        {
            long start = Stopwatch.GetTimestamp();
            long nextLook = LooksAtClockEvery;
            var wait = default(SpinThenYieldWait);
            long next = 0;
            while (next < items && !Volatile.Read(ref isOver))
            {
                long count = write(next, items);
                next += count;
                Pause(ref wait, count);
                if (next >= nextLook)
                {
                    nextLook += LooksAtClockEvery;
                    if (Stopwatch.GetElapsedTime(start) > Limit)
                        break;
                }
            }

            Volatile.Write(ref end, next);
        });
        producer.Start();
        long next = 0;
        var wait = default(SpinThenYieldWait);
        long count = 0;
        while (next < Volatile.Read(ref end) && (count = read(next)) >= 0)
        {
            next += count;
            Pause(ref wait, count);
        }

        Volatile.Write(ref isOver, true);
        producer.Join();
        Assert.True(count >= 0, $"Item {next} came wrong.");
        Assert.Equal(0, read(next));
        string report = next == items ? $"{next} items" : $"{next} of {items} items: this machine gave no more in {Limit.TotalSeconds} s";
        TestContext.Current.TestOutputHelper?.WriteLine(report);
    }

    private static void Pause(ref SpinThenYieldWait wait, long count)
    {
        if (count == 0)
            wait.WaitOnce();
        else
            wait.Reset();
    }

    // Two words: a slot that is read while it is being written shows words of two items.
    private readonly struct Numbered(long number)
    {
        private readonly long _number = number;
        private readonly long _check = ~number;

        internal bool Is(long number) => _number == number && _check == ~number;
    }
}
