namespace Velox.Bpf.Tests;

/// <summary>A small valid eBPF object: a program section that calls into .text, loads a constant through a pointer, and calls the host.</summary>
internal sealed class ObjectSample
{
    internal const ulong Result = 0x1234 + 7 + 1;

    internal ObjectSample()
    {
        Program = Writer.Add("prog", 1, 6, ElfWriter.Text(
            new InstructionWord(0x18, 6, 0, 0, 8),      // 0: lddw r6, .data.rel.ro + 8 (relocation 0)
            default,
            new InstructionWord(0x79, 6, 6, 0, 0),      // 2: ldxdw r6, [r6]: a pointer
            new InstructionWord(0x79, 6, 6, 0, 0),      // 3: ldxdw r6, [r6]: the constant
            new InstructionWord(0x85, 0, 1, 0, -1),     // 4: call seven (relocation 1)
            new InstructionWord(0x0f, 6, 0, 0, 0),
            new InstructionWord(0x85, 0, 0, 0, -1),     // 6: call host_one (relocation 2)
            new InstructionWord(0x0f, 0, 6, 0, 0),
            new InstructionWord(0x95, 0, 0, 0, 0)));
        Text = Writer.Add(".text", 1, 6, ElfWriter.Text(
            new InstructionWord(0xb7, 0, 0, 0, 0),
            new InstructionWord(0x95, 0, 0, 0, 0),
            new InstructionWord(0xb7, 0, 0, 0, 7),      // 2: seven
            new InstructionWord(0x95, 0, 0, 0, 0)));
        ReadOnly = Writer.Add(".rodata.cst", 1, 2, ElfWriter.Words(1, 0x1234));
        Pointers = Writer.Add(".data.rel.ro", 1, 3, ElfWriter.Words(0, 8));
        Writable = Writer.Add(".data", 1, 3, ElfWriter.Words(5));
        Names = Writer.Add(".strtab", 3, 0, ElfWriter.Strings("seven", "host_one", "run", "zero"));
        Symbols = Writer.Add(".symtab", 2, 0, ElfWriter.Symbols(
            (0, 0x03, (ushort)Text.Index, 0),           // 1: section .text
            (0, 0x03, (ushort)ReadOnly.Index, 0),       // 2: section .rodata.cst
            (0, 0x03, (ushort)Pointers.Index, 0),       // 3: section .data.rel.ro
            (0, 0x03, (ushort)Writable.Index, 0),       // 4: section .data
            (1, 0x02, (ushort)Text.Index, 16),          // 5: local function seven
            (20, 0x02, (ushort)Text.Index, 0),          // 6: local function zero
            (7, 0x10, 0, 0),                            // 7: undefined host_one
            (16, 0x12, (ushort)Program.Index, 0)));     // 8: global function run
        (Symbols.Link, Symbols.Info) = ((uint)Names.Index, 7);
        CodeRelocations = Writer.Add(".relprog", 9, 0, ElfWriter.Relocations((0, 1, 3), (32, 10, 5), (48, 10, 7)));
        (CodeRelocations.Link, CodeRelocations.Info) = ((uint)Symbols.Index, (uint)Program.Index);
        DataRelocations = Writer.Add(".relpointers", 9, 0, ElfWriter.Relocations((8, 2, 2)));
        (DataRelocations.Link, DataRelocations.Info) = ((uint)Symbols.Index, (uint)Pointers.Index);
        foreach (WrittenSection section in Writer.Sections)
            section.Address = 0;
    }

    internal static HostFunctionTable Host { get; } = new HostFunctionTable().Add(42, "host_one", _ => 1);

    internal ElfWriter Writer { get; } = new(segments: 0) { Type = 1 };

    internal WrittenSection Program { get; }

    internal WrittenSection Text { get; }

    internal WrittenSection ReadOnly { get; }

    internal WrittenSection Pointers { get; }

    internal WrittenSection Writable { get; }

    internal WrittenSection Names { get; }

    internal WrittenSection Symbols { get; }

    internal WrittenSection CodeRelocations { get; }

    internal WrittenSection DataRelocations { get; }

    internal void SetCodeRelocation(int index, ulong offset, uint type, uint symbol) =>
        ElfWriter.Relocations((offset, type, symbol)).CopyTo(CodeRelocations.Data, index * 16);
}
