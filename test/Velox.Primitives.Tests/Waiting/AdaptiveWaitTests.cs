using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

public class AdaptiveWaitTests
{
    [Theory]
    [InlineData(4, 4, false)]
    [InlineData(4, 2, false)]
    [InlineData(1, 1, false)]
    [InlineData(4, 5, true)]
    [InlineData(2, 64, true)]
    public void It_spins_only_with_a_core_more_than_stages(int stageThreads, int processorCount, bool maySpin) =>
        Assert.Equal(maySpin, new AdaptiveWait(new ParkingSpot(), stageThreads, processorCount).MaySpin);

    [Fact]
    public void It_refuses_a_process_without_stages() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdaptiveWait(new ParkingSpot(), 0));

    [Fact]
    public void It_announces_the_park_one_step_ahead_and_a_reset_withdraws_it()
    {
        var wait = new AdaptiveWait(new ParkingSpot(), 1, 1);
        int steps = 0;
        while (!wait.IsAnnounced)
        {
            wait.WaitOnce();
            Assert.InRange(++steps, 1, 1_000);
        }

        wait.WaitOnce(1_000_000); // parks, and looks again before the next park
        Assert.False(wait.IsAnnounced);
        wait.WaitOnce();
        Assert.True(wait.IsAnnounced);
        wait.Reset();
        Assert.False(wait.IsAnnounced);
    }

    [Fact]
    public void Close_to_a_deadline_it_never_parks()
    {
        var spot = new ParkingSpot();
        var wait = new AdaptiveWait(spot, 1, 1);
        for (int i = 0; i < 1_000; i++)
            wait.WaitOnce(spot.LatenessNanos);
        Assert.False(wait.IsAnnounced);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public void A_ring_between_two_waiting_threads_carries_everything(int processorCount)
    {
        var ring = new SpscRing<int>(16);
        var producerSpot = new ParkingSpot();
        var consumerSpot = new ParkingSpot();
        int items = int.MaxValue; // until the producer knows how many
        long sum = 0;
        var consumer = new Thread(() =>
        {
            var wait = new AdaptiveWait(consumerSpot, 2, processorCount);
            for (int taken = 0; taken < Volatile.Read(ref items);)
            {
                if (!ring.TryRead(out int item))
                {
                    wait.WaitOnce();
                    continue;
                }

                wait.Reset();
                producerSpot.Signal();
                sum += item;
                taken++;
            }

            wait.Reset();
        });
        consumer.Start();

        var wait = new AdaptiveWait(producerSpot, 2, processorCount);
        var rounds = new Rounds(200_000);
        int written = 0;
        for (; rounds.IsAnotherAfter(written); written++)
        {
            while (!ring.TryWrite(written))
                wait.WaitOnce();
            wait.Reset();
            consumerSpot.Signal();
        }

        Volatile.Write(ref items, written);
        consumerSpot.Signal();
        consumer.Join();
        Assert.Equal((long)written * (written - 1) / 2, sum);
    }
}
