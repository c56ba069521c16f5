using System.Buffers.Binary;

namespace Velox.Bpf;

/// <summary>The parts of an sBPF V0 to V2 file, checked as consensus has it.</summary>
/// <remarks>
/// Source: anza-xyz/sbpf src/elf_parser. What it takes and refuses decides which programs run, so nothing here may be
/// stricter or laxer; only the errors have more names.
/// </remarks>
internal sealed class SbpfLenientFile
{
    /// <summary>Longest section name, its end included.</summary>
    internal const int MaxSectionNameBytes = 16;

    /// <summary>Longest name of a symbol that a relocation names, its end included.</summary>
    internal const int MaxSymbolNameBytes = 64;

    private const int DynamicEntryBytes = 16;

    private readonly ulong[] _dynamic = new ulong[ElfFormat.DynamicTags];

    private SbpfLenientFile(ReadOnlyMemory<byte> memory, in ElfHeader header)
    {
        Bytes = new ElfBytes(memory);
        Header = header;
    }

    internal ElfBytes Bytes { get; }

    internal ElfHeader Header { get; }

    internal ElfSegment[] Segments { get; private set; } = [];

    internal ElfSection[] Sections { get; private set; } = [];

    /// <summary>One for each section.</summary>
    internal string[] SectionNames { get; private set; } = [];

    /// <summary>Empty where there are none.</summary>
    internal ReadOnlyMemory<byte> Relocations { get; private set; }

    /// <summary>Empty where there are none.</summary>
    internal ReadOnlyMemory<byte> DynamicSymbols { get; private set; }

    /// <summary>Names of dynamic symbols.</summary>
    internal ElfSection? DynamicNames { get; private set; }

    internal ElfSection? SymbolTable { get; private set; }

    internal ElfSection? SymbolNames { get; private set; }

    internal static ElfError? TryParse(ReadOnlyMemory<byte> memory, in ElfHeader header, out SbpfLenientFile? file)
    {
        var parsed = new SbpfLenientFile(memory, in header);
        ElfError? error = parsed.CheckHeader() ?? parsed.ReadTables() ?? parsed.CheckSegments() ?? parsed.CheckSections()
            ?? parsed.ReadSectionNames() ?? parsed.ReadDynamic() ?? parsed.ReadRelocations() ?? parsed.ReadDynamicSymbols();
        file = error is null ? parsed : null;
        return error;
    }

    /// <summary>The first section of a name, or -1.</summary>
    internal int FindSection(string name) => Array.IndexOf(SectionNames, name);

    /// <summary>A symbol table that a section holds.</summary>
    internal ElfError? ReadSymbols(string where, in ElfSection section, out ReadOnlyMemory<byte> table)
    {
        table = default;
        return section.Type is ElfFormat.SectionSymbols or ElfFormat.SectionDynamicSymbols
            ? Bytes.ReadTable(where, section.Offset, section.Size, ElfSymbol.Bytes, out table)
            : new ElfError(ElfRule.NotASymbolTable, where, $"section of type {section.Type}; 2 or 11 is needed.");
    }

    private ElfError? CheckHeader()
    {
        if (Header.CheckIdentity() is { } error)
            return error;
        if (Header.HeaderBytes != ElfHeader.Bytes || Header.ProgramHeaderBytes != ElfSegment.Bytes
            || Header.SectionHeaderBytes != ElfSection.Bytes)
        {
            return new ElfError(
                ElfRule.WrongHeaderSize, "file header",
                $"file, program and section headers of {Header.HeaderBytes}, {Header.ProgramHeaderBytes} and "
                    + $"{Header.SectionHeaderBytes} bytes; 64, 56 and 64 are needed.");
        }

        return Header.SectionNamesIndex < Header.SectionCount
            ? null
            : new ElfError(
                ElfRule.SectionNamesIndex, "file header",
                $"section names are in section {Header.SectionNamesIndex} of {Header.SectionCount}.");
    }

