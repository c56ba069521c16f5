namespace Velox.Primitives;

/// <summary>Puts a <see cref="HostTopology"/> together from Linux's files.</summary>
internal sealed class LinuxTopology(KernelFiles files, int processorCount)
{
    private const string CpuFolder = "sys/devices/system/cpu";
    private const string NodeFolder = "sys/devices/system/node";
    private const int MaxCachesPerCore = 16;

    private readonly List<string> _gaps = [];

    /// <summary>A topology of which only the number of cores is known.</summary>
    internal static HostTopology Plain(int processorCount, string gap)
    {
        int[] numbers = [.. Enumerable.Range(0, processorCount)];
        LogicalCore[] cores = [.. numbers.Select(id => new LogicalCore(id, 0, id, [id], 0, null, IsAllowed: true, IsIsolated: false))];
        return new HostTopology(cores, [], [new MemoryNode(0, numbers, 0, 0)], [gap]);
    }

    internal HostTopology Read()
    {
        IReadOnlyList<int>? online = files.List($"{CpuFolder}/online");
        if (online is not { Count: > 0 })
            return Plain(processorCount, $"/{CpuFolder}/online is missing: only the number of cores is known");

        IReadOnlyList<MemoryNode> nodes = ReadNodes(online);
        HashSet<int> allowed = ReadAllowed(online);
        HashSet<int> isolated = [.. files.List($"{CpuFolder}/isolated") ?? []];
        LogicalCore[] cores = [.. online.Select(id => ReadCore(id, nodes, allowed.Contains(id), isolated.Contains(id)))];
        CoreCache[] caches = ReadCaches(online);
        if (caches.Length == 0)
            _gaps.Add("caches are not told");
        return new HostTopology(cores, caches, nodes, _gaps);
    }

    private HashSet<int> ReadAllowed(IReadOnlyList<int> online)
    {
        string? text = files.Field("proc/self/status", "Cpus_allowed_list");
        IReadOnlyList<int>? told = text is null ? null : CoreList.Parse(text);
        int[] allowed = told is null ? [] : [.. told.Intersect(online)];
        if (allowed.Length > 0)
            return [.. allowed];
        _gaps.Add("the cores that this process may use are not told: all are assumed");
        return [.. online];
    }

    private LogicalCore ReadCore(int id, IReadOnlyList<MemoryNode> nodes, bool isAllowed, bool isIsolated)
    {
        string folder = $"{CpuFolder}/cpu{id}/topology";
        int? core = files.Number($"{folder}/core_id");
        IReadOnlyList<int>? siblings = files.List($"{folder}/core_cpus_list") ?? files.List($"{folder}/thread_siblings_list");
        if (core is null || siblings is null)
            _gaps.Add($"the topology of core {id} is not told: it is taken as a physical core");
        if (siblings is null || !siblings.Contains(id))
            siblings = [id];
        int node = nodes.FirstOrDefault(node => node.Cores.Contains(id))?.Id ?? nodes[0].Id;

        // -1 is how some machines say that they do not know.
        int package = Math.Max(0, files.Number($"{folder}/physical_package_id") ?? 0);
        int? capacity = files.Number($"{CpuFolder}/cpu{id}/cpu_capacity");
        return new LogicalCore(id, package, core ?? id, siblings, node, capacity, isAllowed, isIsolated);
    }

    private IReadOnlyList<MemoryNode> ReadNodes(IReadOnlyList<int> online)
    {
        IReadOnlyList<int>? numbers = files.List($"{NodeFolder}/online");
        if (numbers is not { Count: > 0 })
        {
            _gaps.Add("NUMA nodes are not told: one is assumed");
            return [new MemoryNode(0, online, MemoryBytes("proc/meminfo", "MemTotal"), MemoryBytes("proc/meminfo", "MemFree"))];
        }

        return [.. numbers.Select(ReadNode)];

        MemoryNode ReadNode(int id)
        {
            string folder = $"{NodeFolder}/node{id}";
            if (files.List($"{folder}/cpulist") is not { } cores)
            {
                _gaps.Add($"the cores of NUMA node {id} are not told");
                cores = [];
            }

            return new MemoryNode(
                id, [.. cores.Intersect(online)], MemoryBytes($"{folder}/meminfo", "MemTotal"), MemoryBytes($"{folder}/meminfo", "MemFree"));
        }
    }

    private long MemoryBytes(string path, string field) => files.KilobyteField(path, field) ?? 0;

    private CoreCache[] ReadCaches(IReadOnlyList<int> online)
    {
        var caches = new Dictionary<string, CoreCache>();
        foreach (int id in online)
        {
            for (int index = 0; index < MaxCachesPerCore; index++)
            {
                string folder = $"{CpuFolder}/cpu{id}/cache/index{index}";
                if (files.Number($"{folder}/level") is not { } level)
                    break;
                string kind = files.Text($"{folder}/type") ?? "Unified";
                IReadOnlyList<int> sharedBy = files.List($"{folder}/shared_cpu_list") is { Count: > 0 } list ? list : [id];

                // Every core that shares a cache describes it again.
                caches.TryAdd(
                    $"{level} {kind} {CoreList.Format(sharedBy)}",
                    new CoreCache(
                        level, kind, files.Size($"{folder}/size") ?? 0, files.Number($"{folder}/coherency_line_size") ?? 0, sharedBy));
            }
        }

        return [.. caches.Values.OrderBy(cache => cache.Level).ThenBy(cache => cache.Kind, StringComparer.Ordinal).ThenBy(cache => cache.SharedBy[0])];
    }
}
