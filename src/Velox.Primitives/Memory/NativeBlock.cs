using System.Runtime.InteropServices;

namespace Velox.Primitives;

/// <summary>Memory as the system gave it: its address, how it goes back, and what was granted.</summary>
internal readonly unsafe partial struct NativeBlock
{
    /// <summary>The highest NUMA node that can be asked for: the kernel is built for at most 1,024.</summary>
    internal const int MaxNode = 1_023;

    private const string HugePages = "huge pages";
    private const string Placement = "NUMA placement";
    private const string OnlyLinux = "not available on this system: only on Linux";
    private const long HugePageBytes = 2L << 20;

    // Linux's numbers.
    private const int ProtReadWrite = 1 | 2;
    private const int MapPrivateAnonymous = 0x02 | 0x20;
    private const int MapHuge2M = 0x40000 | (21 << 26);
    private const int AdviseHugePage = 14;
    private const int AdvisePopulate = 23;
    private const int PolicyPreferred = 1;
    private static readonly nint MapFailed = -1;

    private readonly nint _mapped;
    private readonly long _mappedBytes; // 0: not mapped, but from the C library

    private NativeBlock(nint mapped, long mappedBytes, long alignmentBytes, IReadOnlyList<HostGrant> grants)
    {
        _mapped = mapped;
        _mappedBytes = mappedBytes;
        Address = (byte*)((mapped + (nint)alignmentBytes - 1) & -(nint)alignmentBytes);
        Grants = grants;
    }

    internal byte* Address { get; }

    internal IReadOnlyList<HostGrant> Grants { get; }

    internal static NativeBlock Allocate(NativeRegionOptions options) =>
        OperatingSystem.IsLinux() ? Map(options) : AllocateOnHeap(options);

    /// <summary>Gives it back; once.</summary>
    internal void Free()
    {
        if (_mappedBytes == 0)
            NativeMemory.AlignedFree((void*)_mapped);
        else
            _ = Unmap(_mapped, (nuint)_mappedBytes);
    }

    /// <summary>For systems without these wishes.</summary>
    internal static NativeBlock AllocateOnHeap(NativeRegionOptions options)
    {
        var grants = new List<HostGrant>();
        if (options.TryHugePages)
            grants.Add(HostGrant.Refused(HugePages, OnlyLinux));
        if (options.Node is not null)
            grants.Add(HostGrant.Refused(Placement, OnlyLinux));
        void* address;
        try
        {
            address = NativeMemory.AlignedAlloc((nuint)options.Bytes, (nuint)options.AlignmentBytes);
        }
        catch (OutOfMemoryException error)
        {
            throw NoMemory(options.Bytes, error);
        }

        NativeMemory.Clear(address, (nuint)options.Bytes);
        return new NativeBlock((nint)address, 0, 1, grants);
    }

    private static NativeBlock Map(NativeRegionOptions options)
    {
        var grants = new List<HostGrant>();
        NativeBlock block = (options.TryHugePages ? TryMapReservedHugePages(options, grants) : null)
            ?? MapOrdinaryPages(options, grants);

        // Before the first touch: the policy decides where a page comes into being.
        if (options.Node is { } node)
            grants.Add(Prefer(block, node));
        return block;
    }

    private static NativeBlock? TryMapReservedHugePages(NativeRegionOptions options, List<HostGrant> grants)
    {
        // A mapping of huge pages begins at a multiple of one.
        if (options.AlignmentBytes > HugePageBytes)
            return null;
        long bytes = (options.Bytes + HugePageBytes - 1) & -HugePageBytes;
        nint address = Map(0, (nuint)bytes, ProtReadWrite, MapPrivateAnonymous | MapHuge2M, -1, 0);
        if (address == MapFailed)
            return null;

        // A container's limit is only felt at the first touch, and kills: so the pages are asked for now, where refusal is an
        // error. Kernels before 5.14 do not know how: there ordinary pages do.
        var block = new NativeBlock(address, bytes, 1, grants);
        if (options.Node is { } node)
            _ = Prefer(block, node);
        if (Advise(block.Address, (nuint)bytes, AdvisePopulate) != 0)
        {
            block.Free();
            return null;
        }

        grants.Add(HostGrant.Given(HugePages, $"{bytes / HugePageBytes} reserved pages of 2 MiB"));
        return block;
    }

    private static NativeBlock MapOrdinaryPages(NativeRegionOptions options, List<HostGrant> grants)
    {
        // More than asked for, so that an aligned address is in it; what is never touched costs no memory.
        long alignment = options.TryHugePages ? Math.Max(options.AlignmentBytes, HugePageBytes) : options.AlignmentBytes;
        long spare = alignment > Environment.SystemPageSize ? alignment : 0;
        long bytes = options.Bytes + spare;
        nint address = Map(0, (nuint)bytes, ProtReadWrite, MapPrivateAnonymous, -1, 0);
        if (address == MapFailed)
            throw NoMemory(options.Bytes, null);
        var block = new NativeBlock(address, bytes, alignment, grants);
        if (options.TryHugePages)
            grants.Add(AdviseHugePages(block, options.Bytes));
        return block;
    }

    private static HostGrant AdviseHugePages(NativeBlock block, long bytes)
    {
        const string Setting = "/sys/kernel/mm/transparent_hugepage/enabled";
        string? setting = new KernelFiles("/").Text(Setting.TrimStart('/'));
        if (bytes < HugePageBytes)
            return HostGrant.Refused(HugePages, "no page of 2 MiB is reserved, and the region is smaller than one");
        if (setting is not null && setting.Contains("[never]", StringComparison.Ordinal))
            return HostGrant.Refused(HugePages, $"none are reserved (vm.nr_hugepages), and {Setting} says never");
        if (Advise(block.Address, (nuint)bytes, AdviseHugePage) == 0)
            return HostGrant.Given(HugePages, "transparent, as far as the kernel finds room");
        return HostGrant.Refused(HugePages, $"none are reserved (vm.nr_hugepages), and the kernel has no transparent ones: error {Marshal.GetLastPInvokeError()} of madvise");
    }

    /// <summary>Takes memory of a node while it has some: binding it strictly would kill the process where it has none.</summary>
    private static HostGrant Prefer(NativeBlock block, int node)
    {
        long call = RuntimeInformation.ProcessArchitecture switch { Architecture.X64 => 237, Architecture.Arm64 => 235, _ => -1 };
        if (call < 0)
            return HostGrant.Refused(Placement, "not available on this processor: mbind's number is not known");
        const int Words = (MaxNode + 1) / 64;
        ulong* mask = stackalloc ulong[Words];
        mask[node / 64] = 1UL << (node % 64);
        if (SystemCall(call, block._mapped, (nuint)block._mappedBytes, PolicyPreferred, mask, MaxNode + 2, 0) == 0)
            return HostGrant.Given(Placement, $"node {node} preferred");
        int error = Marshal.GetLastPInvokeError();
        return HostGrant.Refused(Placement, error switch
        {
            1 => "the sandbox does not allow mbind",
            22 => $"node {node} does not exist or has no memory for this process",
            38 => "the kernel has no NUMA support",
            _ => $"error {error} of mbind",
        });
    }

    private static InsufficientMemoryException NoMemory(long bytes, Exception? cause) =>
        new($"The system has no {bytes} bytes of memory for a native region.", cause);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static partial int Advise(void* address, nuint length, int advice);

    // Unsafe: the kernel reads the mask, as many bits as stated less one, and nothing else. Every argument is of register
    // size, as the variadic C function expects them.
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, nint address, nuint length, long mode, ulong* mask, long maskBits, long flags);
}