    private ElfError? ReadTables()
    {
        var fileHeader = new ElfRange(0, ElfHeader.Bytes);
        ulong segmentBytes = (ulong)Header.ProgramHeaderCount * ElfSegment.Bytes;
        ElfRange segments = ElfRange.Saturating(Header.ProgramHeaderOffset, segmentBytes);
        if (segments.Overlaps(fileHeader))
            return Overlap("program header table", segments, "the file header");
        ElfError? error = Bytes.ReadTable(
            "program header table", segments.Start, segmentBytes, ElfSegment.Bytes, out ReadOnlyMemory<byte> table);
        if (error is not null)
            return error;
        Segments = ElfSegment.ReadAll(table.Span);

        ulong sectionBytes = (ulong)Header.SectionCount * ElfSection.Bytes;
        ElfRange sections = ElfRange.Saturating(Header.SectionHeaderOffset, sectionBytes);
        if (sections.Overlaps(fileHeader) || sections.Overlaps(segments))
            return Overlap("section header table", sections, "the headers before it");
        error = Bytes.ReadTable("section header table", sections.Start, sectionBytes, ElfSection.Bytes, out table);
        if (error is not null)
            return error;
        Sections = ElfSection.ReadAll(table.Span);
        return Sections[0].Type == ElfFormat.SectionNull
            ? null
            : new ElfError(ElfRule.NoNullSection, "section 0", $"type {Sections[0].Type}; the first section is empty, of type 0.");
    }

    private ElfError? CheckSegments()
    {
        ulong lowest = 0;
        for (int i = 0; i < Segments.Length; i++)
        {
            ElfSegment segment = Segments[i];
            if (segment.Type != ElfFormat.SegmentLoad)
                continue;
            if (segment.Address < lowest)
            {
                return new ElfError(
                    ElfRule.SegmentsNotAscending, $"program header {i}", $"address 0x{segment.Address:x} after 0x{lowest:x}.");
            }

            if (!ElfRange.TryCreate(segment.Offset, segment.FileBytes, out ElfRange range) || range.End > Bytes.Length)
            {
                return new ElfError(
                    ElfRule.SegmentOutsideFile, $"program header {i}",
                    $"0x{segment.FileBytes:x} bytes at 0x{segment.Offset:x} of a file of 0x{Bytes.Length:x}.");
            }

            lowest = segment.Address;
        }

        return null;
    }

    private ElfError? CheckSections()
    {
        var fileHeader = new ElfRange(0, ElfHeader.Bytes);
        ElfRange segmentTable = ElfRange.Saturating(Header.ProgramHeaderOffset, (ulong)Segments.Length * ElfSegment.Bytes);
        ElfRange sectionTable = ElfRange.Saturating(Header.SectionHeaderOffset, (ulong)Sections.Length * ElfSection.Bytes);
        ulong lowest = 0;
        for (int i = 0; i < Sections.Length; i++)
        {
            ElfSection section = Sections[i];
            if (section.Type == ElfFormat.SectionNoBits)
                continue;
            if (!ElfRange.TryCreate(section.Offset, section.Size, out ElfRange range))
                return OutsideFile(i, in section);
            if (range.Overlaps(fileHeader) || range.Overlaps(segmentTable) || range.Overlaps(sectionTable))
                return Overlap($"section {i}", range, "a header or table");
            if (range.Start < lowest)
            {
                return new ElfError(
                    ElfRule.SectionsNotAscending, $"section {i}", $"starts at 0x{range.Start:x}, before 0x{lowest:x} where the last ends.");
            }

            if (range.End > Bytes.Length)
                return OutsideFile(i, in section);
            lowest = range.End;
        }

        return null;
    }

    private ElfError OutsideFile(int index, in ElfSection section) => new(
        ElfRule.SectionOutsideFile, $"section {index}",
        $"0x{section.Size:x} bytes at 0x{section.Offset:x} of a file of 0x{Bytes.Length:x}.");

    private static ElfError Overlap(string where, ElfRange range, string other) =>
        new(ElfRule.RangesOverlap, where, $"{range} overlaps {other}.");

    private ElfError? ReadSectionNames()
    {
        if (Header.SectionNamesIndex == ElfFormat.IndexUndefined)
            return new ElfError(ElfRule.NoSectionNames, "file header", "no section holds the names of sections.");
        ref readonly ElfSection names = ref Sections[Header.SectionNamesIndex];
        SectionNames = new string[Sections.Length];
        for (int i = 0; i < Sections.Length; i++)
        {
            ElfError? error = Bytes.ReadString("", in names, Sections[i].Name, MaxSectionNameBytes, out string name);
            if (error is not null)
                return error with { Where = $"section {i}" };
            SectionNames[i] = name;
            bool isDuplicate = name switch
            {
                ".symtab" => SymbolTable is not null,
                ".strtab" => SymbolNames is not null,
                ".dynstr" => DynamicNames is not null,
                _ => false,
            };
            if (isDuplicate)
                return new ElfError(ElfRule.DuplicateSection, $"section {i}", $"a second {name}.");
            if (name == ".symtab")
                SymbolTable = Sections[i];
            else if (name == ".strtab")
                SymbolNames = Sections[i];
            else if (name == ".dynstr")
                DynamicNames = Sections[i];
        }

        return null;
    }

