using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>How the sections of a slab move when its capacities grow.</summary>
/// <remarks>
/// Links, level numbers and seats name nodes by their place in a section, so they stay as they are: whole sections move, and
/// only the heap of expiries by time, which begins at the last extra, moves inside its section too. No section moves
/// down, so in place the last goes first, and each leaves zeros behind where the one before it may come to stand.
/// </remarks>
internal static class MarketGrowth
{
    private const int Sections = 7;

    /// <summary>Checks capacities against those of now, and that nothing stands where nothing was ever used.</summary>
    /// <param name="bytes">Of a market whose header was checked.</param>
    /// <param name="from">Its capacities.</param>
    /// <param name="to">The wanted ones.</param>
    /// <param name="length">Of the memory for them.</param>
    internal static BookError Check(ReadOnlySpan<byte> bytes, in MarketCapacities from, in MarketCapacities to, int length)
    {
        if (!to.IsGrowthOf(from))
            return BookError.InvalidCapacity;
        if (length < to.RequiredBytes)
            return BookError.MemoryTooShort;
        ref readonly MarketHeader header = ref MemoryMarshal.AsRef<MarketHeader>(bytes);
        if (header.TimeExpiries > from.Orders)
            return BookError.CorruptMarket;

        Span<Section> sections = stackalloc Section[Sections];
        Place(header, to, sections);
        for (int i = 0; i < Sections; i++)
        {
            int end = i + 1 < Sections ? sections[i + 1].From : (int)from.RequiredBytes;
            if (bytes[(sections[i].From + sections[i].UsedBytes)..end].ContainsAnyExcept((byte)0))
                return BookError.CorruptMarket;
        }

        return BookError.None;
    }

    /// <summary>Moves the sections up and writes the capacities; both were checked.</summary>
    internal static void MoveInPlace(TrackedMemory memory, in MarketCapacities to)
    {
        Span<Section> sections = stackalloc Section[Sections];
        Place(memory.Read<MarketHeader>(0), to, sections);
        for (int i = Sections - 1; i >= 0; i--)
        {
            (int source, int target, int count) = (sections[i].From, sections[i].To, sections[i].UsedBytes);
            if (source == target)
                continue;

            // Copying bears that both overlap. What is left behind of the section ends where its new place begins.
            memory.Bytes.Slice(source, count).CopyTo(memory.Write(target, count));
            memory.Write(source, Math.Min(count, target - source)).Clear();
        }

        WriteCapacities(ref memory.Write<MarketHeader>(0), to);
    }

    /// <summary>Copies the sections and the header, with new capacities, into zeroed memory.</summary>
    internal static void Copy(ReadOnlySpan<byte> bytes, in GrowthTarget target, in MarketCapacities to)
    {
        ref readonly MarketHeader header = ref MemoryMarshal.AsRef<MarketHeader>(bytes);
        Span<Section> sections = stackalloc Section[Sections];
        Place(header, to, sections);
        foreach (ref readonly Section section in sections)
            bytes.Slice(section.From, section.UsedBytes).CopyTo(target.Write(section.To, section.UsedBytes));
        WriteCapacities(ref MemoryMarshal.AsRef<MarketHeader>(target.Write(0, MarketHeader.Size)), to);
    }

    /// <summary>Moves the cells of the heap of expiries by time to the new end of the extras. The places in it stay.</summary>
    internal static void MoveTimeHeap(in Slab slab, uint ordersBefore)
    {
        uint distance = slab.OrderCapacity - ordersBefore;
        if (distance == 0)
            return;

        // The highest cell first: a cell comes to stand only where one has left or none was.
        uint count = slab.ReadHeader().TimeExpiries;
        for (uint place = 1; place <= count; place++)
        {
            uint cell = ordersBefore + 1 - place;
            uint link = slab.ReadExtra(cell).HeapOrder;
            slab.WriteExtra(cell).HeapOrder = 0;
            slab.WriteExtra(cell + distance).HeapOrder = link;
        }
    }

    private static void WriteCapacities(ref MarketHeader header, in MarketCapacities capacities)
    {
        header.OrderCapacity = capacities.Orders;
        header.BlockCapacity = capacities.Blocks;
        header.SeatCapacity = capacities.Seats;
    }

    /// <summary>Where each section is, where it will be, and how much of it was ever used. The market fits 31 bits.</summary>
    private static void Place(in MarketHeader header, in MarketCapacities to, Span<Section> sections)
    {
        var from = MarketCapacities.Of(header);

        // Cells of the time heap stand at the end of the extras.
        uint extras = header.TimeExpiries == 0 ? header.UsedOrders : from.Orders;
        sections[0] = new Section(0, 0, MarketHeader.Size);
        sections[1] = new Section(
            MarketLayout.HeaderBytes, MarketLayout.HeaderBytes, (long)header.SeatCount * MarketLayout.SeatBytes);
        sections[2] = new Section(
            MarketLayout.BlockOffset(from.Seats), MarketLayout.BlockOffset(to.Seats),
            (long)header.UsedBlocks * MarketLayout.BlockBytes);
        sections[3] = new Section(
            MarketLayout.LevelOffset(from.Blocks, from.Seats), MarketLayout.LevelOffset(to.Blocks, to.Seats),
            (long)header.UsedBlocks * (MarketLayout.BlockTicks * MarketLayout.LevelBytes));
        sections[4] = new Section(
            MarketLayout.OrderOffset(from.Blocks, from.Seats), MarketLayout.OrderOffset(to.Blocks, to.Seats),
            (long)header.UsedOrders * MarketLayout.OrderBytes);
        sections[5] = new Section(
            MarketLayout.ExtraOffset(from.Orders, from.Blocks, from.Seats),
            MarketLayout.ExtraOffset(to.Orders, to.Blocks, to.Seats), (long)extras * MarketLayout.ExtraBytes);
        sections[6] = new Section(
            MarketLayout.BucketOffset(from.Orders, from.Blocks, from.Seats),
            MarketLayout.BucketOffset(to.Orders, to.Blocks, to.Seats),
            (long)header.IndexBuckets * MarketLayout.BucketBytes);
    }

    private readonly struct Section(long from, long to, long usedBytes)
    {
        internal readonly int From = (int)from;
        internal readonly int To = (int)to;
        internal readonly int UsedBytes = (int)usedBytes;
    }
}

/// <summary>Where a copy of a market is written: what is written into tracked memory is noted.</summary>
internal readonly ref struct GrowthTarget
{
    private readonly TrackedMemory? _tracked;
    private readonly Span<byte> _bytes;

    internal GrowthTarget(TrackedMemory memory) => _tracked = memory;

    internal GrowthTarget(Span<byte> bytes) => _bytes = bytes;

    internal Span<byte> Write(int offset, int count) =>
        _tracked is null ? _bytes.Slice(offset, count) : _tracked.Write(offset, count);
}
