using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Bpf;

/// <summary>The memory that a program sees: regions of host memory at addresses of its own, checked at every access.</summary>
/// <remarks>
/// <para>The address space has 16 segments of 4 GiB. A region lies in one segment; a segment may hold several. Nothing is
/// copied: a store goes into the mapped memory.</para>
/// <para>Not for several threads at once.</para>
/// </remarks>
public sealed unsafe class MemoryMap : IDisposable
{
    /// <summary>Segments of 4 GiB.</summary>
    public const int Segments = 16;

    /// <summary>Most regions mapped at once.</summary>
    public const int MaxRegions = 256;

    /// <summary>Where text and read-only data of sBPF programs are.</summary>
    public const ulong ProgramAddress = 0x1_0000_0000;

    public const ulong StackAddress = 0x2_0000_0000;

    public const ulong HeapAddress = 0x3_0000_0000;

    public const ulong InputAddress = 0x4_0000_0000;

    private const ulong PageBytes = 4096;

    private readonly List<MemoryHandle> _pins = [];
    private MemoryRegion[] _regions = new MemoryRegion[8];
    private int _count;

    internal MemoryMap()
    {
        Windows = (MemoryWindow*)NativeMemory.AllocZeroed(Segments, (nuint)sizeof(MemoryWindow));
    }

    internal MemoryWindow* Windows { get; private set; }

    /// <summary>Maps memory that the program may read and write. It stays pinned until <see cref="Clear"/>.</summary>
    /// <exception cref="ArgumentException">The range is taken, crosses a segment, or there are too many regions.</exception>
    public void Map(ulong address, Memory<byte> memory) => Pin(address, memory, isWritable: true);

    /// <summary>Maps memory that the program may only read. It stays pinned until <see cref="Clear"/>.</summary>
    /// <exception cref="ArgumentException">The range is taken, crosses a segment, or there are too many regions.</exception>
    public void MapReadOnly(ulong address, ReadOnlyMemory<byte> memory) => Pin(address, memory, isWritable: false);

    /// <summary>Maps native memory.</summary>
    /// <param name="address">Where the program sees it.</param>
    /// <param name="host">The memory; the caller keeps it valid until <see cref="Clear"/>.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="isWritable">Whether the program may write.</param>
    /// <exception cref="ArgumentException">The range is taken, crosses a segment, or there are too many regions.</exception>
    public void MapNative(ulong address, byte* host, ulong bytes, bool isWritable) =>
        Add(new MemoryRegion { Address = address, Host = host, Bytes = bytes, IsWritable = isWritable });

    /// <summary>Forgets all regions, and cleans the machine's own memory where it was touched.</summary>
    public void Clear()
    {
        CleanScratch();
        foreach (MemoryHandle pin in _pins)
            pin.Dispose();
        _pins.Clear();
        _count = 0;
        NativeMemory.Clear(Windows, (nuint)(Segments * sizeof(MemoryWindow)));
    }

    public void Dispose()
    {
        if (Windows == null)
            return;
        Clear();
        NativeMemory.Free(Windows);
        Windows = null;
    }

    /// <summary>Makes the machine's own memory zero again, where it was touched.</summary>
    internal void CleanScratch()
    {
        for (int i = 0; i < _count; i++)
        {
            ref MemoryRegion region = ref _regions[i];
            if (region.TouchedEnd == region.TouchedStart)
                continue;
            NativeMemory.Clear(region.Host + region.TouchedStart, (nuint)(region.TouchedEnd - region.TouchedStart));
            region.TouchedStart = region.TouchedEnd = 0;
            // What the window shows would be touched without being noted.
            Windows[region.Address >> 32] = default;
        }
    }

    internal void Add(in MemoryRegion region)
    {
        if (region.Bytes == 0)
            return;
        if (_count == MaxRegions)
            throw new ArgumentException($"A map holds at most {MaxRegions} regions.", nameof(region));
        ulong last = region.Address + region.AddressBytes - 1;
        if (last < region.Address || region.Address >> 32 != last >> 32 || last >> 32 >= Segments)
        {
            throw new ArgumentException(
                $"The region at 0x{region.Address:x} of {region.Bytes} bytes must lie in one of the {Segments} segments of 4 GiB.",
                nameof(region));
        }

        for (int i = 0; i < _count; i++)
        {
            ref readonly MemoryRegion other = ref _regions[i];
            if (region.Address < other.Address + other.AddressBytes && other.Address <= last)
                throw new ArgumentException($"0x{region.Address:x} is taken by the region at 0x{other.Address:x}.", nameof(region));
        }

        if (_count == _regions.Length)
            Array.Resize(ref _regions, _count * 2);
        _regions[_count++] = region;
    }

