namespace Velox.Bpf;

/// <summary>Names and lines of an sBPF V3 file, from sections that running it does not need.</summary>
/// <remarks>For people: whatever is wrong with sections and symbols, there are fewer names, not an error.</remarks>
internal sealed class SbpfStrictDebug
{
    private readonly ElfBytes _bytes;
    private readonly ElfSection[] _sections;
    private readonly ushort _namesIndex;

    private SbpfStrictDebug(ElfBytes bytes, ElfSection[] sections, ushort namesIndex)
    {
        _bytes = bytes;
        _sections = sections;
        _namesIndex = namesIndex;
    }

    /// <summary>The sections, or null where there are none to be read.</summary>
    internal static SbpfStrictDebug? Read(ElfBytes bytes, in ElfHeader header)
    {
        ElfError? error = bytes.ReadTable(
            "section header table", header.SectionHeaderOffset, (ulong)header.SectionCount * ElfSection.Bytes, ElfSection.Bytes,
            out ReadOnlyMemory<byte> table);
        return error is null && header.SectionNamesIndex < header.SectionCount
            ? new SbpfStrictDebug(bytes, ElfSection.ReadAll(table.Span), header.SectionNamesIndex)
            : null;
    }

    /// <summary>The functions of the first symbol table.</summary>
    internal IReadOnlyList<FunctionSymbol> ReadSymbols(ElfRange text)
    {
        int index = Array.FindIndex(_sections, section => section.Type == ElfFormat.SectionSymbols);
        if (index < 0 || _sections[index].Link >= (uint)_sections.Length)
            return [];
        ElfSection section = _sections[index];
        if (_bytes.ReadTable("symbols", section.Offset, section.Size, ElfSymbol.Bytes, out ReadOnlyMemory<byte> table) is not null)
            return [];
        var names = new ElfFunctionNames(_bytes, text);
        names.Add(table.Span, in _sections[section.Link]);
        return names.ToList();
    }

    internal LineTable? ReadLines(in ElfSegment text)
    {
        ReadOnlyMemory<byte> lines = BytesOf(".debug_line");
        return lines.IsEmpty ? null : DwarfLineReader.Read(new DwarfLines(
            lines, BytesOf(".debug_line_str"), BytesOf(".debug_str"), text.Address, (int)text.FileBytes));
    }

    private ReadOnlyMemory<byte> BytesOf(string name)
    {
        foreach (ElfSection section in _sections)
        {
            ElfError? error = _bytes.ReadString("", in _sections[_namesIndex], section.Name, ElfLoader.MaxNameBytes, out string found);
            if (error is null && found == name && _bytes.TrySlice(section.FileRange, out ReadOnlyMemory<byte> bytes))
                return bytes;
        }

        return default;
    }
}
