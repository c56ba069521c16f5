using System.Buffers.Binary;

namespace Velox.Bpf;

/// <summary>Relocates a laid-out eBPF object: wide loads and pointers get addresses, calls their distance or host function.</summary>
/// <remarks>Source: LLVM's BPF relocations (kernel, Documentation/bpf/llvm_reloc.rst). Addends are where a relocation points to.</remarks>
internal sealed class EbpfRelocator(EbpfObject file, EbpfLayout layout, HostFunctionTable host)
{
    private Dictionary<string, uint>? _hostKeys;
    private int _count;

    internal ElfError? Run()
    {
        for (int i = 0; i < file.Sections.Length; i++)
        {
            ElfSection section = file.Sections[i];
            bool isTable = section.Type is ElfFormat.SectionRelocations or ElfFormat.SectionRelocationsWithAddend;
            if (!isTable || section.Info >= (uint)file.Sections.Length)
                continue;
            int target = (int)section.Info;
            if (layout.TextOffset[target] < 0 && layout.DataOffset[target] < 0)
                continue;
            ElfError? error = section.Type == ElfFormat.SectionRelocations
                ? Relocate(in section, target)
                : new ElfError(ElfRule.UnknownRelocation, file.SectionNames[i], "relocations with addends; BPF has them without.");
            if (error is not null)
                return error;
        }

        return null;
    }

    private ElfError? Relocate(in ElfSection section, int target)
    {
        ElfError? error = file.Bytes.ReadTable(
            $"relocations of {file.SectionNames[target]}", section.Offset, section.Size, ElfRelocation.Bytes,
            out ReadOnlyMemory<byte> table);
        if (error is not null)
            return error;
        // Several sections may name the same bytes as their table, so the file's length does not bound their number.
        _count += table.Length / ElfRelocation.Bytes;
        if (_count > ElfLoader.MaxObjectRelocations)
        {
            return new ElfError(
                ElfRule.TooManyRelocations, file.SectionNames[target], $"more than {ElfLoader.MaxObjectRelocations} relocations.");
        }

        bool isText = layout.TextOffset[target] >= 0;
        Span<byte> bytes = isText
            ? layout.Text.AsSpan(layout.TextOffset[target], (int)file.Sections[target].Size)
            : layout.Data.AsSpan(layout.DataOffset[target], (int)file.Sections[target].Size);
        for (int i = 0; i < table.Length / ElfRelocation.Bytes; i++)
        {
            var relocation = ElfRelocation.Read(table.Span, i);
            var site = new Site(relocation, target, file.SectionNames[target]);
            error = relocation.Type switch
            {
                ElfFormat.RelocationNone => null,
                ElfFormat.Relocation64 when isText => RelocateWideLoad(in site, bytes),
                ElfFormat.RelocationCall when isText => RelocateCall(in site, bytes),
                ElfFormat.RelocationAbsolute64 when !isText => RelocatePointer(in site, bytes),
                ElfFormat.RelocationAbsolute32 when !isText => new ElfError(
                    ElfRule.AddressTooWide, site.Where, $"a 32-bit pointer; data is at 0x{MemoryMap.ProgramAddress:x} and above."),
                _ => new ElfError(
                    ElfRule.UnknownRelocation, site.Where, $"type {relocation.Type}; 1 and 10 are known in text, 2 in data."),
            };
            if (error is not null)
                return error;
        }

        return null;
    }

    /// <summary>R_BPF_64_64: a wide load of an address.</summary>
    private ElfError? RelocateWideLoad(in Site site, Span<byte> bytes)
    {
        if (CheckInstruction(in site, bytes, ElfFormat.OpcodeWideLoad, slots: 2) is { } error)
            return error;
        Span<byte> slots = bytes.Slice((int)site.Relocation.Offset, 2 * InstructionWord.Bytes);
        long addend = BinaryPrimitives.ReadInt32LittleEndian(slots[4..]);
        if (FindAddress(in site, addend, out ulong address) is { } addressError)
            return addressError;
        BinaryPrimitives.WriteUInt32LittleEndian(slots[4..], (uint)address);
        BinaryPrimitives.WriteUInt32LittleEndian(slots[12..], (uint)(address >> 32));
        return null;
    }

    /// <summary>R_BPF_64_ABS64: a pointer in data.</summary>
    private ElfError? RelocatePointer(in Site site, Span<byte> bytes)
    {
        if (site.Relocation.Offset > (ulong)bytes.Length || (ulong)bytes.Length - site.Relocation.Offset < sizeof(ulong))
            return Outside(in site, bytes.Length);
        Span<byte> pointer = bytes[(int)site.Relocation.Offset..];
        if (FindAddress(in site, BinaryPrimitives.ReadInt64LittleEndian(pointer), out ulong address) is { } error)
            return error;
        BinaryPrimitives.WriteUInt64LittleEndian(pointer, address);
        return null;
    }

