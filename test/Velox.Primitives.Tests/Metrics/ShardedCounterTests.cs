using Xunit;

namespace Velox.Primitives.Tests;

public class ShardedCounterTests
{
    [Theory]
    [InlineData(4, 200_000)]
    [InlineData(3 * 64, 2_000)]
    public void Additions_of_several_threads_all_count_also_when_there_are_more_threads_than_shards(int count, int additions)
    {
        var counter = new ShardedCounter();
        using var together = new Barrier(count);
        var threads = Enumerable.Range(0, count).Select(_ => new Thread(() =>
        {
            // All at once: every shard is taken, and the rest share one.
            counter.Increment();
            together.SignalAndWait();
            for (int i = 0; i < additions; i++)
            {
                counter.Increment();
                counter.Add(-3);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Equal(count * (1 - (2L * additions)), counter.Value);
    }

    [Fact]
    public void A_shard_comes_back_after_its_thread_and_its_next_owner_adds_to_what_is_there()
    {
        var counter = new ShardedCounter();
        var seen = new HashSet<int>();
        int reused = 0;
        for (int thread = 1; thread <= 20 * ThreadShard.Count; thread++)
        {
            int shard = 0;
            RunOnThread(() =>
            {
                counter.Increment();
                shard = ThreadShard.Current;
            });
            if (shard != ThreadShard.Shared && !seen.Add(shard))
                reused++;
            Assert.Equal(thread, counter.Value);
            if (thread % 32 == 0)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        Assert.True(reused > 0, $"No shard came back: {seen.Count} were seen.");
    }

    [Fact]
    public void Threads_alive_together_never_have_the_same_shard_of_their_own()
    {
        const int Threads = 100;
        int[] shards = new int[Threads];
        using var together = new Barrier(Threads);
        var threads = Enumerable.Range(0, Threads).Select(i => new Thread(() =>
        {
            shards[i] = ThreadShard.Current;
            together.SignalAndWait();
            Assert.Equal(shards[i], ThreadShard.Current);
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        int[] own = [.. shards.Where(shard => shard != ThreadShard.Shared)];
        Assert.Equal(own.Length, own.Distinct().Count());
        Assert.All(own, shard => Assert.InRange(shard, 1, ThreadShard.ExclusiveCount));
    }

    [Fact]
    public void A_value_read_meanwhile_never_falls()
    {
        var counter = new ShardedCounter();
        bool isDone = false;
        var writer = new Thread(() =>
        {
            for (int i = 0; i < 1_000_000; i++)
                counter.Increment();
            Volatile.Write(ref isDone, true);
        });
        writer.Start();
        long last = 0;
        while (!Volatile.Read(ref isDone))
        {
            long now = counter.Value;
            Assert.True(now >= last, $"{now} after {last}");
            last = now;
        }

        writer.Join();
        Assert.Equal(1_000_000, counter.Value);
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        var counter = new ShardedCounter();
        var gauge = new Gauge();
        counter.Increment();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            counter.Increment();
            gauge.Set(i);
            gauge.Add(-1);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal((10_001, 9_998), (counter.Value, gauge.Value));
    }

    private static void RunOnThread(ThreadStart action)
    {
        var thread = new Thread(action);
        thread.Start();
        thread.Join();
    }
}
