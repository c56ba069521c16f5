using System.Runtime.InteropServices;

namespace Velox.Primitives;

/// <summary>Where and before whom the calling thread runs: pinning to a core, and real-time priority.</summary>
/// <remarks>
/// <para>
/// Both are asked of Linux for the operating system's thread that calls, so a thread of one's own calls them, never one of
/// the pool. They cost a system call. A refusal changes nothing and is a value, never an exception: the work goes on
/// unpinned.
/// </para>
/// <code>
/// HostGrant pinned = ThreadPlacement.PinToCore(3);
/// if (!pinned.IsGranted) log.Warn(pinned.ToString());
/// </code>
/// </remarks>
public static unsafe partial class ThreadPlacement
{
    /// <summary>The lowest and the highest real-time priority.</summary>
    public const int MinPriority = 1;
    public const int MaxPriority = 99;

    private const string PinningFeature = "pinning";
    private const string PriorityFeature = "real-time priority";
    private const string OnlyLinux = "not available on this system: only on Linux";
    private const int MaskWords = (CoreList.MaxNumber + 1) / 64;
    private const int CallingThread = 0;
    private const int SchedOther = 0;
    private const int SchedFifo = 1;
    private const int NotPermitted = 1; // EPERM
    private const int InvalidArgument = 22; // EINVAL

    /// <summary>Pins the calling thread to one logical core.</summary>
    /// <param name="core">0 to <see cref="CoreList.MaxNumber"/>.</param>
    public static HostGrant PinToCore(int core) => PinToCores([core]);

    /// <summary>Lets the calling thread run on the given logical cores only.</summary>
    /// <param name="cores">At least one; each 0 to <see cref="CoreList.MaxNumber"/>. Those that do not exist or are not allowed
    /// do not count.</param>
    public static HostGrant PinToCores(IReadOnlyList<int> cores)
    {
        ArgumentNullException.ThrowIfNull(cores);
        ArgumentOutOfRangeException.ThrowIfZero(cores.Count);
        ulong* mask = stackalloc ulong[MaskWords];
        foreach (int core in cores)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(core);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(core, CoreList.MaxNumber);
            mask[core / 64] |= 1UL << (core % 64);
        }

        if (!OperatingSystem.IsLinux())
            return HostGrant.Refused(PinningFeature, OnlyLinux);
        if (SetAffinity(CallingThread, MaskWords * sizeof(ulong), mask) == 0)
            return HostGrant.Given(PinningFeature, $"core {CoreList.Format(cores)}");
        int error = Marshal.GetLastPInvokeError();
        return HostGrant.Refused(PinningFeature, error switch
        {
            InvalidArgument => $"core {CoreList.Format(cores)} does not exist or is outside the process's cpuset",
            NotPermitted => "the process may not change its affinity: needs CAP_SYS_NICE or a sandbox that allows it",
            _ => $"error {error} of sched_setaffinity",
        });
    }

    /// <summary>The logical cores that the calling thread may run on; empty where the system does not tell.</summary>
    public static IReadOnlyList<int> CurrentCores()
    {
        ulong* mask = stackalloc ulong[MaskWords];
        if (!OperatingSystem.IsLinux() || GetAffinity(CallingThread, MaskWords * sizeof(ulong), mask) < 0)
            return [];
        var cores = new List<int>();
        for (int core = 0; core <= CoreList.MaxNumber; core++)
        {
            if ((mask[core / 64] >> (core % 64) & 1) != 0)
                cores.Add(core);
        }

        return cores;
    }

    /// <summary>Gives the calling thread <c>SCHED_FIFO</c>: it runs until it blocks, before every ordinary thread.</summary>
    /// <remarks>A thread that spins with it may keep its core from everything else: give it a core of its own.</remarks>
    /// <param name="priority"><see cref="MinPriority"/> to <see cref="MaxPriority"/>.</param>
    public static HostGrant SetRealTimePriority(int priority)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(priority, MinPriority);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(priority, MaxPriority);
        if (!OperatingSystem.IsLinux())
            return HostGrant.Refused(PriorityFeature, OnlyLinux);
        if (SetScheduler(CallingThread, SchedFifo, &priority) == 0)
            return HostGrant.Given(PriorityFeature, $"SCHED_FIFO {priority}");
        int error = Marshal.GetLastPInvokeError();
        return HostGrant.Refused(
            PriorityFeature, error == NotPermitted ? "needs CAP_SYS_NICE or a limit (ulimit -r) of at least that" : $"error {error} of sched_setscheduler");
    }

    /// <summary>Gives the calling thread back to the ordinary scheduler.</summary>
    public static HostGrant SetOrdinaryPriority()
    {
        if (!OperatingSystem.IsLinux())
            return HostGrant.Refused(PriorityFeature, OnlyLinux);
        int none = 0;
        return SetScheduler(CallingThread, SchedOther, &none) == 0
            ? HostGrant.Given(PriorityFeature, "ordinary")
            : HostGrant.Refused(PriorityFeature, $"error {Marshal.GetLastPInvokeError()} of sched_setscheduler");
    }

    // Unsafe, all three: the kernel reads or writes no more than the stated bytes, which are on this thread's stack.
    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nuint maskBytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int thread, nuint maskBytes, ulong* mask);

    // The parameter is a struct of one int.
    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetScheduler(int thread, int policy, int* priority);
}