    /// <summary>R_BPF_64_32: a call of a function here, by distance, or of a host function, by name.</summary>
    private ElfError? RelocateCall(in Site site, Span<byte> bytes)
    {
        if (CheckInstruction(in site, bytes, ElfFormat.OpcodeCall, slots: 1) is { } error)
            return error;
        Span<byte> slot = bytes.Slice((int)site.Relocation.Offset, InstructionWord.Bytes);
        if (ReadSymbol(in site, out ElfSymbol symbol) is { } symbolError)
            return symbolError;
        if (symbol.Section == ElfFormat.IndexUndefined)
            return BindHost(in site, in symbol, slot);

        int section = symbol.Section < file.Sections.Length ? layout.TextOffset[symbol.Section] : -1;
        // The immediate counts instructions from the one after the call, as if that were the symbol.
        long immediate = BinaryPrimitives.ReadInt32LittleEndian(slot[4..]);
        ulong offset = symbol.Value + (ulong)((immediate + 1) * InstructionWord.Bytes);
        if (section < 0 || offset % InstructionWord.Bytes != 0 || offset >= file.Sections[symbol.Section].Size)
        {
            return new ElfError(
                ElfRule.CallOutsideText, site.Where, $"calls offset 0x{offset:x} of section {symbol.Section}, where no function is.");
        }

        int from = layout.TextOffset[site.Section] + (int)site.Relocation.Offset;
        int distance = ((section + (int)offset - from) / InstructionWord.Bytes) - 1;
        var call = InstructionWord.Read(slot, 0);
        (call with { Source = 1, Immediate = distance }).Write(slot);
        return null;
    }

    private ElfError? BindHost(in Site site, in ElfSymbol symbol, Span<byte> slot)
    {
        if (file.ReadSymbolName(in symbol, out string name) is { } error)
            return error with { Where = site.Where };
        _hostKeys ??= NameHostFunctions();
        if (!_hostKeys.TryGetValue(name, out uint key))
            return new ElfError(ElfRule.UnresolvedSymbol, site.Where, $"calls '{name}', which neither object nor host has.");
        var call = InstructionWord.Read(slot, 0);
        (call with { Source = 0, Immediate = (int)key }).Write(slot);
        return null;
    }

    private Dictionary<string, uint> NameHostFunctions()
    {
        Dictionary<string, uint> keys = [];
        foreach (HostFunctionEntry entry in host.Entries)
            keys.TryAdd(entry.Name, entry.Key);
        return keys;
    }

    private ElfError? FindAddress(in Site site, long addend, out ulong address)
    {
        address = 0;
        if (ReadSymbol(in site, out ElfSymbol symbol) is { } error)
            return error;
        if (symbol.Section == ElfFormat.IndexAbsolute)
        {
            address = symbol.Value + (ulong)addend;
            return null;
        }

        if (symbol.Section == ElfFormat.IndexUndefined)
        {
            file.ReadSymbolName(in symbol, out string name);
            return new ElfError(ElfRule.UnresolvedSymbol, site.Where, $"refers to '{name}', which the object does not define.");
        }

        if (symbol.Section == ElfFormat.IndexCommon)
            return new ElfError(ElfRule.WritableSection, site.Where, "refers to a common variable, which is writable.");
        if (symbol.Section >= file.Sections.Length)
            return new ElfError(ElfRule.UnknownSymbol, site.Where, $"refers to section {symbol.Section} of {file.Sections.Length}.");
        int offset = layout.DataOffset[symbol.Section];
        if (offset < 0)
            return NotData(in site, symbol.Section);
        address = MemoryMap.ProgramAddress + (ulong)offset + symbol.Value + (ulong)addend;
        return null;
    }

    private ElfError NotData(in Site site, int section)
    {
        string name = file.SectionNames[section];
        if (layout.IsMap(section))
            return new ElfError(ElfRule.MapsNotSupported, site.Where, $"refers to a map in {name}.");
        if (layout.TextOffset[section] >= 0)
            return new ElfError(ElfRule.FunctionAddress, site.Where, $"takes the address of a function in {name}.");
        return file.Sections[section].IsWritable
            ? new ElfError(ElfRule.WritableSection, site.Where, $"refers to {name}; programs have no writable data of their own.")
            : new ElfError(ElfRule.SectionNotLoaded, site.Where, $"refers to {name}, which is no data of the program.");
    }

    private ElfError? ReadSymbol(in Site site, out ElfSymbol symbol) =>
        ElfSymbol.TryRead(file.Symbols.Span, site.Relocation.Symbol, out symbol)
            ? null
            : new ElfError(
                ElfRule.UnknownSymbol, site.Where, $"symbol {site.Relocation.Symbol} of {file.Symbols.Length / ElfSymbol.Bytes}.");

    private static ElfError? CheckInstruction(in Site site, ReadOnlySpan<byte> bytes, byte opcode, int slots)
    {
        ulong offset = site.Relocation.Offset;
        if (offset > (ulong)bytes.Length || (ulong)bytes.Length - offset < (ulong)(slots * InstructionWord.Bytes))
            return Outside(in site, bytes.Length);
        return offset % InstructionWord.Bytes == 0 && bytes[(int)offset] == opcode
            ? null
            : new ElfError(
                ElfRule.RelocationTarget, site.Where,
                $"type {site.Relocation.Type} at opcode 0x{bytes[(int)offset]:x2}; an instruction 0x{opcode:x2} is needed.");
    }

    private static ElfError Outside(in Site site, int bytes) =>
        new(ElfRule.RelocationOutsideSection, site.Where, $"the section has 0x{bytes:x} bytes.");

    /// <summary>A relocation and the section it changes.</summary>
    private readonly record struct Site(ElfRelocation Relocation, int Section, string SectionName)
    {
        internal string Where => $"{SectionName}+0x{Relocation.Offset:x}";
    }
}
