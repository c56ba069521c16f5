using Xunit;

namespace Velox.Primitives.Tests;

public class HostReportTests
{
    [Fact]
    public void Every_feature_has_one_answer_with_a_reason()
    {
        var report = HostReport.Create();
        Assert.Equal(
            report.Grants.Count, report.Grants.DistinctBy(grant => grant.Feature).Count());
        Assert.All(report.Grants, grant => Assert.NotEmpty(grant.Detail));
        Assert.NotEmpty(report.Platform);
    }

    [Fact]
    public void Isolated_cores_and_nodes_come_from_the_topology()
    {
        using FakeMachine large = FakeMachine.TwoSocketsWithSmt();
        var topology = HostTopology.Read(large.Root, 1);
        Assert.Equal("isolated cores: granted, 2,6", HostReport.DescribeIsolation(topology).ToString());
        Assert.Equal("NUMA placement: granted, nodes 0-1", HostReport.DescribeNodes(topology).ToString());

        using FakeMachine small = FakeMachine.BigLittle();
        topology = HostTopology.Read(small.Root, 1);
        Assert.StartsWith("isolated cores: refused, there are none", HostReport.DescribeIsolation(topology).ToString(), StringComparison.Ordinal);
        Assert.StartsWith("NUMA placement: refused, there is one node", HostReport.DescribeNodes(topology).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_clock_that_fell_back_says_why()
    {
        var clock = TscClock.Start(CycleCounter.Unavailable("no counter"));
        Assert.Equal("counter clock: refused, the system's clock is used: no counter", HostReport.DescribeClock(clock).ToString());
    }
}