    private ElfError? ReadDynamic()
    {
        ElfError? error = FindDynamic(out ReadOnlyMemory<byte> table);
        if (error is not null)
            return error;
        for (ReadOnlySpan<byte> rest = table.Span; rest.Length >= DynamicEntryBytes; rest = rest[DynamicEntryBytes..])
        {
            ulong tag = BinaryPrimitives.ReadUInt64LittleEndian(rest);
            if (tag == 0)
                break;
            if (tag < ElfFormat.DynamicTags)
                _dynamic[tag] = BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]);
        }

        return null;
    }

    /// <summary>The first PT_DYNAMIC; where there is none or it is broken, the first SHT_DYNAMIC, which must be whole.</summary>
    private ElfError? FindDynamic(out ReadOnlyMemory<byte> table)
    {
        int segment = Array.FindIndex(Segments, segment => segment.Type == ElfFormat.SegmentDynamic);
        if (segment >= 0 && ReadDynamicTable(Segments[segment].Offset, Segments[segment].FileBytes, out table) is null)
            return null;
        table = default;
        int section = Array.FindIndex(Sections, section => section.Type == ElfFormat.SectionDynamic);
        return section < 0 ? null : ReadDynamicTable(Sections[section].Offset, Sections[section].Size, out table);
    }

    private ElfError? ReadDynamicTable(ulong offset, ulong bytes, out ReadOnlyMemory<byte> table) =>
        Bytes.ReadTable("dynamic table", offset, bytes, DynamicEntryBytes, out table) is { } error
            ? Broken(error.Detail)
            : null;

    private static ElfError Broken(string detail) => new(ElfRule.DynamicTable, "dynamic table", detail);

    private ElfError? ReadRelocations()
    {
        ulong address = _dynamic[ElfFormat.DynamicRelocations];
        if (address == 0)
            return null;
        ulong entryBytes = _dynamic[ElfFormat.DynamicRelocationSize];
        if (entryBytes != ElfRelocation.Bytes)
            return Broken($"relocations of {entryBytes} bytes; {ElfRelocation.Bytes} are needed.");
        ulong bytes = _dynamic[ElfFormat.DynamicRelocationsSize];
        if (bytes == 0)
            return Broken("a relocation table of 0 bytes.");
        if (FindOffset(address, out ulong offset) is { } error)
            return error;
        if (!ElfRange.TryCreate(offset, bytes, out _))
            return new ElfError(ElfRule.TableOutsideFile, "relocation table", $"0x{bytes:x} bytes at 0x{offset:x} end beyond 64 bits.");
        if (Bytes.ReadTable("relocation table", offset, bytes, ElfRelocation.Bytes, out ReadOnlyMemory<byte> table) is { } tableError)
            return Broken(tableError.Detail);
        Relocations = table;
        return null;
    }

    /// <summary>Where an address of the dynamic table is in the file.</summary>
    private ElfError? FindOffset(ulong address, out ulong offset)
    {
        offset = 0;
        foreach (ElfSegment segment in Segments)
        {
            if (!ElfRange.TryCreate(segment.Address, segment.MemoryBytes, out ElfRange range))
                return new ElfError(ElfRule.SegmentOutsideFile, "program headers", $"a segment at 0x{segment.Address:x} ends beyond 64 bits.");
            if (!range.Contains(address))
                continue;
            return ElfRange.TryCreate(address - segment.Address, segment.Offset, out ElfRange sum) ? Found(sum.End, out offset)
                : new ElfError(ElfRule.SegmentOutsideFile, "program headers", $"0x{address:x} is at an offset beyond 64 bits.");
        }

        // Consensus: files of rust-bpf-sysroot before 0.13 have the table outside all segments.
        int section = Array.FindIndex(Sections, section => section.Address == address);
        return section < 0
            ? Broken($"relocations at 0x{address:x}, where no segment and no section is.")
            : Found(Sections[section].Offset, out offset);
    }

    private static ElfError? Found(ulong value, out ulong offset)
    {
        offset = value;
        return null;
    }

    private ElfError? ReadDynamicSymbols()
    {
        ulong address = _dynamic[ElfFormat.DynamicSymbolTable];
        if (address == 0)
            return null;
        int section = Array.FindIndex(Sections, section => section.Address == address);
        if (section < 0)
            return Broken($"symbols at 0x{address:x}, where no section starts.");
        ElfError? error = ReadSymbols("dynamic symbols", in Sections[section], out ReadOnlyMemory<byte> table);
        DynamicSymbols = table;
        return error;
    }
}
