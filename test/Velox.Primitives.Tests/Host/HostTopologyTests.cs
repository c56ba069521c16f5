using Xunit;

namespace Velox.Primitives.Tests;

public class HostTopologyTests
{
    private const int ProcessorCount = 3;

    [Fact]
    public void Two_sockets_with_smt()
    {
        using FakeMachine machine = FakeMachine.TwoSocketsWithSmt();
        var topology = HostTopology.Read(machine.Root, ProcessorCount);

        Assert.Empty(topology.Gaps);
        Assert.Equal((8, 4, 2, true), (topology.Cores.Count, topology.PhysicalCores, topology.Packages, topology.HasSmt));
        LogicalCore core = topology.Cores[7];
        Assert.Equal((7, 1, 1, 1), (core.Id, core.PackageId, core.CoreId, core.NodeId));
        Assert.Equal([3, 7], core.Siblings);
        Assert.Equal([2, 6], topology.IsolatedCores);
        Assert.Equal(Enumerable.Range(0, 8), topology.AllowedCores);

        Assert.Equal([(1, 8), (2, 4), (3, 2)], topology.Caches.CountBy(cache => cache.Level).Select(pair => (pair.Key, pair.Value)));
        CoreCache last = topology.Caches[^1];
        Assert.Equal((3, "Unified", 32L << 20, 64), (last.Level, last.Kind, last.SizeBytes, last.LineBytes));
        Assert.Equal([2, 3, 6, 7], last.SharedBy);

        Assert.Equal([(0, 1_024_000, 614_400), (1, 2_048_000, 1_536_000)], topology.Nodes.Select(node => (node.Id, node.TotalBytes, node.FreeBytes)));
        Assert.Equal([2, 3, 6, 7], topology.Nodes[1].Cores);
    }

    [Fact]
    public void Big_and_little_cores_without_smt()
    {
        using FakeMachine machine = FakeMachine.BigLittle();
        var topology = HostTopology.Read(machine.Root, ProcessorCount);

        Assert.Equal((6, 6, 1, false), (topology.Cores.Count, topology.PhysicalCores, topology.Packages, topology.HasSmt));
        Assert.Equal([446, 446, 446, 446, 1_024, 1_024], topology.Cores.Select(core => core.Capacity));
        Assert.Empty(topology.IsolatedCores);
        Assert.Empty(topology.Caches);
        MemoryNode node = Assert.Single(topology.Nodes);
        Assert.Equal((0, 4_096_000, 1_024_000), (node.Id, node.TotalBytes, node.FreeBytes));
        Assert.Equal(2, topology.Gaps.Count); // nodes and caches
    }

    [Fact]
    public void A_container_sees_all_cores_and_may_use_some()
    {
        using FakeMachine machine = FakeMachine.TwoSocketsWithSmt().Allowed("1,4-5");
        var topology = HostTopology.Read(machine.Root, ProcessorCount);

        Assert.Equal(8, topology.Cores.Count);
        Assert.Equal([1, 4, 5], topology.AllowedCores);
        Assert.Equal([1, 4, 5], topology.Cores.Where(core => core.IsAllowed).Select(core => core.Id));
    }

    [Theory]
    [InlineData("99")] // off line
    [InlineData("none of it")]
    [InlineData("")]
    public void Allowed_cores_that_make_no_sense_are_all(string allowed)
    {
        using FakeMachine machine = FakeMachine.TwoSocketsWithSmt().Allowed(allowed);
        var topology = HostTopology.Read(machine.Root, ProcessorCount);

        Assert.Equal(8, topology.AllowedCores.Count);
        Assert.Contains(topology.Gaps, gap => gap.Contains("may use are not told", StringComparison.Ordinal));
    }

    [Fact]
    public void Cores_that_are_off_line_are_not_there()
    {
        using FakeMachine machine = FakeMachine.TwoSocketsWithSmt().Cpu("online", "0-3,5");
        var topology = HostTopology.Read(machine.Root, ProcessorCount);

        Assert.Equal([0, 1, 2, 3, 5], topology.Cores.Select(core => core.Id));
        Assert.Equal([0, 1, 5], topology.Nodes[0].Cores);
    }

    [Fact]
    public void Without_any_file_there_are_plain_cores_and_it_is_said()
    {
        using var machine = new FakeMachine();
        var topology = HostTopology.Read(machine.Root, ProcessorCount);

        Assert.Equal((3, 3, 1, false), (topology.Cores.Count, topology.PhysicalCores, topology.Packages, topology.HasSmt));
        Assert.Equal([0, 1, 2], topology.AllowedCores);
        Assert.Equal([0, 1, 2], Assert.Single(topology.Nodes).Cores);
        Assert.Contains("online is missing", Assert.Single(topology.Gaps), StringComparison.Ordinal);
    }

    [Fact]
    public void With_the_list_of_cores_alone_every_other_thing_is_assumed_and_said()
    {
        using FakeMachine machine = new FakeMachine().Cpu("online", "0-1");
        var topology = HostTopology.Read(machine.Root, ProcessorCount);

        Assert.Equal((2, 2, 1, false), (topology.Cores.Count, topology.PhysicalCores, topology.Packages, topology.HasSmt));
        Assert.Equal(0, Assert.Single(topology.Nodes).TotalBytes);
        Assert.Equal(5, topology.Gaps.Count); // nodes, allowed cores, each core's topology, caches
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Damaged_files_never_throw(int seed)
    {
        var random = new Random(seed);
        string[] texts = ["", "-1", "x", "0-", "999999999999999999999", "0-300", "\0\0", "32KK", "K", "MemTotal:", "Cpus_allowed_list: 0-"];
        for (int round = 0; round < 20; round++)
        {
            using FakeMachine machine = FakeMachine.TwoSocketsWithSmt();
            foreach (string file in Directory.EnumerateFiles(machine.Root, "*", SearchOption.AllDirectories))
            {
                int choice = random.Next(5 * texts.Length);
                if (choice < texts.Length)
                    File.WriteAllText(file, texts[choice]);
                else if (choice == texts.Length)
                    File.Delete(file);
            }

            var topology = HostTopology.Read(machine.Root, ProcessorCount);
            string context = $"seed {seed}, round {round}";
            Assert.True(topology.AllowedCores.Count >= 1, context);
            Assert.True(topology.Nodes.Count >= 1, context);
            Assert.True(topology.Cores.All(core => core.Siblings.Contains(core.Id)), context);
        }
    }

    [Fact]
    public void This_machine_has_at_least_the_cores_that_the_runtime_counts()
    {
        var topology = HostTopology.Read();
        Assert.True(topology.Cores.Count >= 1);
        Assert.True(topology.AllowedCores.Count >= Environment.ProcessorCount || topology.Gaps.Count > 0);
    }
}
