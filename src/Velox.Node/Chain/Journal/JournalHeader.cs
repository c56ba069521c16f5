using System.Buffers.Binary;
using System.Security.Cryptography;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>The beginning of a journal file: 144 bytes, little-endian.</summary>
/// <remarks>
/// <code>
/// offset size field
///   0     8    magic "VELOXJNL"
///   8     4    format version
///  12     4    zero
///  16     8    marker, random per journal: begins every record
///  24    84    genesis (<see cref="Genesis.ToBytes"/>)
/// 108    32    state root of the genesis
/// 140     4    CRC-32C of bytes 0..139
/// </code>
/// </remarks>
/// <param name="Marker">
/// Random, so that nobody can put something into a transaction that looks like the beginning of a record.
/// </param>
/// <param name="Genesis">The chain's first state.</param>
/// <param name="GenesisRoot">
/// The root it had when the journal was made: another one means other native programs.
/// </param>
public sealed record JournalHeader(ulong Marker, Genesis Genesis, Hash256 GenesisRoot)
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = ChecksumOffset + sizeof(uint);

    /// <summary>The format that this code writes and reads.</summary>
    public const uint Version = 1;

    private const int GenesisOffset = 24;
    private const int RootOffset = GenesisOffset + Genesis.Size;
    private const int ChecksumOffset = RootOffset + Hash256.Size;

    private static ReadOnlySpan<byte> Magic => "VELOXJNL"u8;

    /// <summary>A header with a new marker.</summary>
    public static JournalHeader Create(Genesis genesis, Hash256 genesisRoot)
    {
        Span<byte> marker = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(marker);
        return new JournalHeader(BinaryPrimitives.ReadUInt64LittleEndian(marker), genesis, genesisRoot);
    }

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Size];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), Marker);
        Genesis.ToBytes().CopyTo(bytes, GenesisOffset);
        GenesisRoot.Span.CopyTo(bytes.AsSpan(RootOffset));
        BinaryPrimitives.WriteUInt32LittleEndian(
            bytes.AsSpan(ChecksumOffset), Crc32C.Compute(bytes.AsSpan(0, ChecksumOffset)));
        return bytes;
    }

    /// <exception cref="LedgerException">NotAJournal, UnsupportedVersion or CorruptHeader.</exception>
    public static JournalHeader Read(IJournalStorage storage)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (!storage.TryRead(0, bytes) || !bytes.StartsWith(Magic))
        {
            throw new LedgerException(
                LedgerFault.NotAJournal, $"'{storage.Name}' is not a Velox journal: it does not begin with VELOXJNL.");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (version != Version)
        {
            throw new LedgerException(
                LedgerFault.UnsupportedVersion,
                $"'{storage.Name}' has journal format {version}; this program reads format {Version}.");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]) != Crc32C.Compute(bytes[..ChecksumOffset]))
        {
            throw new LedgerException(
                LedgerFault.CorruptHeader,
                $"The header of '{storage.Name}' (offset 0, {Size} bytes) fails its checksum. {JournalScan.Remedy}");
        }

        var genesis = Genesis.FromBytes(bytes.Slice(GenesisOffset, Genesis.Size));
        if (genesis.BlockhashMaxAge is < Genesis.MinBlockhashAge or > Genesis.MaxBlockhashAge)
        {
            throw new LedgerException(
                LedgerFault.CorruptHeader,
                $"The header of '{storage.Name}' states a blockhash age of {genesis.BlockhashMaxAge}: it must be {Genesis.MinBlockhashAge} to {Genesis.MaxBlockhashAge}. {JournalScan.Remedy}");
        }

        return new JournalHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), genesis, new Hash256(bytes.Slice(RootOffset, Hash256.Size)));
    }
}
