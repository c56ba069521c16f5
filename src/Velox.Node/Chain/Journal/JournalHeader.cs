using System.Buffers.Binary;
using System.Security.Cryptography;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>The beginning of a journal file: 144 bytes and the genesis' additions, little-endian.</summary>
/// <remarks>
/// <code>
/// offset size field
///   0     8    magic "VELOXJNL"
///   8     4    format version
///  12     4    bytes of the genesis' additions (n), 0 for none
///  16     8    marker, random per journal: begins every record
///  24    84    genesis without its additions (<see cref="Genesis.ToBytes"/>)
/// 108    32    state root of the genesis
/// 140     4    CRC-32C of bytes 0..139
/// 144     n    the genesis' additions; absent, with their checksum, when n is 0
/// 144+n   4    CRC-32C of the additions
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
    /// <summary>Bytes of the header without additions.</summary>
    public const int Size = ChecksumOffset + sizeof(uint);

    /// <summary>The format that this code writes and reads.</summary>
    public const uint Version = 1;

    // Heads and addresses add little to the data.
    private const uint MaxAdditionsBytes = (uint)GenesisAdditions.MaxDataBytes + (16 << 20);

    private const int AdditionsLengthOffset = 12;
    private const int GenesisOffset = 24;
    private const int RootOffset = GenesisOffset + Genesis.Size;
    private const int ChecksumOffset = RootOffset + Hash256.Size;

    /// <summary>Where the first record begins.</summary>
    public long RecordsOffset { get; private init; } = Size;

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
        byte[] genesis = Genesis.ToBytes();
        ReadOnlySpan<byte> additions = genesis.AsSpan(Genesis.Size);
        byte[] bytes = new byte[Size + (additions.IsEmpty ? 0 : additions.Length + sizeof(uint))];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(AdditionsLengthOffset), additions.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), Marker);
        genesis.AsSpan(0, Genesis.Size).CopyTo(bytes.AsSpan(GenesisOffset));
        GenesisRoot.Span.CopyTo(bytes.AsSpan(RootOffset));
        BinaryPrimitives.WriteUInt32LittleEndian(
            bytes.AsSpan(ChecksumOffset), Crc32C.Compute(bytes.AsSpan(0, ChecksumOffset)));
        if (!additions.IsEmpty)
        {
            additions.CopyTo(bytes.AsSpan(Size));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Size + additions.Length), Crc32C.Compute(additions));
        }

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
            throw Corrupt($"The header of '{storage.Name}' (offset 0, {Size} bytes) fails its checksum.");

        byte[] additions = ReadAdditions(storage, BinaryPrimitives.ReadUInt32LittleEndian(bytes[AdditionsLengthOffset..]));
        Genesis genesis = ReadGenesis(storage, [.. bytes.Slice(GenesisOffset, Genesis.Size), .. additions]);
        return new JournalHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), genesis, new Hash256(bytes.Slice(RootOffset, Hash256.Size)))
        {
            RecordsOffset = Size + (additions.Length == 0 ? 0 : additions.Length + sizeof(uint)),
        };
    }

    private static byte[] ReadAdditions(IJournalStorage storage, uint length)
    {
        if (length == 0)
            return [];
        if (length > MaxAdditionsBytes || length + sizeof(uint) > storage.Length - Size)
            throw Corrupt($"The header of '{storage.Name}' states {length} bytes of genesis accounts, more than there can be.");
        byte[] additions = new byte[length];
        Span<byte> checksum = stackalloc byte[sizeof(uint)];
        return storage.TryRead(Size, additions) && storage.TryRead(Size + length, checksum)
            && BinaryPrimitives.ReadUInt32LittleEndian(checksum) == Crc32C.Compute(additions)
            ? additions
            : throw Corrupt($"The genesis accounts of '{storage.Name}' (offset {Size}, {length} bytes) fail their checksum.");
    }

    private static Genesis ReadGenesis(IJournalStorage storage, byte[] bytes)
    {
        try
        {
            var genesis = Genesis.FromBytes(bytes);
            return genesis.BlockhashMaxAge is >= Genesis.MinBlockhashAge and <= Genesis.MaxBlockhashAge
                ? genesis
                : throw Corrupt($"The header of '{storage.Name}' states a blockhash age of {genesis.BlockhashMaxAge}: it must be {Genesis.MinBlockhashAge} to {Genesis.MaxBlockhashAge}.");
        }
        catch (ArgumentException exception)
        {
            throw Corrupt($"The genesis of '{storage.Name}' cannot be read: {exception.Message}.");
        }
    }

    private static LedgerException Corrupt(string message) =>
        new(LedgerFault.CorruptHeader, $"{message} {JournalScan.Remedy}");
}
