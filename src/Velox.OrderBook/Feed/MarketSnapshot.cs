using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>Why a snapshot of a market was refused. Nothing of it was used.</summary>
public enum SnapshotError : byte
{
    None = 0,

    /// <summary>It does not begin with the magic of a snapshot, or is shorter than its header.</summary>
    NotASnapshot = 1,

    /// <summary>Its version is not <see cref="MarketSnapshot.Version"/>.</summary>
    UnsupportedVersion = 2,

    /// <summary>Its length is not the one that its header says, or the memory for it is of another length.</summary>
    WrongLength = 3,

    /// <summary>The checksum does not fit the bytes: it was damaged on its way.</summary>
    WrongChecksum = 4,

    /// <summary>It is of another market than the one asked for.</summary>
    OtherMarket = 5,

    /// <summary>The slab cannot be opened as a market: it is of another layout, or none.</summary>
    NotAMarket = 6,

    /// <summary>The slab contradicts itself, or its header: see <see cref="Market.CheckInvariants"/>.</summary>
    CorruptMarket = 7,
}

/// <summary>A market's slab as of one moment, as bytes to be kept or sent: with the operations after it, the market again.</summary>
/// <remarks>
/// Everything a market is stands in its slab, and every operation is a pure function of the slab and its arguments. So
/// the operations that came after the snapshot, applied to the restored slab in their order, give the same bytes and the
/// same events, to the last bit. Numbers are little-endian.
/// <code>
/// offset size field
///   0     8    magic           "VELOXSNP"
///   8     4    version         1
///  12     4    checksum        CRC-32C of all bytes, with 0 in this place
///  16     8    slabBytes       length of the slab
///  24     8    eventSequence   sequence of the first event that is not in it: the slab's nextEventSequence
///  32     8    position        the caller's number of the first operation that is not in it
///  40    24    zero
///  64    32    market          address of the market
///  96          the slab
/// </code>
/// The checksum finds accidents. Against forgery a snapshot needs a signature or the state root.
/// </remarks>
public readonly struct MarketSnapshot
{
    public const uint Version = 1;

    public const int HeaderBytes = 96;

    /// <summary>The bytes "VELOXSNP" read as a little-endian u64.</summary>
    private const ulong Magic = 0x504E_5358_4F4C_4556;

    private const int ChecksumOffset = 12;

    private MarketSnapshot(ReadOnlySpan<byte> header)
    {
        SlabBytes = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
        EventSequence = BinaryPrimitives.ReadUInt64LittleEndian(header[24..]);
        Position = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        MarketAddress = new Address(header.Slice(64, Address.Size));
    }

    /// <summary>Length of the slab.</summary>
    public ulong SlabBytes { get; }

    /// <summary>Sequence of the first event that is not in it.</summary>
    public ulong EventSequence { get; }

    /// <summary>The caller's number of the first operation that is not in it.</summary>
    public ulong Position { get; }

    public Address MarketAddress { get; }

    /// <summary>Bytes that a snapshot of a slab takes.</summary>
    /// <exception cref="OverflowException">More than an array can have.</exception>
    public static int RequiredBytes(long slabBytes) => checked((int)(HeaderBytes + slabBytes));

    /// <summary>Writes a snapshot. On the thread that changes the market, between two operations.</summary>
    /// <param name="slab">The memory of the market.</param>
    /// <param name="market">Address of the market, or whatever else names it.</param>
    /// <param name="position">The caller's number of the next operation: from where to replay.</param>
    /// <param name="destination">Exactly <see cref="RequiredBytes"/> long.</param>
    /// <returns>Why the slab cannot be opened as a market: then nothing is written.</returns>
    /// <exception cref="ArgumentException">The destination is of another length.</exception>
    public static BookError Write(TrackedMemory slab, in Address market, ulong position, Span<byte> destination)
    {
        BookError error = Market.TryOpen(slab, out Market opened);
        if (error == BookError.None)
            Write(slab.Bytes, opened.Header.NextEventSequence, market, position, destination);
        return error;
    }

    /// <inheritdoc cref="Write(TrackedMemory, in Address, ulong, Span{byte})"/>
    public static BookError Write(NativeRegion slab, in Address market, ulong position, Span<byte> destination)
    {
        BookError error = Market.TryOpen(slab, out Market opened);
        if (error == BookError.None)
            Write(slab.Slice(0, checked((int)slab.Bytes)), opened.Header.NextEventSequence, market, position, destination);
        return error;
    }

    /// <summary>Reads what a snapshot says of itself, after a check of its form and checksum.</summary>
    public static SnapshotError TryRead(ReadOnlySpan<byte> bytes, out MarketSnapshot snapshot)
    {
        snapshot = default;
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic)
            return SnapshotError.NotASnapshot;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != Version)
            return SnapshotError.UnsupportedVersion;
        var read = new MarketSnapshot(bytes);
        if (read.SlabBytes != (ulong)(bytes.Length - HeaderBytes))
            return SnapshotError.WrongLength;
        if (Checksum(bytes) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]))
            return SnapshotError.WrongChecksum;
        snapshot = read;
        return SnapshotError.None;
    }

    /// <summary>Makes the market of a snapshot, in a memory of its own, after a check of everything.</summary>
    /// <param name="bytes">The snapshot, not trusted.</param>
    /// <param name="market">Address of the market that it must be of.</param>
    /// <param name="memory">The slab, every page of it dirty; null when refused.</param>
    /// <param name="snapshot">From where to replay.</param>
    /// <param name="detail">The contradiction found in a corrupt market; otherwise empty.</param>
    public static SnapshotError TryRestore(
        ReadOnlySpan<byte> bytes, in Address market, out TrackedMemory? memory, out MarketSnapshot snapshot,
        out string detail)
    {
        memory = null;
        detail = "";
        SnapshotError error = TryRead(bytes, market, out snapshot);
        if (error != SnapshotError.None)
            return error;

        var slab = new TrackedMemory(bytes.Length - HeaderBytes);
        bytes[HeaderBytes..].CopyTo(slab.Write(0, slab.Length));
        error = Market.TryOpen(slab, out Market opened) == BookError.None
            ? Check(opened, snapshot, out detail)
            : SnapshotError.NotAMarket;
        if (error == SnapshotError.None)
            memory = slab;
        return error;
    }

    /// <summary>As the other, into native memory.</summary>
    /// <param name="bytes">The snapshot, not trusted.</param>
    /// <param name="market">Address of the market that it must be of.</param>
    /// <param name="memory">All zero, exactly <see cref="SlabBytes"/> long; all zero again when refused.</param>
    /// <param name="snapshot">From where to replay.</param>
    /// <param name="detail">The contradiction found in a corrupt market; otherwise empty.</param>
    public static SnapshotError TryRestore(
        ReadOnlySpan<byte> bytes, in Address market, NativeRegion memory, out MarketSnapshot snapshot, out string detail)
    {
        ArgumentNullException.ThrowIfNull(memory);
        detail = "";
        SnapshotError error = TryRead(bytes, market, out snapshot);
        if (error != SnapshotError.None)
            return error;
        if ((ulong)memory.Bytes != snapshot.SlabBytes)
            return SnapshotError.WrongLength;

        Span<byte> slab = memory.Slice(0, bytes.Length - HeaderBytes);
        bytes[HeaderBytes..].CopyTo(slab);
        error = Market.TryOpen(memory, out Market opened) == BookError.None
            ? Check(opened, snapshot, out detail)
            : SnapshotError.NotAMarket;
        if (error != SnapshotError.None)
            slab.Clear();
        return error;
    }

    private static void Write(
        ReadOnlySpan<byte> slab, ulong eventSequence, in Address market, ulong position, Span<byte> destination)
    {
        if (destination.Length != RequiredBytes(slab.Length))
            throw new ArgumentException("The destination must be as long as the snapshot.", nameof(destination));
        Span<byte> header = destination[..HeaderBytes];
        header.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], (ulong)slab.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], eventSequence);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], position);
        market.Span.CopyTo(header[64..]);
        slab.CopyTo(destination[HeaderBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ChecksumOffset..], Checksum(destination));
    }

    private static SnapshotError TryRead(ReadOnlySpan<byte> bytes, in Address market, out MarketSnapshot snapshot)
    {
        SnapshotError error = TryRead(bytes, out snapshot);
        return error == SnapshotError.None && snapshot.MarketAddress != market ? SnapshotError.OtherMarket : error;
    }

    private static SnapshotError Check(in Market market, in MarketSnapshot snapshot, out string detail)
    {
        if (market.CheckInvariants(out detail) != BookError.None)
            return SnapshotError.CorruptMarket;
        return market.Header.NextEventSequence == snapshot.EventSequence ? SnapshotError.None : SnapshotError.CorruptMarket;
    }

    /// <summary>CRC-32C (Castagnoli), eight bytes a step: one instruction where the processor has it.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = Append(uint.MaxValue, bytes[..ChecksumOffset]);
        crc = BitOperations.Crc32C(crc, 0u);
        return ~Append(crc, bytes[(ChecksumOffset + sizeof(uint))..]);
    }

    private static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        // Every platform that .NET 10 runs on here is little-endian.
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (byte last in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, last);
        return crc;
    }
}
