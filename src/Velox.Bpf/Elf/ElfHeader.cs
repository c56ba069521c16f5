using System.Buffers.Binary;

namespace Velox.Bpf;

/// <summary>The file header of a 64-bit ELF file.</summary>
internal readonly record struct ElfHeader
{
    internal const int Bytes = 64;

    private const int IdentityBytes = 16;
    private static ReadOnlySpan<byte> Magic => [0x7f, (byte)'E', (byte)'L', (byte)'F'];

    private ElfHeader(ReadOnlySpan<byte> bytes)
    {
        IsElf = bytes.StartsWith(Magic);
        Class = bytes[4];
        ByteOrder = bytes[5];
        IdentityVersion = bytes[6];
        Abi = bytes[7];
        HasPadding = bytes[8..IdentityBytes].ContainsAnyExcept((byte)0);
        Type = BinaryPrimitives.ReadUInt16LittleEndian(bytes[16..]);
        Machine = BinaryPrimitives.ReadUInt16LittleEndian(bytes[18..]);
        Version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]);
        Entry = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
        ProgramHeaderOffset = BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]);
        SectionHeaderOffset = BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]);
        Flags = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ElfFormat.FlagsOffset..]);
        HeaderBytes = BinaryPrimitives.ReadUInt16LittleEndian(bytes[52..]);
        ProgramHeaderBytes = BinaryPrimitives.ReadUInt16LittleEndian(bytes[54..]);
        ProgramHeaderCount = BinaryPrimitives.ReadUInt16LittleEndian(bytes[56..]);
        SectionHeaderBytes = BinaryPrimitives.ReadUInt16LittleEndian(bytes[58..]);
        SectionCount = BinaryPrimitives.ReadUInt16LittleEndian(bytes[60..]);
        SectionNamesIndex = BinaryPrimitives.ReadUInt16LittleEndian(bytes[62..]);
    }

    internal bool IsElf { get; }

    internal byte Class { get; }

    internal byte ByteOrder { get; }

    internal byte IdentityVersion { get; }

    internal byte Abi { get; }

    /// <summary>Whether the ABI's version or the identity's spare bytes are not 0.</summary>
    internal bool HasPadding { get; }

    internal ushort Type { get; }

    internal ushort Machine { get; }

    internal uint Version { get; }

    internal ulong Entry { get; }

    internal ulong ProgramHeaderOffset { get; }

    internal ulong SectionHeaderOffset { get; }

    internal uint Flags { get; }

    internal ushort HeaderBytes { get; }

    internal ushort ProgramHeaderBytes { get; }

    internal ushort ProgramHeaderCount { get; }

    internal ushort SectionHeaderBytes { get; }

    internal ushort SectionCount { get; }

    internal ushort SectionNamesIndex { get; }

    internal static ElfError? TryRead(ReadOnlySpan<byte> file, out ElfHeader header)
    {
        header = default;
        if (file.Length < Bytes)
            return new ElfError(ElfRule.FileTooShort, "file", $"{file.Length} bytes; the file header takes {Bytes}.");
        header = new ElfHeader(file);
        return null;
    }

    /// <summary>What every kind of file needs: magic, 64 bits, little-endian, version 1.</summary>
    internal ElfError? CheckIdentity()
    {
        if (!IsElf)
            return new ElfError(ElfRule.NotElf, "file header", "it does not start with 7f 45 4c 46.");
        if (Class != 2)
            return new ElfError(ElfRule.WrongClass, "file header", $"class {Class}; 2 (64 bits) is needed.");
        if (ByteOrder != 1)
            return new ElfError(ElfRule.WrongByteOrder, "file header", $"byte order {ByteOrder}; 1 (little-endian) is needed.");
        return IdentityVersion == 1 && Version == 1
            ? null
            : new ElfError(ElfRule.WrongElfVersion, "file header", $"versions {IdentityVersion} and {Version}; both are 1.");
    }
}
