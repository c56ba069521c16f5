using Xunit;

namespace Velox.Primitives.Tests;

public class ThreadPlacementTests
{
    [Fact]
    public void A_pinned_thread_may_run_on_that_core_alone_and_others_are_not_touched()
    {
        SkipUnlessLinux();
        IReadOnlyList<int> mine = ThreadPlacement.CurrentCores();
        OnThread(() =>
        {
            foreach (int core in mine)
            {
                HostGrant grant = ThreadPlacement.PinToCore(core);
                Assert.True(grant.IsGranted, grant.ToString());
                Assert.Equal([core], ThreadPlacement.CurrentCores());
            }

            Assert.True(ThreadPlacement.PinToCores(mine).IsGranted);
            Assert.Equal(mine, ThreadPlacement.CurrentCores());
        });
        Assert.Equal(mine, ThreadPlacement.CurrentCores());
    }

    [Fact]
    public void A_core_that_is_not_there_is_refused_with_the_reason_and_changes_nothing()
    {
        SkipUnlessLinux();
        Assert.SkipWhen(HostTopology.Read().Cores.Any(core => core.Id == CoreList.MaxNumber), "This machine has that many cores.");
        OnThread(() =>
        {
            IReadOnlyList<int> before = ThreadPlacement.CurrentCores();
            HostGrant grant = ThreadPlacement.PinToCore(CoreList.MaxNumber);
            Assert.False(grant.IsGranted);
            Assert.Contains($"core {CoreList.MaxNumber} does not exist", grant.Detail, StringComparison.Ordinal);
            Assert.Equal(before, ThreadPlacement.CurrentCores());
        });
    }

    [Fact]
    public void Real_time_priority_is_given_or_refused_with_what_it_needs() => OnThread(() =>
    {
        HostGrant grant = ThreadPlacement.SetRealTimePriority(ThreadPlacement.MinPriority);
        if (grant.IsGranted)
        {
            Assert.Equal("SCHED_FIFO 1", grant.Detail);
            Assert.True(ThreadPlacement.SetOrdinaryPriority().IsGranted);
        }
        else
        {
            Assert.Matches("CAP_SYS_NICE|not available on this system|error [0-9]+", grant.Detail);
        }
    });

    [Fact]
    public void Numbers_out_of_range_are_refused_at_once()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ThreadPlacement.PinToCore(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ThreadPlacement.PinToCore(CoreList.MaxNumber + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ThreadPlacement.PinToCores([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ThreadPlacement.SetRealTimePriority(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ThreadPlacement.SetRealTimePriority(100));
    }

    private static void SkipUnlessLinux() =>
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pinning is not available on this system: run it on Linux.");

    /// <summary>Runs on a thread of its own, which takes what is done to it with it.</summary>
    private static void OnThread(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(action));
        thread.Start();
        thread.Join();
        if (failure is not null)
            Assert.Fail(failure.ToString());
    }
}
