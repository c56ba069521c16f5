using System.Buffers.Binary;

namespace Velox.Bpf;

/// <summary>Relocates an sBPF V0 to V2 file in place: calls become keys, references become addresses.</summary>
/// <remarks>
/// Source: anza-xyz/sbpf src/elf.rs, relocate. Tables and names are read from the file as it was; what is patched is a
/// copy, so that a relocation that points into a table changes no later one.
/// </remarks>
internal sealed class SbpfRelocator(
    SbpfLenientFile file, ElfSection text, byte[] copy, SbpfFunctionKeys functions, ElfOptions options)
{
    /// <summary>Where an instruction has its immediate.</summary>
    private const ulong ImmediateOffset = 4;

    /// <summary>From the first immediate of a wide load to its second.</summary>
    private const ulong NextImmediate = 8;

    private readonly ElfRange _textBytes = text.FileRange;

    internal ElfError? Run()
    {
        if (ResolveRelativeCalls() is { } callError)
            return callError;
        ReadOnlySpan<byte> table = file.Relocations.Span;
        for (int i = 0; i < table.Length / ElfRelocation.Bytes; i++)
        {
            var relocation = ElfRelocation.Read(table, i);
            ElfError? error = relocation.Type switch
            {
                ElfFormat.Relocation64 => RelocateSymbol(in relocation, i),
                ElfFormat.RelocationRelative => _textBytes.Contains(relocation.Offset)
                    ? RelocateWideLoad(relocation.Offset, i)
                    : RelocateData(relocation.Offset, i),
                ElfFormat.RelocationCall => RelocateCall(in relocation, i),
                _ => new ElfError(ElfRule.UnknownRelocation, $"relocation {i}", $"type {relocation.Type}; 1, 8 and 10 are known.")
                {
                    Value = relocation.Type,
                },
            };
            if (error is not null)
                return error;
        }

        return null;
    }

    /// <summary>Every slot that looks like a call with a distance gets the key of its target, second halves of wide loads too.</summary>
    private ElfError? ResolveRelativeCalls()
    {
        Span<byte> code = copy.AsSpan((int)_textBytes.Start, (int)_textBytes.Length);
        int count = code.Length / InstructionWord.Bytes;
        for (int i = 0; i < count; i++)
        {
            Span<byte> slot = code.Slice(i * InstructionWord.Bytes, InstructionWord.Bytes);
            int distance = BinaryPrimitives.ReadInt32LittleEndian(slot[(int)ImmediateOffset..]);
            if (slot[0] != ElfFormat.OpcodeCall || distance == -1)
                continue;
            long target = i + 1L + distance;
            if (target < 0 || target >= count)
            {
                return new ElfError(
                    ElfRule.CallOutsideText, $"instruction {i}", $"calls instruction {target}; .text has 0 to {count - 1}.")
                {
                    Value = (ulong)i,
                };
            }

            if (functions.Add((int)target, out uint key) is { } error)
                return error;
            BinaryPrimitives.WriteUInt32LittleEndian(slot[(int)ImmediateOffset..], key);
        }

        return null;
    }

    /// <summary>R_BPF_64_64: a symbol's address, plus what stands in the first immediate, into both immediates.</summary>
    private ElfError? RelocateSymbol(in ElfRelocation relocation, int index)
    {
        ulong low = Saturate(relocation.Offset, ImmediateOffset);
        if (!TryRead(low, out uint addend))
            return Outside(index, low);
        if (!ElfSymbol.TryRead(file.DynamicSymbols.Span, relocation.Symbol, out ElfSymbol symbol))
            return UnknownSymbol(index, relocation.Symbol);
        return WriteWide(ToProgram(Saturate(symbol.Value, addend)), low, index);
    }

    /// <summary>R_BPF_64_RELATIVE in text: the address that stands in a wide load.</summary>
    private ElfError? RelocateWideLoad(ulong offset, int index)
    {
        ulong low = Saturate(offset, ImmediateOffset);
        if (!TryRead(low, out uint lowHalf))
            return Outside(index, low);
        if (!TryRead(Saturate(low, NextImmediate), out uint highHalf))
            return Outside(index, Saturate(low, NextImmediate));
        ulong address = ((ulong)highHalf << 32) | lowHalf;
        return address == 0
            ? new ElfError(ElfRule.NullAddress, $"relocation {index}", $"the wide load at 0x{offset:x} refers to address 0.")
            : WriteWide(ToProgram(address), low, index);
    }

    /// <summary>
    /// R_BPF_64_RELATIVE elsewhere. Consensus keeps a fault of old toolchains: the address is in the upper half of the value.
    /// </summary>
    private ElfError? RelocateData(ulong offset, int index)
    {
        ulong upper = Saturate(offset, ImmediateOffset);
        if (!TryRead(upper, out uint address))
            return Outside(index, upper);
        BinaryPrimitives.WriteUInt64LittleEndian(copy.AsSpan((int)offset), MemoryMap.ProgramAddress + address);
        return null;
    }

    /// <summary>R_BPF_64_32: a function of the program, or one of the host by the hash of its name.</summary>
    private ElfError? RelocateCall(in ElfRelocation relocation, int index)
    {
        if (!ElfSymbol.TryRead(file.DynamicSymbols.Span, relocation.Symbol, out ElfSymbol symbol))
            return UnknownSymbol(index, relocation.Symbol);
        if (file.DynamicNames is not { } names)
            return UnknownName(index, symbol.Name, "there is no .dynstr with the names of symbols.");
        ElfError? error = file.Bytes.FindString(
            "", in names, symbol.Name, SbpfLenientFile.MaxSymbolNameBytes, out ReadOnlyMemory<byte> name);
        if (error is not null)
            return UnknownName(index, symbol.Name, error.Detail);

        uint key;
        if (symbol.IsFunction && symbol.Value != 0)
            error = BindFunction(in symbol, name.Span, index, out key);
        else
            error = BindHost(name.Span, relocation.Offset, index, out key);
        if (error is not null)
            return error;
        ulong immediate = Saturate(relocation.Offset, ImmediateOffset);
        return TryWrite(immediate, key) ? null : Outside(index, immediate);
    }

    private ElfError? BindFunction(in ElfSymbol symbol, ReadOnlySpan<byte> name, int index, out uint key)
    {
        key = FunctionKey.EntryPoint;
        if (!text.AddressRange.Contains(symbol.Value))
        {
            return new ElfError(
                ElfRule.SymbolOutsideText, $"relocation {index}",
                $"calls a function at 0x{symbol.Value:x}; .text is at {text.AddressRange}.");
        }

        int target = (int)((symbol.Value - text.Address) / InstructionWord.Bytes);
        return name.SequenceEqual("entrypoint"u8) ? functions.AddEntryName(target) : functions.Add(target, out key);
    }

    private ElfError? BindHost(ReadOnlySpan<byte> name, ulong offset, int index, out uint key)
    {
        key = FunctionKey.Hash(name);
        return options.RejectsBroken && functions.Host.IndexOf(key) < 0
            ? new ElfError(
                ElfRule.UnresolvedSymbol, $"relocation {index}",
                $"the call at 0x{offset:x} is to '{ElfBytes.ToText(name)}', which neither program nor host has.")
            {
                Name = ElfBytes.ToText(name),
                Value = offset,
            }
            : null;
    }

    /// <summary>An address below the program's region is an offset in it.</summary>
    private static ulong ToProgram(ulong address) => address < MemoryMap.ProgramAddress ? address + MemoryMap.ProgramAddress : address;

    private static ulong Saturate(ulong a, ulong b) => a + b < a ? ulong.MaxValue : a + b;

    private ElfError? WriteWide(ulong value, ulong low, int index)
    {
        ulong high = Saturate(low, NextImmediate);
        return TryWrite(low, (uint)value) && TryWrite(high, (uint)(value >> 32)) ? null : Outside(index, high);
    }

    private bool TryRead(ulong offset, out uint value)
    {
        bool isInside = offset <= (ulong)copy.Length && (ulong)copy.Length - offset >= sizeof(uint);
        value = isInside ? BinaryPrimitives.ReadUInt32LittleEndian(copy.AsSpan((int)offset)) : 0;
        return isInside;
    }

    private bool TryWrite(ulong offset, uint value)
    {
        bool isInside = offset <= (ulong)copy.Length && (ulong)copy.Length - offset >= sizeof(uint);
        if (isInside)
            BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan((int)offset), value);
        return isInside;
    }

    private ElfError Outside(int index, ulong offset) => new(
        ElfRule.RelocationOutsideSection, $"relocation {index}", $"patches 4 bytes at 0x{offset:x} of a file of 0x{copy.Length:x}.");

    private ElfError UnknownSymbol(int index, uint symbol) => new(
        ElfRule.UnknownSymbol, $"relocation {index}", $"symbol {symbol} of {file.DynamicSymbols.Length / ElfSymbol.Bytes}.")
    {
        Value = symbol,
    };

    private static ElfError UnknownName(int index, uint name, string detail) =>
        new(ElfRule.UnknownSymbolName, $"relocation {index}", detail) { Value = name };
}
