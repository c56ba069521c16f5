using System.Text;

namespace Velox.Bpf;

/// <summary>Loads sBPF V0 to V2: sections are placed, relocated and merged into one read-only image.</summary>
/// <remarks>Source: anza-xyz/sbpf src/elf.rs, load_with_lenient_parser, with Agave's optimize_rodata = false.</remarks>
internal static class SbpfLenientLoader
{
    private const string Text = ".text";

    internal static ElfError? TryLoad(
        ReadOnlyMemory<byte> bytes, in ElfHeader header, Dialect dialect, ElfOptions options, HostFunctionTable host,
        out ProgramImage? image)
    {
        image = null;
        ElfError? error = SbpfLenientFile.TryParse(bytes, in header, out SbpfLenientFile? file);
        error ??= CheckHeader(in header) ?? CheckSections(file!);
        if (error is not null)
            return error;

        ElfSection text = file!.Sections[file.FindSection(Text)];
        error = CheckEntry(in header, in text) ?? CheckTextAddress(in text, options);
        if (error is not null)
            return error;

        byte[] relocated = bytes.ToArray();
        var functions = new SbpfFunctionKeys(host);
        error = new SbpfRelocator(file, text, relocated, functions, options).Run();
        if (error is not null)
            return error;

        ulong entryOffset = header.Entry - text.Address;
        if (entryOffset % InstructionWord.Bytes != 0)
        {
            return new ElfError(
                ElfRule.EntryMisaligned, "file header", $"entry 0x{header.Entry:x} is 0x{entryOffset:x} into .text, no multiple of 8.");
        }

        int entry = (int)(entryOffset / InstructionWord.Bytes);
        error = functions.SetEntry(entry);
        error ??= BuildReadOnlyData(file, relocated, options, out relocated);
        if (error is not null)
            return error;

        IReadOnlyList<FunctionSymbol> symbols = options.ReadsDebugInformation ? ReadSymbols(file, in text) : [];
        image = new ProgramImage
        {
            Dialect = dialect,
            // From the image, not from the file: where sections overlap, the later one is what runs.
            Text = relocated.AsMemory((int)text.Address, (int)text.FileRange.Length),
            TextAddress = MemoryMap.ProgramAddress + text.Address,
            EntryIndex = entry,
            Functions = functions.ToNamed(symbols),
            ReadOnlyData = relocated,
            Symbols = symbols,
            Lines = options.ReadsDebugInformation ? ReadLines(file, in text) : null,
        };
        return null;
    }

    private static ElfError? CheckHeader(in ElfHeader header)
    {
        if (header.Abi != 0)
            return new ElfError(ElfRule.WrongAbi, "file header", $"ABI {header.Abi}; 0 is needed.");
        if (header.Machine is not (ElfFormat.MachineBpf or ElfFormat.MachineSbpf))
            return new ElfError(ElfRule.WrongMachine, "file header", $"machine {header.Machine}; 247 (BPF) or 263 (SBPF) is needed.");
        return header.Type == ElfFormat.TypeDynamic
            ? null
            : new ElfError(ElfRule.WrongFileType, "file header", $"type {header.Type}; 3 (shared object) is needed.");
    }

    private static ElfError? CheckSections(SbpfLenientFile file)
    {
        int textSections = file.SectionNames.Count(name => name == Text);
        if (textSections != 1)
            return new ElfError(ElfRule.TextSectionCount, "sections", $"{textSections} sections named .text; there must be one.");
        for (int i = 0; i < file.Sections.Length; i++)
        {
            string name = file.SectionNames[i];
            bool isWritableData = file.Sections[i].IsWritable && Starts(name, ".data") && !Starts(name, ".data.rel");
            if (Starts(name, ".bss") || isWritableData)
            {
                return new ElfError(ElfRule.WritableSection, $"section {i} ({name})", "programs have no writable data of their own.")
                {
                    Name = ElfBytes.ToText(Encoding.Latin1.GetBytes(name)),
                };
            }
        }

        for (int i = 0; i < file.Sections.Length; i++)
        {
            // Sections without bytes in the file as well.
            ElfSection section = file.Sections[i];
            if (!ElfRange.TryCreate(section.Offset, section.Size, out ElfRange range) || range.End > file.Bytes.Length)
            {
                return new ElfError(
                    ElfRule.SectionOutsideFile, $"section {i}",
                    $"0x{section.Size:x} bytes at 0x{section.Offset:x} of a file of 0x{file.Bytes.Length:x}.");
            }
        }

        return null;
    }

