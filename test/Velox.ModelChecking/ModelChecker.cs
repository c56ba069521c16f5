namespace Velox.ModelChecking;

/// <summary>
/// Runs a small concurrent scenario in every way in which it can go: every interleaving of its threads' operations, and
/// every value that each load may deliver on a weakly ordered processor.
/// </summary>
/// <remarks>
/// <para><b>Modelled</b> (C++11 as repaired by RC11, without the parts below; names are those of litmus tests): release and
/// acquire (MP), release sequences through read-modify-writes; relaxed loads that read older stores, and stores that others
/// see late (SB, R); readers that disagree on independent stores (IRIW); stores that find their place before one performed
/// earlier at the same location (2+2W, S); coherence (CoRR, CoRW, CoWR, CoWW); read-modify-writes that act on the newest
/// value, acquire and release, but are <i>not</i> fences, though in .NET they are: what passes here does not need that;
/// sequentially consistent fences, which also acquire and release; light and process-wide fences, of which each pair stands
/// in an order as those of WG21's P1202 do (two light ones do not): what an interrupt of every core gives where the compiler
/// keeps the light one in its place; sleeping and waking on a word (futex), without spurious or timed wake-ups, so that a lost
/// one shows.</para>
/// <para><b>Not modelled</b>: a load that reads a store which comes later in the execution (LB, load buffering); a
/// read-modify-write on an older value than the newest, and one that fails spuriously; consume; mixed sizes; timed and
/// spurious wake-ups. A waiting loop must call the model's spin hint, and reads up-to-date values in its next turn.</para>
/// <para><b>Load buffering</b> is what ARM and C++ allow and this misses: in a cycle of threads each loads relaxed and then
/// stores, with no order between the two, what the next one loads. One thread of the cycle that acquires, releases, or
/// stores only where the load said so, breaks it. Our structures have no such cycle: a store that others go by releases, is a
/// read-modify-write, or follows an acquire, but for the odd stamps of the sequence lock and the broadcast ring, whose writer
/// loads nothing that others write. A structure without this property must not be trusted to this checker.</para>
/// <para><b>Bounds</b>: 4 threads, 64 atomic words, 32 KiB. Everything shared must be in memory of the scenario, and
/// accessed through the model. The first fault ends the exploration.</para>
/// <example>
/// <code>
/// ModelChecker.Check(scenario =&gt;
/// {
///     long* data = scenario.Allocate&lt;long&gt;("data");
///     long* ready = scenario.Allocate&lt;long&gt;("ready");
///     scenario.Thread(() =&gt;
///     {
///         CheckedModel.Write(ref *data, 42);
///         CheckedModel.StoreRelease(ref *ready, 1);
///     });
///     scenario.Thread(() =&gt;
///     {
///         if (CheckedModel.LoadAcquire(ref *ready) == 1)
///             Assert.Equal(42, CheckedModel.Read(ref *data));
///     });
/// }).MustPass();
/// </code>
/// </example>
/// </remarks>
public static class ModelChecker
{
    /// <summary>Explores a scenario until its first fault, its end, or the bound.</summary>
    /// <param name="scenario">Defines memory, threads and final check; runs once for each execution.</param>
    /// <param name="options">Bounds; null for the usual ones.</param>
    /// <exception cref="ModelCheckException">The scenario breaks a rule of the checker.</exception>
    public static CheckResult Check(Action<Scenario> scenario, CheckOptions? options = null)
    {
        options ??= new CheckOptions();
        var scheduler = new Scheduler(options);
        using var execution = new Execution(scheduler);
        long completed = 0;
        long pruned = 0;
        while (completed + pruned < options.MaxExecutions)
        {
            Finding? finding = execution.Run(scenario);
            if (scheduler.Ending == Ending.Pruned)
                pruned++;
            else
                completed++;
            if (finding is not null)
                return new CheckResult(completed, pruned, false, finding);
            if (!scheduler.TryAdvance())
                return new CheckResult(completed, pruned, true, null);
        }

        return new CheckResult(completed, pruned, false, null);
    }

    /// <summary>Runs a scenario once along the schedule of a finding; returns the fault that shows, or null.</summary>
    /// <exception cref="ModelCheckException">The schedule is not one of this scenario.</exception>
    public static Finding? Replay(Action<Scenario> scenario, string schedule)
    {
        var scheduler = new Scheduler(new CheckOptions());
        scheduler.Follow(schedule);
        using var execution = new Execution(scheduler);
        return execution.Run(scenario);
    }
}
