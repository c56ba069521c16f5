namespace Velox.Bpf;

/// <summary>A piece of host memory at an address of the program's.</summary>
internal unsafe struct MemoryRegion
{
    internal ulong Address;
    internal byte* Host;

    /// <summary>Bytes of host memory; the address range is twice as long where there are gaps.</summary>
    internal ulong Bytes;
    internal bool IsWritable;

    /// <summary>Parts of it that stores are noted in; null for none.</summary>
    internal SeldomWritten? SeldomWritten;

    /// <summary>Size of a frame and of the gap after it, a power of two; 0 for none.</summary>
    internal ulong GapBytes;

    /// <summary>Whether the memory is the machine's own: zero where it was not touched, cleaned after the run.</summary>
    internal bool IsScratch;

    /// <summary>Offsets in host memory between which a scratch region was touched.</summary>
    internal ulong TouchedStart;
    internal ulong TouchedEnd;

    internal readonly ulong AddressBytes => GapBytes == 0 ? Bytes : Bytes * 2;
}
