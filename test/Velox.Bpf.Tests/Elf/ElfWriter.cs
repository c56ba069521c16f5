using System.Buffers.Binary;
using System.Text;

namespace Velox.Bpf.Tests;

/// <summary>A section to be written. Its place is fixed when it is added.</summary>
internal sealed class WrittenSection
{
    internal required int Index { get; init; }

    internal required string Name { get; set; }

    internal required uint Type { get; set; }

    internal required byte[] Data { get; init; }

    internal required ulong Offset { get; set; }

    internal required ulong Address { get; set; }

    internal required ulong Size { get; set; }

    internal ulong Flags { get; set; }

    internal uint Link { get; set; }

    internal uint Info { get; set; }

    internal ulong Alignment { get; set; } = 8;
}

/// <summary>A program header to be written.</summary>
internal sealed record WrittenSegment(
    uint Type, uint Flags, ulong Offset, ulong Address, ulong PhysicalAddress, ulong FileBytes, ulong MemoryBytes);

/// <summary>Writes ELF files as tests want them, right or wrong.</summary>
internal sealed class ElfWriter(int segments)
{
    private ulong _next = 64 + (ulong)(segments * 56);

    internal ushort Type { get; set; } = 3;

    internal ushort Machine { get; set; } = 247;

    internal uint Flags { get; set; }

    internal ulong Entry { get; set; }

    internal List<WrittenSegment> Segments { get; } = [];

    internal List<WrittenSection> Sections { get; } = [];

    /// <summary>Where the section table starts; known after <see cref="Build"/>.</summary>
    internal int SectionTable { get; private set; }

    /// <summary>Adds a section at the next multiple of 8; its address is its offset.</summary>
    internal WrittenSection Add(string name, uint type, ulong flags, byte[] data)
    {
        _next = (_next + 7) & ~7UL;
        var section = new WrittenSection
        {
            Index = Sections.Count + 1,
            Name = name,
            Type = type,
            Flags = flags,
            Data = data,
            Offset = _next,
            Address = _next,
            Size = (ulong)data.Length,
        };
        Sections.Add(section);
        _next += (ulong)data.Length;
        return section;
    }

    internal byte[] Build()
    {
        using var nameBytes = new MemoryStream();
        nameBytes.WriteByte(0);
        List<uint> nameOffsets = [];
        foreach (string name in Sections.Select(section => section.Name).Append(".shstrtab"))
        {
            nameOffsets.Add((uint)nameBytes.Position);
            nameBytes.Write(Encoding.UTF8.GetBytes(name));
            nameBytes.WriteByte(0);
        }

        ulong namesOffset = (_next + 7) & ~7UL;
        SectionTable = (int)((namesOffset + (ulong)nameBytes.Length + 7) & ~7UL);
        byte[] file = new byte[SectionTable + ((Sections.Count + 2) * 64)];
        for (int i = 0; i < Sections.Count; i++)
        {
            WrittenSection section = Sections[i];
            if (section.Offset + (ulong)section.Data.Length <= (ulong)SectionTable)
                section.Data.CopyTo(file.AsSpan((int)section.Offset));
            WriteSection(file.AsSpan(SectionTable + (section.Index * 64)), section, nameOffsets[i]);
        }

        nameBytes.ToArray().CopyTo(file.AsSpan((int)namesOffset));
        WriteSection(
            file.AsSpan(SectionTable + ((Sections.Count + 1) * 64)),
            new WrittenSection
            {
                Index = 0,
                Name = "",
                Type = 3,
                Data = [],
                Offset = namesOffset,
                Address = 0,
                Size = (ulong)nameBytes.Length,
            },
            nameOffsets[^1]);
        WriteHeader(file);
        for (int i = 0; i < Segments.Count; i++)
            WriteSegment(file.AsSpan(64 + (i * 56)), Segments[i]);
        return file;
    }

    /// <summary>Symbols of 24 bytes, a null symbol before them.</summary>
    internal static byte[] Symbols(params (uint Name, byte Info, ushort Section, ulong Value)[] symbols)
    {
        byte[] table = new byte[(symbols.Length + 1) * 24];
        for (int i = 0; i < symbols.Length; i++)
        {
            Span<byte> entry = table.AsSpan((i + 1) * 24);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, symbols[i].Name);
            entry[4] = symbols[i].Info;
            BinaryPrimitives.WriteUInt16LittleEndian(entry[6..], symbols[i].Section);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], symbols[i].Value);
        }

        return table;
    }

    internal static byte[] Relocations(params (ulong Offset, uint Type, uint Symbol)[] relocations) =>
        Words([.. relocations.SelectMany(entry => (ulong[])[entry.Offset, entry.Type | ((ulong)entry.Symbol << 32)])]);

    /// <summary>Numbers of 8 bytes, one after the other.</summary>
    internal static byte[] Words(params ulong[] values)
    {
        byte[] bytes = new byte[values.Length * 8];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * 8), values[i]);
        return bytes;
    }

    internal static byte[] Text(params InstructionWord[] words)
    {
        byte[] text = new byte[words.Length * InstructionWord.Bytes];
        for (int i = 0; i < words.Length; i++)
            words[i].Write(text.AsSpan(i * InstructionWord.Bytes));
        return text;
    }

    /// <summary>A string table: an empty string, then these.</summary>
    internal static byte[] Strings(params string[] names) => Encoding.UTF8.GetBytes("\0" + string.Concat(names.Select(name => name + "\0")));

    private void WriteHeader(Span<byte> file)
    {
        ((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file[16..], Type);
        BinaryPrimitives.WriteUInt16LittleEndian(file[18..], Machine);
        BinaryPrimitives.WriteUInt32LittleEndian(file[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(file[24..], Entry);
        BinaryPrimitives.WriteUInt64LittleEndian(file[32..], 64);
        BinaryPrimitives.WriteUInt64LittleEndian(file[40..], (ulong)SectionTable);
        BinaryPrimitives.WriteUInt32LittleEndian(file[48..], Flags);
        ushort[] counts = [64, 56, (ushort)Segments.Count, 64, (ushort)(Sections.Count + 2), (ushort)(Sections.Count + 1)];
        for (int i = 0; i < counts.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(file[(52 + (i * 2))..], counts[i]);
    }

    private static void WriteSegment(Span<byte> entry, WrittenSegment segment)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(entry, segment.Type);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], segment.Flags);
        ulong[] rest = [segment.Offset, segment.Address, segment.PhysicalAddress, segment.FileBytes, segment.MemoryBytes, 8];
        Words(rest).CopyTo(entry[8..]);
    }

    private static void WriteSection(Span<byte> entry, WrittenSection section, uint name)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(entry, name);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], section.Type);
        Words(section.Flags, section.Address, section.Offset, section.Size).CopyTo(entry[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[40..], section.Link);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[44..], section.Info);
        Words(section.Alignment).CopyTo(entry[48..]);
    }
}
