using System.Globalization;
using System.Runtime.InteropServices;

namespace Velox.Primitives;

/// <summary>The machine and what it grants this process, asked at start and printed.</summary>
/// <remarks>
/// Every answer comes from asking, on a thread that ends or for memory that is given back: nothing of the process changes.
/// <code>
/// foreach (HostGrant grant in HostReport.Create().Grants) Console.WriteLine(grant);
/// </code>
/// </remarks>
/// <param name="Platform">Operating system and processor architecture.</param>
/// <param name="Topology">Cores, caches, nodes.</param>
/// <param name="Grants">What was given and what was not, and why.</param>
public sealed record HostReport(string Platform, HostTopology Topology, IReadOnlyList<HostGrant> Grants)
{
    private const long HugePageProbeBytes = 4L << 20;

    /// <summary>Asks this machine; takes the time of a clock's calibration.</summary>
    public static HostReport Create() => Create(HostTopology.Read());

    internal static HostReport Create(HostTopology topology)
    {
        string platform = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}";
        return new HostReport(platform, topology, [
            AskOnThread(() => ThreadPlacement.PinToCore(topology.AllowedCores[^1])),
            AskOnThread(() => ThreadPlacement.SetRealTimePriority(ThreadPlacement.MinPriority)),
            DescribeIsolation(topology),
            DescribeNodes(topology),
            AskForHugePages(),
            DescribeClock(TscClock.Start()),
        ]);
    }

    internal static HostGrant DescribeIsolation(HostTopology topology) => topology.IsolatedCores.Count > 0
        ? HostGrant.Given("isolated cores", CoreList.Format(topology.IsolatedCores))
        : HostGrant.Refused("isolated cores", "there are none: needs isolcpus= on the kernel's command line or an isolated cpuset");

    internal static HostGrant DescribeNodes(HostTopology topology) => topology.Nodes.Count > 1
        ? HostGrant.Given("NUMA placement", $"nodes {CoreList.Format([.. topology.Nodes.Select(node => node.Id)])}")
        : HostGrant.Refused("NUMA placement", "there is one node: all memory is equally near");

    internal static HostGrant DescribeClock(TscClock clock) => clock.FallbackReason is { } reason
        ? HostGrant.Refused("counter clock", $"the system's clock is used: {reason}")
        : HostGrant.Given("counter clock", string.Create(CultureInfo.InvariantCulture, $"{clock.TicksPerSecond / 1e6:0.000} MHz"));

    private static HostGrant AskForHugePages()
    {
        using var region = new NativeRegion(new NativeRegionOptions(HugePageProbeBytes) { TryHugePages = true });
        return region.Grants[0];
    }

    private static HostGrant AskOnThread(Func<HostGrant> ask)
    {
        HostGrant answer = default;
        var thread = new Thread(() => answer = ask()) { Name = "velox-host-probe" };
        thread.Start();
        thread.Join();
        return answer;
    }
}
