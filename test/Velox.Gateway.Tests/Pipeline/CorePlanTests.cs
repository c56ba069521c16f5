using Velox.Primitives;
using Xunit;

namespace Velox.Gateway.Tests;

public sealed class CorePlanTests
{
    [Fact]
    public void Isolated_cores_come_first() =>
        Assert.Equal([5, 6, 1], CorePlan.Choose([.. Plain(8, isolated: [5, 6])], 3));

    [Fact]
    public void Each_thread_has_a_physical_core_before_siblings_are_used()
    {
        // 0 and 4, 1 and 5, 2 and 6, 3 and 7 are siblings.
        LogicalCore[] cores = [.. Enumerable.Range(0, 8).Select(id => Core(id, siblings: [id % 4, (id % 4) + 4]))];
        Assert.Equal([1, 2, 3, 0], CorePlan.Choose(cores, 4));
        Assert.Equal([1, 2, 3, 0, 4], CorePlan.Choose(cores, 5));
    }

    [Fact]
    public void Threads_stay_on_one_node_as_long_as_it_has_cores()
    {
        LogicalCore[] cores = [.. Enumerable.Range(0, 8).Select(id => Core(id, nodeId: id % 2))];
        Assert.Equal([2, 4, 6, 1], CorePlan.Choose(cores, 4));
    }

    [Fact]
    public void With_fewer_cores_than_threads_none_is_pinned()
    {
        Assert.Empty(CorePlan.Choose([.. Plain(3)], 4));
        Assert.Empty(CorePlan.Choose([.. Plain(8).Select(core => core with { IsAllowed = core.Id < 3 })], 4));
        Assert.Equal([1, 2, 3, 0], CorePlan.Choose([.. Plain(4)], 4));
    }

    private static IEnumerable<LogicalCore> Plain(int count, int[]? isolated = null) =>
        Enumerable.Range(0, count).Select(id => Core(id) with { IsIsolated = isolated?.Contains(id) ?? false });

    private static LogicalCore Core(int id, int[]? siblings = null, int nodeId = 0) =>
        new(id, PackageId: 0, CoreId: id, siblings ?? [id], nodeId, Capacity: null, IsAllowed: true, IsIsolated: false);
}
