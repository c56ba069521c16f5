using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

public sealed class WaitStrategyTests
{
    [Theory]
    [InlineData(WaitKind.Spin, 2, 1, WaitKind.Adaptive)]
    [InlineData(WaitKind.Spin, 4, 2, WaitKind.Adaptive)]
    [InlineData(WaitKind.Spin, 2, 2, WaitKind.Spin)]
    [InlineData(WaitKind.SpinThenYield, 2, 1, WaitKind.SpinThenYield)]
    [InlineData(WaitKind.Park, 1, 64, WaitKind.Park)]
    public void A_thread_spins_only_with_a_core_of_its_own(WaitKind wanted, int threads, int cores, WaitKind expected) =>
        Assert.Equal(expected, WaitStrategy.Allowed(wanted, threads, cores));

    [Fact]
    public void Parking_at_once_announces_at_the_first_step()
    {
        var wait = AdaptiveWait.ParkingAtOnce(new ParkingSpot());
        wait.WaitOnce();
        Assert.True(wait.IsAnnounced);
        wait.Reset();
        Assert.False(wait.IsAnnounced);
    }

    [Theory]
    [InlineData(WaitKind.Adaptive)]
    [InlineData(WaitKind.Park)]
    [InlineData(WaitKind.SpinThenYield)]
    [InlineData(WaitKind.Spin)]
    public void A_token_goes_to_and_fro_between_two_threads(WaitKind kind)
    {
        const int mostTurns = 20_000;
        ParkingSpot[] spots = [new(), new()];
        int turn = 0;
        int end = mostTurns;
        var other = new Thread(() => Take(1, new Rounds(mostTurns)));
        other.Start();
        Take(0, new Rounds(mostTurns));
        other.Join();
        Assert.InRange(Volatile.Read(ref turn), Volatile.Read(ref end), mostTurns);

        void Take(int side, Rounds rounds)
        {
            IWaitStrategy wait = WaitStrategy.Create(kind, spots[side], 2);
            while (Volatile.Read(ref turn) is int now && now < Volatile.Read(ref end))
            {
                if (now % 2 != side)
                {
                    wait.WaitOnce();
                    continue;
                }

                wait.Reset();
                if (!rounds.IsAnotherAfter(now))
                    Volatile.Write(ref end, now);
                Volatile.Write(ref turn, now + 1);
                spots[1 - side].Signal();
            }

            wait.Reset();
            spots[1 - side].Signal();
        }
    }
}
