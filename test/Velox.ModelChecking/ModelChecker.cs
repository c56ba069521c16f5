namespace Velox.ModelChecking;

/// <summary>
/// Runs a small concurrent scenario in every way in which it can go: every interleaving of its threads' operations, and
/// every value that each load may deliver on a weakly ordered processor.
/// </summary>
/// <remarks>
/// <para><b>Modelled</b> (C++11 as repaired by RC11, without the parts below): coherence; release and acquire;
/// release sequences through read-modify-writes; relaxed loads that read older stores; delayed stores (store
/// buffering); sequentially consistent fences, which also acquire and release; light and process-wide fences, whose pairs
/// stand in one order as those of WG21's P1202 do (two light fences do not), which is what an interrupt of every core gives
/// when the compiler keeps the light one in its place; read-modify-writes that act on the newest
/// value, acquire and release, but are <i>not</i> fences, though in .NET they are: what passes here does not need that;
/// sleeping and waking on a word (futex), without spurious or timed wake-ups, so that a lost one shows.</para>
/// <para><b>Not modelled</b>: a load that reads a store which comes later in the execution (load buffering: ARM allows
/// it for plain accesses without dependency); a store that is ordered before one executed earlier at the same location
/// (2+2W); compare-and-swap that fails spuriously or on an older value; consume; mixed sizes. A waiting loop must call the
/// model's spin hint, and reads up-to-date values in its next turn.</para>
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
