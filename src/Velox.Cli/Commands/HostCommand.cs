using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary><c>velox host</c>: what this machine is and what it grants.</summary>
internal static class HostCommand
{
    private static readonly JsonSerializerOptions JsonOptions = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    internal static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of text." };
        var command = new Command("host", "Print this machine's cores, caches and memory, and what the system grants.") { json };
        command.SetAction(result =>
        {
            var report = HostReport.Create();
            if (result.GetValue(json))
                Console.WriteLine(JsonSerializer.Serialize(report, JsonOptions));
            else
                Print(report);
            return 0;
        });
        return command;
    }

    private static void Print(HostReport report)
    {
        HostTopology topology = report.Topology;
        PrintLine("system", report.Platform);
        PrintLine("cores", $"{topology.AllowedCores.Count} allowed of {topology.Cores.Count}: {CoreList.Format(topology.AllowedCores)}");
        PrintLine("", $"{topology.PhysicalCores} physical in {topology.Packages} packages, SMT {(topology.HasSmt ? "on" : "off")}");
        foreach (IGrouping<int?, LogicalCore> group in topology.Cores.Where(core => core.Capacity < 1_024).GroupBy(core => core.Capacity))
            PrintLine("", $"capacity {group.Key} of 1024: {CoreList.Format([.. group.Select(core => core.Id)])}");
        foreach (IGrouping<(int, string, long, int), CoreCache> group in topology.Caches.GroupBy(
            cache => (cache.Level, cache.Kind, cache.SizeBytes, cache.LineBytes)))
        {
            CoreCache cache = group.First();
            PrintLine(
                "cache", $"{group.Count()} x L{cache.Level} {cache.Kind.ToLowerInvariant()}, {Size(cache.SizeBytes)}, "
                + $"lines of {cache.LineBytes} bytes, each for {cache.SharedBy.Count} cores");
        }

        foreach (MemoryNode node in topology.Nodes)
            PrintLine("memory", $"node {node.Id}: {Size(node.TotalBytes)}, {Size(node.FreeBytes)} free, cores {CoreList.Format(node.Cores)}");
        foreach (HostGrant grant in report.Grants)
            PrintLine(grant.IsGranted ? "granted" : "refused", $"{grant.Feature}: {grant.Detail}");
        foreach (string gap in topology.Gaps)
            PrintLine("unknown", gap);
    }

    private static void PrintLine(string label, string text) => Console.WriteLine($"{label,-9}{text}");

    private static string Size(long bytes) => bytes switch
    {
        0 => "unknown size",
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / (1L << 30):0.0} GiB"),
        >= 1L << 20 => $"{bytes >> 20} MiB",
        _ => $"{bytes >> 10} KiB",
    };
}