    private static bool Starts(string name, string prefix) => name.StartsWith(prefix, StringComparison.Ordinal);

    private static ElfError? CheckEntry(in ElfHeader header, in ElfSection text) => text.AddressRange.Contains(header.Entry)
        ? null
        : new ElfError(ElfRule.EntryOutsideText, "file header", $"entry 0x{header.Entry:x}; .text is at {text.AddressRange}.");

    private static ElfError? CheckTextAddress(in ElfSection text, ElfOptions options)
    {
        if (options.RejectsBroken && text.Address != text.Offset)
            return AddressIsNotOffset(Text, in text);
        const ulong limit = MemoryMap.StackAddress - MemoryMap.ProgramAddress;
        return text.Address < limit
            ? null
            : new ElfError(ElfRule.TextAddress, Text, $"address 0x{text.Address:x}; it must be below 0x{limit:x}.");
    }

    private static ElfError AddressIsNotOffset(string name, in ElfSection section) => new(
        ElfRule.AddressIsNotOffset, name, $"address 0x{section.Address:x} at offset 0x{section.Offset:x}; a deployment needs them equal.");

    /// <summary>One buffer from 0x1_0000_0000 to the highest end, zero between the sections that are visible.</summary>
    private static ElfError? BuildReadOnlyData(SbpfLenientFile file, byte[] relocated, ElfOptions options, out byte[] data)
    {
        data = [];
        List<ElfSection> visible = [];
        (ulong lowest, ulong highest, ulong filled) = (ulong.MaxValue, 0, 0);
        for (int i = 0; i < file.Sections.Length; i++)
        {
            string name = file.SectionNames[i];
            if (name is not (Text or ".rodata" or ".data.rel.ro" or ".eh_frame"))
                continue;
            ElfSection section = file.Sections[i];
            if (options.RejectsBroken && section.Address != section.Offset)
                return AddressIsNotOffset(name, in section);
            const ulong limit = MemoryMap.StackAddress - MemoryMap.ProgramAddress;
            if (section.Address > limit)
                return new ElfError(ElfRule.ReadOnlyAddress, name, $"address 0x{section.Address:x}; it may be 0x{limit:x} at most.");
            ulong length = section.FileRange.Length;
            lowest = Math.Min(lowest, section.Address);
            highest = Math.Max(highest, section.Address + length);
            filled += length;
            visible.Add(section);
        }

        if (options.RejectsBroken && lowest + filled > highest)
        {
            return new ElfError(
                ElfRule.ReadOnlyOverlap, "read-only sections", $"0x{filled:x} bytes of them lie from 0x{lowest:x} to 0x{highest:x}.");
        }

        if (highest > (ulong)relocated.Length)
        {
            return new ElfError(
                ElfRule.ReadOnlyImageTooLarge, "read-only sections",
                $"they end at 0x{highest:x}; the image may be as long as the file, 0x{relocated.Length:x}.");
        }

        data = new byte[highest];
        foreach (ElfSection section in visible)
            relocated.AsSpan((int)section.FileRange.Start, (int)section.FileRange.Length).CopyTo(data.AsSpan((int)section.Address));
        return null;
    }

    private static IReadOnlyList<FunctionSymbol> ReadSymbols(SbpfLenientFile file, in ElfSection text)
    {
        var symbols = new ElfFunctionNames(file.Bytes, text.AddressRange);
        if (file.SymbolNames is { } names && file.SymbolTable is { } section
            && file.ReadSymbols(".symtab", in section, out ReadOnlyMemory<byte> table) is null)
        {
            symbols.Add(table.Span, in names);
        }

        if (file.DynamicNames is { } dynamicNames)
            symbols.Add(file.DynamicSymbols.Span, in dynamicNames);
        return symbols.ToList();
    }

    private static LineTable? ReadLines(SbpfLenientFile file, in ElfSection text)
    {
        ReadOnlyMemory<byte> lines = BytesOf(file, ".debug_line");
        return lines.IsEmpty ? null : DwarfLineReader.Read(new DwarfLines(
            lines, BytesOf(file, ".debug_line_str"), BytesOf(file, ".debug_str"), text.Address, (int)text.FileRange.Length));
    }

    private static ReadOnlyMemory<byte> BytesOf(SbpfLenientFile file, string name)
    {
        int section = file.FindSection(name);
        if (section < 0)
            return default;
        file.Bytes.TrySlice(file.Sections[section].FileRange, out ReadOnlyMemory<byte> bytes);
        return bytes;
    }
}
