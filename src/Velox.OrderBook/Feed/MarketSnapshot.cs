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

    /// <summary>Its length is not the one that its header says.</summary>
    WrongLength = 3,

    /// <summary>The checksum does not fit the bytes: it was damaged on its way.</summary>
    WrongChecksum = 4,

    /// <summary>It is of another market than the one asked for.</summary>
    OtherMarket = 5,

    /// <summary>The slab is none that <see cref="Market.TryOpen"/> opens: of another layout, or no market.</summary>
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

    /// <summary>Bytes that a snapshot of this slab takes.</summary>
    public static int RequiredBytes(TrackedMemory slab)
    {
        ArgumentNullException.ThrowIfNull(slab);
        return checked(HeaderBytes + slab.Length);
    }

    /// <summary>Writes a snapshot. On the thread that changes the market, between two operations.</summary>
    /// <param name="slab">The memory of the market.</param>
    /// <param name="market">Address of the market, or whatever else names it.</param>
    /// <param name="position">The caller's number of the next operation: from where to replay.</param>
    /// <param name="destination">Exactly <see cref="RequiredBytes"/> long.</param>
    /// <returns>What <see cref="Market.TryOpen"/> says of the slab; it must be a market.</returns>
    /// <exception cref="ArgumentException">The destination is of another length.</exception>
    public static BookError Write(TrackedMemory slab, in Address market, ulong position, Span<byte> destination)
    {
        if (destination.Length != RequiredBytes(slab))
            throw new ArgumentException("The destination must be as long as the snapshot.", nameof(destination));
        BookError error = Market.TryOpen(slab, out Market opened);
        if (error != BookError.None)
            return error;

        Span<byte> header = destination[..HeaderBytes];
        header.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], (ulong)slab.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], opened.Header.NextEventSequence);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], position);
        market.Span.CopyTo(header[64..]);
        slab.Bytes.CopyTo(destination[HeaderBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ChecksumOffset..], Checksum(destination));
        return BookError.None;
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
        SnapshotError error = TryRead(bytes, out snapshot);
        if (error != SnapshotError.None)
            return error;
        if (snapshot.MarketAddress != market)
            return SnapshotError.OtherMarket;

        var slab = new TrackedMemory(bytes.Length - HeaderBytes);
        bytes[HeaderBytes..].CopyTo(slab.Write(0, slab.Length));
        if (Market.TryOpen(slab, out Market opened) != BookError.None)
            return SnapshotError.NotAMarket;
        if (opened.CheckInvariants(out detail) != BookError.None)
            return SnapshotError.CorruptMarket;
        if (opened.Header.NextEventSequence != snapshot.EventSequence)
            return SnapshotError.CorruptMarket;
        memory = slab;
        return SnapshotError.None;
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
