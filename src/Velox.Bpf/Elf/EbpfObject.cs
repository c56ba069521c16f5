namespace Velox.Bpf;

/// <summary>The parts of a relocatable eBPF object.</summary>
internal sealed class EbpfObject
{
    private EbpfObject(ReadOnlyMemory<byte> memory) => Bytes = new ElfBytes(memory);

    internal ElfBytes Bytes { get; }

    internal ElfSection[] Sections { get; private set; } = [];

    /// <summary>One for each section.</summary>
    internal string[] SectionNames { get; private set; } = [];

    /// <summary>Empty where there are none.</summary>
    internal ReadOnlyMemory<byte> Symbols { get; private set; }

    /// <summary>Where the names of symbols are.</summary>
    internal ElfSection SymbolNames { get; private set; }

    internal static ElfError? TryParse(ReadOnlyMemory<byte> memory, in ElfHeader header, out EbpfObject? file)
    {
        var parsed = new EbpfObject(memory);
        ElfError? error = CheckHeader(in header) ?? parsed.ReadSections(in header) ?? parsed.ReadSectionNames(in header)
            ?? parsed.ReadSymbols();
        file = error is null ? parsed : null;
        return error;
    }

    /// <summary>The bytes of a section; none where the file has none.</summary>
    internal ReadOnlyMemory<byte> BytesOf(int section)
    {
        Bytes.TrySlice(Sections[section].FileRange, out ReadOnlyMemory<byte> bytes);
        return bytes;
    }

    internal ElfError? ReadSymbolName(in ElfSymbol symbol, out string name)
    {
        ElfSection names = SymbolNames;
        return Bytes.ReadString("symbol table", in names, symbol.Name, ElfLoader.MaxNameBytes, out name);
    }

    private static ElfError? CheckHeader(in ElfHeader header)
    {
        if (header.CheckIdentity() is { } error)
            return error;
        if (header.Machine != ElfFormat.MachineBpf)
            return new ElfError(ElfRule.WrongMachine, "file header", $"machine {header.Machine}; 247 (BPF) is needed.");
        if (header.Type != ElfFormat.TypeRelocatable)
            return new ElfError(ElfRule.WrongFileType, "file header", $"type {header.Type}; 1 (relocatable object) is needed.");
        if (header.SectionHeaderBytes != ElfSection.Bytes)
        {
            return new ElfError(
                ElfRule.WrongHeaderSize, "file header", $"section headers of {header.SectionHeaderBytes} bytes; 64 are needed.");
        }

        if (header.SectionCount > ElfLoader.MaxObjectSections)
        {
            return new ElfError(
                ElfRule.TooManySections, "file header", $"{header.SectionCount} sections; at most {ElfLoader.MaxObjectSections} are taken.");
        }

        return header.SectionNamesIndex > 0 && header.SectionNamesIndex < header.SectionCount
            ? null
            : new ElfError(
                ElfRule.NoSectionNames, "file header",
                $"section names are in section {header.SectionNamesIndex} of {header.SectionCount}.");
    }

    private ElfError? ReadSections(in ElfHeader header)
    {
        ElfError? error = Bytes.ReadTable(
            "section header table", header.SectionHeaderOffset, (ulong)header.SectionCount * ElfSection.Bytes, ElfSection.Bytes,
            out ReadOnlyMemory<byte> table);
        if (error is not null)
            return error;
        Sections = ElfSection.ReadAll(table.Span);
        for (int i = 0; i < Sections.Length; i++)
        {
            if (!Bytes.TrySlice(Sections[i].FileRange, out _))
            {
                return new ElfError(
                    ElfRule.SectionOutsideFile, $"section {i}",
                    $"0x{Sections[i].Size:x} bytes at 0x{Sections[i].Offset:x} of a file of 0x{Bytes.Length:x}.");
            }
        }

        return null;
    }

    private ElfError? ReadSectionNames(in ElfHeader header)
    {
        SectionNames = new string[Sections.Length];
        ref readonly ElfSection names = ref Sections[header.SectionNamesIndex];
        for (int i = 0; i < Sections.Length; i++)
        {
            ElfError? error = Bytes.ReadString("", in names, Sections[i].Name, ElfLoader.MaxNameBytes, out SectionNames[i]);
            if (error is not null)
                return error with { Where = $"section {i}" };
        }

        return null;
    }

    private ElfError? ReadSymbols()
    {
        int index = Array.FindIndex(Sections, section => section.Type == ElfFormat.SectionSymbols);
        if (index < 0)
            return null;
        ElfSection section = Sections[index];
        ElfError? error = Bytes.ReadTable(
            "symbol table", section.Offset, section.Size, ElfSymbol.Bytes, out ReadOnlyMemory<byte> table);
        if (error is not null)
            return error;
        int count = table.Length / ElfSymbol.Bytes;
        if (count > ElfLoader.MaxSymbols)
            return new ElfError(ElfRule.TooManySymbols, "symbol table", $"{count} symbols; at most {ElfLoader.MaxSymbols} are taken.");
        if (section.Link >= (uint)Sections.Length)
            return new ElfError(ElfRule.NotAStringTable, "symbol table", $"its names are in section {section.Link} of {Sections.Length}.");
        Symbols = table;
        SymbolNames = Sections[section.Link];
        return null;
    }
}
