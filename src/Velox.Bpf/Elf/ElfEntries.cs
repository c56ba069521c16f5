using System.Buffers.Binary;

namespace Velox.Bpf;

/// <summary>A program header.</summary>
internal readonly record struct ElfSegment(
    uint Type, uint Flags, ulong Offset, ulong Address, ulong PhysicalAddress, ulong FileBytes, ulong MemoryBytes)
{
    internal const int Bytes = 56;

    internal static ElfSegment[] ReadAll(ReadOnlySpan<byte> table)
    {
        var segments = new ElfSegment[table.Length / Bytes];
        for (int i = 0; i < segments.Length; i++)
        {
            ReadOnlySpan<byte> entry = table.Slice(i * Bytes, Bytes);
            segments[i] = new ElfSegment(
                BinaryPrimitives.ReadUInt32LittleEndian(entry),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[24..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[40..]));
        }

        return segments;
    }
}

/// <summary>A section header.</summary>
internal readonly record struct ElfSection(
    uint Name, uint Type, ulong Flags, ulong Address, ulong Offset, ulong Size, uint Link, uint Info, ulong Alignment)
{
    internal const int Bytes = 64;

    internal bool IsWritable => (Flags & (ElfFormat.FlagAllocate | ElfFormat.FlagWrite)) == (ElfFormat.FlagAllocate | ElfFormat.FlagWrite);

    /// <summary>Its bytes in the file: none at 0 where it has none. The end is cut off at 64 bits.</summary>
    internal ElfRange FileRange => Type == ElfFormat.SectionNoBits ? default : ElfRange.Saturating(Offset, Size);

    internal ElfRange AddressRange => ElfRange.Saturating(Address, Size);

    internal static ElfSection[] ReadAll(ReadOnlySpan<byte> table)
    {
        var sections = new ElfSection[table.Length / Bytes];
        for (int i = 0; i < sections.Length; i++)
        {
            ReadOnlySpan<byte> entry = table.Slice(i * Bytes, Bytes);
            sections[i] = new ElfSection(
                BinaryPrimitives.ReadUInt32LittleEndian(entry),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[24..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[40..]),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[44..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[48..]));
        }

        return sections;
    }
}

/// <summary>A symbol.</summary>
internal readonly record struct ElfSymbol(uint Name, byte Info, ushort Section, ulong Value)
{
    internal const int Bytes = 24;

    internal bool IsFunction => (Info & 15) == ElfFormat.SymbolFunction;

    internal bool IsLocal => Info >> 4 == ElfFormat.BindingLocal;

    /// <summary>The symbol at an index; false where the table has none.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> table, uint index, out ElfSymbol symbol)
    {
        symbol = default;
        if (index >= (uint)(table.Length / Bytes))
            return false;
        ReadOnlySpan<byte> entry = table.Slice((int)index * Bytes, Bytes);
        symbol = new ElfSymbol(
            BinaryPrimitives.ReadUInt32LittleEndian(entry),
            entry[4],
            BinaryPrimitives.ReadUInt16LittleEndian(entry[6..]),
            BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]));
        return true;
    }
}

/// <summary>A relocation; its addend is where it points to.</summary>
internal readonly record struct ElfRelocation(ulong Offset, uint Type, uint Symbol)
{
    internal const int Bytes = 16;

    internal static ElfRelocation Read(ReadOnlySpan<byte> table, int index)
    {
        ReadOnlySpan<byte> entry = table.Slice(index * Bytes, Bytes);
        return new ElfRelocation(
            BinaryPrimitives.ReadUInt64LittleEndian(entry),
            BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]));
    }
}
