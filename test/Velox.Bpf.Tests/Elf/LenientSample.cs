using System.Buffers.Binary;

namespace Velox.Bpf.Tests;

/// <summary>
/// A small valid sBPF V0 program with one of everything: it loads a constant by address, calls a host function and two of
/// its own, and returns their sum.
/// </summary>
internal sealed class LenientSample
{
    internal const ulong Result = 0x1234 + 7;

    internal const uint Load = 1;
    internal const uint Dynamic = 2;

    internal LenientSample()
    {
        Text = Writer.Add(".text", 1, 6, ElfWriter.Text(
            new InstructionWord(0x18, 6, 0, 0, 0),      // 0: lddw r6, constant (relocation 0)
            default,
            new InstructionWord(0x85, 0, 1, 0, -1),     // 2: call log (relocation 1)
            new InstructionWord(0x85, 0, 1, 0, 5),      // 3: call 9, by distance
            new InstructionWord(0x79, 6, 6, 0, 0),      // 4: ldxdw r6, [r6]
            new InstructionWord(0x0f, 6, 0, 0, 0),      // 5: add64 r6, r0
            new InstructionWord(0x85, 0, 1, 0, -1),     // 6: call named (relocation 2)
            new InstructionWord(0xbf, 0, 6, 0, 0),      // 7: mov64 r0, r6
            new InstructionWord(0x95, 0, 0, 0, 0),
            new InstructionWord(0xb7, 0, 0, 0, 7),      // 9: returns 7
            new InstructionWord(0x95, 0, 0, 0, 0),
            new InstructionWord(0xb7, 0, 0, 0, 0),      // 11: named: returns 0
            new InstructionWord(0x95, 0, 0, 0, 0)));
        ReadOnly = Writer.Add(".rodata", 1, 2, ElfWriter.Words(0x1234));
        DataRelocated = Writer.Add(".data.rel.ro", 1, 3, ElfWriter.Words(ReadOnly.Address << 32));
        BinaryPrimitives.WriteUInt32LittleEndian(Text.Data.AsSpan(4), (uint)ReadOnly.Address);
        Symbols = Writer.Add(".dynsym", 11, 2, ElfWriter.Symbols(
            (1, 0x10, 0, 0), (5, 0x12, 1, Text.Address + (11 * 8)), (11, 0x11, 2, ReadOnly.Address)));
        Names = Writer.Add(".dynstr", 3, 2, ElfWriter.Strings("log", "named", "constant", "entrypoint"));
        Relocations = Writer.Add(".rel.dyn", 9, 2, ElfWriter.Relocations(
            (Text.Address, 8, 0), (Text.Address + 16, 10, 1), (Text.Address + 48, 10, 2), (DataRelocated.Address, 8, 0)));
        DynamicTable = Writer.Add(".dynamic", 6, 3, ElfWriter.Words(
            17, Relocations.Address, 18, Relocations.Size, 19, 16, 6, Symbols.Address, 0x6fff_fffa, 3, 0, 0));
        Writer.Entry = Text.Address;
        Writer.Segments.Add(new WrittenSegment(Load, 5, Text.Offset, Text.Address, Text.Address, Text.Size, Text.Size));
        ulong end = Relocations.Offset + Relocations.Size;
        Writer.Segments.Add(new WrittenSegment(
            Load, 4, ReadOnly.Offset, ReadOnly.Address, ReadOnly.Address, end - ReadOnly.Offset, end - ReadOnly.Offset));
        Writer.Segments.Add(new WrittenSegment(
            Dynamic, 6, DynamicTable.Offset, DynamicTable.Address, DynamicTable.Address, DynamicTable.Size, DynamicTable.Size));
    }

    internal static HostFunctionTable Host { get; } = new HostFunctionTable().Add("log", _ => 0);

    internal ElfWriter Writer { get; } = new(segments: 3);

    internal WrittenSection Text { get; }

    internal WrittenSection ReadOnly { get; }

    internal WrittenSection DataRelocated { get; }

    internal WrittenSection Symbols { get; }

    internal WrittenSection Names { get; }

    internal WrittenSection Relocations { get; }

    internal WrittenSection DynamicTable { get; }

    /// <summary>Sets a word of the dynamic table: tag and value of entry i are words 2i and 2i + 1.</summary>
    internal void SetDynamic(int word, ulong value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(DynamicTable.Data.AsSpan(word * 8), value);

    /// <summary>Sets the offset, or the symbol and type, of a relocation.</summary>
    internal void SetRelocation(int index, ulong offset, uint type, uint symbol) =>
        ElfWriter.Relocations((offset, type, symbol)).CopyTo(Relocations.Data, index * 16);

    /// <summary>Sets the immediate of an instruction.</summary>
    internal void SetImmediate(int index, int value) =>
        BinaryPrimitives.WriteInt32LittleEndian(Text.Data.AsSpan((index * 8) + 4), value);
}
