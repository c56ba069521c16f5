namespace Velox.Primitives;

/// <summary>One logical core: what the system schedules a thread on.</summary>
/// <param name="Id">Its number in the system.</param>
/// <param name="PackageId">The socket.</param>
/// <param name="CoreId">The physical core inside the socket.</param>
/// <param name="Siblings">The logical cores of the same physical core, itself among them (SMT).</param>
/// <param name="NodeId">The NUMA node.</param>
/// <param name="Capacity">Relative strength, 1,024 for the strongest; null where all are alike or nothing is known.</param>
/// <param name="IsAllowed">Whether this process may run on it (affinity mask, cpuset of a container).</param>
/// <param name="IsIsolated">Whether the scheduler leaves it to threads that are pinned to it.</param>
public sealed record LogicalCore(
    int Id, int PackageId, int CoreId, IReadOnlyList<int> Siblings, int NodeId, int? Capacity, bool IsAllowed, bool IsIsolated);

/// <summary>One cache and the logical cores that share it.</summary>
/// <param name="Level">1 is the nearest to the core.</param>
/// <param name="Kind">Data, Instruction or Unified.</param>
/// <param name="SizeBytes">0 when not known.</param>
/// <param name="LineBytes">Bytes that move at once; 0 when not known.</param>
/// <param name="SharedBy">Logical cores.</param>
public sealed record CoreCache(int Level, string Kind, long SizeBytes, int LineBytes, IReadOnlyList<int> SharedBy);

/// <summary>A NUMA node: memory and the cores that are near to it.</summary>
/// <param name="Id">Its number in the system.</param>
/// <param name="Cores">Logical cores; none for memory alone.</param>
/// <param name="TotalBytes">0 when not known.</param>
/// <param name="FreeBytes">At the time of reading; 0 when not known.</param>
public sealed record MemoryNode(int Id, IReadOnlyList<int> Cores, long TotalBytes, long FreeBytes);

/// <summary>The machine as this process sees it: cores, SMT siblings, caches, NUMA nodes.</summary>
/// <remarks>
/// <para>
/// Read once from Linux's <c>/sys/devices/system</c> and <c>/proc</c>. What is not told there is assumed plain (a core of
/// its own, one node) and named in <see cref="Gaps"/>. On other systems only the number of cores is known.
/// </para>
/// <code>
/// var topology = HostTopology.Read();
/// int core = topology.IsolatedCores.FirstOrDefault(topology.AllowedCores[0]);
/// </code>
/// </remarks>
public sealed class HostTopology
{
    internal HostTopology(
        IReadOnlyList<LogicalCore> cores, IReadOnlyList<CoreCache> caches, IReadOnlyList<MemoryNode> nodes, IReadOnlyList<string> gaps)
    {
        Cores = cores;
        Caches = caches;
        Nodes = nodes;
        Gaps = gaps;
        AllowedCores = [.. cores.Where(core => core.IsAllowed).Select(core => core.Id)];
        IsolatedCores = [.. cores.Where(core => core.IsIsolated).Select(core => core.Id)];
        PhysicalCores = cores.DistinctBy(core => (core.PackageId, core.Siblings[0])).Count();
        Packages = cores.DistinctBy(core => core.PackageId).Count();
    }

    /// <summary>Logical cores that are on line, by number; at least one.</summary>
    public IReadOnlyList<LogicalCore> Cores { get; }

    /// <summary>Caches, each once, by level.</summary>
    public IReadOnlyList<CoreCache> Caches { get; }

    /// <summary>NUMA nodes by number; at least one.</summary>
    public IReadOnlyList<MemoryNode> Nodes { get; }

    /// <summary>Numbers of the cores that this process may run on; never empty.</summary>
    public IReadOnlyList<int> AllowedCores { get; }

    /// <summary>Numbers of the cores that the scheduler leaves to pinned threads.</summary>
    public IReadOnlyList<int> IsolatedCores { get; }

    /// <summary>What the system did not tell, a sentence each.</summary>
    public IReadOnlyList<string> Gaps { get; }

    public int PhysicalCores { get; }

    /// <summary>Sockets.</summary>
    public int Packages { get; }

    /// <summary>Whether two logical cores share a physical one.</summary>
    public bool HasSmt => PhysicalCores < Cores.Count;

    /// <summary>Reads this machine's; never fails.</summary>
    public static HostTopology Read() =>
        OperatingSystem.IsLinux()
            ? Read("/", Environment.ProcessorCount)
            : LinuxTopology.Plain(Environment.ProcessorCount, "topology is not available on this system: only the number of cores is");

    /// <param name="root">The folder that has <c>sys</c> and <c>proc</c>.</param>
    /// <param name="processorCount">Cores to assume where the files name none.</param>
    internal static HostTopology Read(string root, int processorCount) =>
        new LinuxTopology(new KernelFiles(root), processorCount).Read();
}