    /// <summary>The host address of an access, or null when it may not be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte* Translate(ulong address, ulong bytes, bool isStore)
    {
        // All bytes of the window's bounds come from Show, so an access inside them is inside one region.
        MemoryWindow* window = Windows + (address >> 32);
        if (address >> 32 < Segments)
        {
            ulong offset = address - window->Start;
            ulong limit = isStore ? window->WriteBytes : window->ReadBytes;
            if (offset < limit && limit - offset >= bytes)
                return window->Host + offset;
        }

        return TranslateSlow(address, bytes, isStore);
    }

    /// <summary>Whether an address is inside a region at all; what violations are named by.</summary>
    internal bool IsMapped(ulong address)
    {
        int index = Find(address);
        return index >= 0 && address - _regions[index].Address < _regions[index].AddressBytes;
    }

    private void Pin(ulong address, ReadOnlyMemory<byte> memory, bool isWritable)
    {
        MemoryHandle pin = memory.Pin();
        try
        {
            MapNative(address, (byte*)pin.Pointer, (ulong)memory.Length, isWritable);
        }
        catch (ArgumentException)
        {
            pin.Dispose();
            throw;
        }

        _pins.Add(pin);
    }

    /// <summary>The region with the highest start at or below an address in its segment, or -1.</summary>
    private int Find(ulong address)
    {
        int best = -1;
        for (int i = 0; i < _count; i++)
        {
            ulong start = _regions[i].Address;
            if (start <= address && start >> 32 == address >> 32 && (best < 0 || start > _regions[best].Address))
                best = i;
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte* TranslateSlow(ulong address, ulong bytes, bool isStore)
    {
        int index = Find(address);
        if (index < 0)
            return null;
        ref MemoryRegion region = ref _regions[index];
        ulong offset = address - region.Address;
        if (isStore && !region.IsWritable)
            return null;
        if (region.GapBytes != 0)
        {
            // Consensus: only the start is tested against the gap; what runs over a frame's end is in the next frame.
            if ((offset & region.GapBytes) != 0)
                return null;
            offset = ((offset & ~(region.GapBytes - 1)) >> 1) | (offset & (region.GapBytes - 1));
        }

        if (offset >= region.Bytes || region.Bytes - offset < bytes)
            return null;
        if (region.IsScratch)
            Touch(ref region, offset, offset + bytes);
        Show(in region, offset);
        return region.Host + offset;
    }

    private static void Touch(ref MemoryRegion region, ulong start, ulong end)
    {
        start &= ~(PageBytes - 1);
        end = Math.Min((end + PageBytes - 1) & ~(PageBytes - 1), region.Bytes);
        bool isFirst = region.TouchedStart == region.TouchedEnd;
        region.TouchedStart = isFirst ? start : Math.Min(region.TouchedStart, start);
        region.TouchedEnd = isFirst ? end : Math.Max(region.TouchedEnd, end);
    }

    /// <summary>Moves the segment's window to the frame, the touched part, or the whole of a region.</summary>
    private void Show(in MemoryRegion region, ulong offset)
    {
        (ulong start, ulong end) = (0ul, region.Bytes);
        ulong address = region.Address;
        if (region.GapBytes != 0)
        {
            start = offset & ~(region.GapBytes - 1);
            end = start + region.GapBytes;
            address += start * 2;
        }
        else if (region.IsScratch)
        {
            (start, end) = (region.TouchedStart, region.TouchedEnd);
            address += start;
        }

        ref MemoryWindow window = ref Windows[region.Address >> 32];
        window.Start = address;
        window.Host = region.Host + start;
        window.ReadBytes = end - start;
        window.WriteBytes = region.IsWritable ? end - start : 0;
    }
}
