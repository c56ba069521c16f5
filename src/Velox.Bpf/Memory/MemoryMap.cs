using System.Buffers;
using System.Runtime.CompilerServices;

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

    /// <summary>Scratch memory is noted as touched, and cleaned, in such pieces.</summary>
    private const ulong TouchBytes = 512;

    private readonly List<MemoryHandle> _pins = [];
    private MemoryRegion[] _regions = new MemoryRegion[8];
    private int _count;

    // The first regions, so many, are the loaded program's and stay for its next run.
    private int _programCount;

    // In the machine's state, where native code finds them; null when that is gone.
    private MemoryWindow* _windows;

    /// <summary>What is mapped; for snapshots, and tests that copy it.</summary>
    internal ReadOnlySpan<MemoryRegion> Regions => _regions.AsSpan(0, _count);

    internal MemoryMap(MemoryWindow* windows)
    {
        _windows = windows;
        for (int i = 0; i < Segments; i++)
            _windows[i].Hide();
    }

    /// <summary>Whether a program runs: a host function may map more, but takes nothing away.</summary>
    internal bool IsInUse { get; set; }

    /// <summary>Whether the machine's own stack is mapped, which native code reaches without a check.</summary>
    internal bool HasStack { get; set; }

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

    /// <summary>Maps native memory that the program may write, and has it noted which of some parts it may have written.</summary>
    /// <param name="address">Where the program sees it.</param>
    /// <param name="host">The memory; the caller keeps it valid until <see cref="Clear"/>.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="parts">The parts, inside of it; not changed by the caller until <see cref="Clear"/>.</param>
    /// <exception cref="ArgumentException">The range is taken, crosses a segment, or there are too many regions.</exception>
    public void MapNative(ulong address, byte* host, ulong bytes, SeldomWritten parts)
    {
        if (bytes == 0)
            return;

        // Not as the others: every instruction of a program maps its input, and a copied region is slow.
        ref MemoryRegion region = ref Take(address, bytes, bytes);
        region.Address = address;
        region.Host = host;
        region.Bytes = bytes;
        region.IsWritable = true;
        region.SeldomWritten = parts;
        ShowFirst(ref region);
    }

    /// <summary>Forgets all regions, stack and heap too, and cleans the machine's own memory where it was touched.</summary>
    /// <exception cref="InvalidOperationException">A program runs.</exception>
    public void Clear()
    {
        _programCount = 0;
        ClearBesideProgram();
        HasStack = false;
    }

    /// <summary>Notes what is mapped so far as the loaded program's.</summary>
    internal void KeepForProgram() => _programCount = _count;

    /// <summary>As <see cref="Clear"/>, but for what <see cref="KeepForProgram"/> noted.</summary>
    /// <returns>Whether anything was noted since the last <see cref="Clear"/>.</returns>
    internal bool ClearBesideProgram()
    {
        ObjectDisposedException.ThrowIf(_windows == null, this);
        if (IsInUse)
            throw new InvalidOperationException("The machine is running: its memory stays until the run has ended.");
        CleanScratch();
        for (int i = _programCount; i < _count; i++)
        {
            _windows[_regions[i].Address >> 32].Hide();
            _regions[i] = default;
        }

        foreach (MemoryHandle pin in _pins)
            pin.Dispose();
        _pins.Clear();
        _count = _programCount;
        return _count > 0;
    }

    /// <summary>Unpins what was mapped. The owner of the state disposes of the map first.</summary>
    /// <exception cref="InvalidOperationException">A program runs.</exception>
    public void Dispose()
    {
        if (_windows == null)
            return;
        Clear();
        _windows = null;
    }

    /// <summary>Makes the machine's own memory zero again, where it was touched.</summary>
    internal void CleanScratch()
    {
        for (int i = 0; i < _count; i++)
        {
            ref MemoryRegion region = ref _regions[i];
            if (region.TouchedEnd == region.TouchedStart)
                continue;
            ZeroedMemory.Ensure(region.Host + region.TouchedStart, region.TouchedEnd - region.TouchedStart);
            region.TouchedStart = region.TouchedEnd = 0;
            // What the window shows would be touched without being noted.
            _windows[region.Address >> 32].Hide();
        }
    }

    internal void Add(in MemoryRegion region)
    {
        if (region.Bytes == 0)
            return;
        ref MemoryRegion added = ref Take(region.Address, region.Bytes, region.AddressBytes);
        added = region;
        ShowFirst(ref added);
    }

    /// <summary>Takes the next place, all zero, for a region.</summary>
    private ref MemoryRegion Take(ulong address, ulong bytes, ulong addressBytes)
    {
        ObjectDisposedException.ThrowIf(_windows == null, this);
        if (_count == MaxRegions)
            throw new ArgumentException($"A map holds at most {MaxRegions} regions.", nameof(bytes));
        ulong last = address + addressBytes - 1;
        if (last < address || address >> 32 != last >> 32 || last >> 32 >= Segments)
        {
            throw new ArgumentException(
                $"The region at 0x{address:x} of {bytes} bytes must lie in one of the {Segments} segments of 4 GiB.", nameof(address));
        }

        for (int i = 0; i < _count; i++)
        {
            ref readonly MemoryRegion other = ref _regions[i];
            if (address < other.Address + other.AddressBytes && other.Address <= last)
                throw new ArgumentException($"0x{address:x} is taken by the region at 0x{other.Address:x}.", nameof(address));
        }

        if (_count == _regions.Length)
            Array.Resize(ref _regions, _count * 2);
        return ref _regions[_count++];
    }

    /// <summary>Has the segment's window show a region that was added, if it shows none: most programs use it at once.</summary>
    private void ShowFirst(ref MemoryRegion region)
    {
        // What is touched of scratch memory is noted first.
        if (!region.IsScratch && _windows[region.Address >> 32].Start == MemoryWindow.Nowhere)
            Show(ref region, 0, 0);
    }

    /// <summary>The host address of a range, or null when not all of it may be accessed so.</summary>
    internal byte* Translate(ulong address, ulong bytes, bool isStore)
    {
        MemoryWindow* window = _windows + ((address >> 32) & (Segments - 1));
        ulong offset = address - window->Start;
        ulong limit = isStore ? window->WriteBytes : window->ReadBytes;
        bool isInside = offset < limit && limit - offset >= bytes;
        return isInside ? (byte*)(address + window->Distance) : TranslateSlow(address, bytes, isStore);
    }

    /// <summary>As <see cref="Translate"/> for 1 &lt;&lt; <paramref name="sizeLog2"/> bytes: one comparison.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte* TranslateAccess(ulong address, int sizeLog2, bool isStore)
    {
        // Bits above the segment's number make the offset too large, so they need no test of their own.
        MemoryWindow* window = _windows + ((address >> 32) & (Segments - 1));
        ulong offset = address - window->Start;
        ulong limit = isStore ? window->WriteLimits[sizeLog2] : window->ReadLimits[sizeLog2];
        return offset < limit ? (byte*)(address + window->Distance) : TranslateSlow(address, 1ul << sizeLog2, isStore);
    }

    /// <summary>Notes that native code may write a part of a scratch region without translation.</summary>
    internal void TouchScratch(ulong address, ulong start, ulong end)
    {
        int index = Find(address);
        Touch(ref _regions[index], start, end);
        _windows[address >> 32].Hide();
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
        if (isStore)
            region.SeldomWritten?.NoteStore(offset, bytes);
        Show(ref region, offset, bytes);
        return region.Host + offset;
    }

    /// <summary>Moves the segment's window to the frame, the touched part, or the whole of a region.</summary>
    private void Show(ref MemoryRegion region, ulong offset, ulong bytes)
    {
        (ulong start, ulong end) = (0ul, region.Bytes);
        ulong address = region.Address;
        if (region.GapBytes != 0)
        {
            start = offset & ~(region.GapBytes - 1);
            end = start + region.GapBytes;
            // The access may run over the frame's end into the next one.
            Touch(ref region, start, Math.Max(end, offset + bytes));
            address += start * 2;
        }
        else if (region.IsScratch)
        {
            Touch(ref region, offset, offset + bytes);
            (start, end) = (region.TouchedStart, region.TouchedEnd);
            address += start;
        }

        ulong writeBytes = region.IsWritable ? Math.Min(end - start, region.SeldomWritten?.FirstUnwritten ?? ulong.MaxValue) : 0;
        _windows[region.Address >> 32].Show(address, region.Host + start, end - start, writeBytes);
    }

    private static void Touch(ref MemoryRegion region, ulong start, ulong end)
    {
        start &= ~(TouchBytes - 1);
        end = Math.Min((end + TouchBytes - 1) & ~(TouchBytes - 1), region.Bytes);
        bool isFirst = region.TouchedStart == region.TouchedEnd;
        region.TouchedStart = isFirst ? start : Math.Min(region.TouchedStart, start);
        region.TouchedEnd = isFirst ? end : Math.Max(region.TouchedEnd, end);
    }
}
