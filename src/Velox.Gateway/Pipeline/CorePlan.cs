using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>Chooses cores for threads that are always busy and hand work to each other.</summary>
public static class CorePlan
{
    /// <summary>A core for each thread, or none at all where there are fewer.</summary>
    /// <remarks>
    /// Cores that the scheduler leaves free come first, then one of each physical core before its siblings, all of one NUMA
    /// node before those of the next; the first core last, where the system does most of its own work.
    /// </remarks>
    /// <param name="cores">The machine's.</param>
    /// <param name="threads">At least 1.</param>
    public static IReadOnlyList<int> Choose(IReadOnlyList<LogicalCore> cores, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        int[] chosen =
        [
            .. cores.Where(core => core.IsAllowed)
                .OrderByDescending(core => core.IsIsolated)
                .ThenBy(core => core.Siblings.Count > 0 && core.Siblings[0] != core.Id)
                .ThenBy(core => core.Id == 0)
                .ThenBy(core => core.NodeId)
                .ThenBy(core => core.Id)
                .Select(core => core.Id)
                .Take(threads),
        ];
        return chosen.Length == threads ? chosen : [];
    }
}
