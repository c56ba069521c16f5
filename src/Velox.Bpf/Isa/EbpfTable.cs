namespace Velox.Bpf;

/// <summary>eBPF as RFC 9669 defines it, every conformance group, and callx.</summary>
internal static class EbpfTable
{
    internal static OpcodeEntry[] Build()
    {
        var table = new OpcodeTableBuilder();
        table.Alu(0x0, "add", Operation.Add64Imm, Operation.Add32Imm)
            .Alu(0x1, "sub", Operation.Sub64Imm, Operation.Sub32Imm)
            .Alu(0x2, "mul", Operation.Mul64Imm, Operation.Mul32Imm)
            .Alu(0x3, "div", Operation.Div64Imm, Operation.Div32Imm, key: 0)
            .Alu(0x3, "sdiv", Operation.SDiv64Imm, Operation.SDiv32Imm, key: 1)
            .Alu(0x9, "mod", Operation.Mod64Imm, Operation.Mod32Imm, key: 0)
            .Alu(0x9, "smod", Operation.SMod64Imm, Operation.SMod32Imm, key: 1)
            .Logic()
            .Shifts(limited: false)
            .Alu(0xb, "mov", Operation.Mov64Imm, Operation.Mov32Imm, key: 0)
            .Negate()
            .WideLoad()
            .Memory()
            .Jumps(has32: true)
            .ByteOrder(0xd4, "le", Operation.Truncate16)
            .ByteOrder(0xdc, "be", Operation.SwapBytes16)
            .ByteOrder(0xd7, "bswap", Operation.SwapBytes16);
        AddSignExtension(table);
        AddAtomics(table, "32", 0xc3, 0);
        AddAtomics(table, "64", 0xdb, 1);
        return table
            .Add(new OpcodeEntry(0x06, "ja32", Operation.Jump, OperandForm.JumpFar))
            .Add(new OpcodeEntry(0x85, "call", Operation.CallHost, OperandForm.Call) { Selector = OpcodeSelector.Source, Key = 0 })
            .Add(new OpcodeEntry(0x85, "call", Operation.CallLocal, OperandForm.Call) { Selector = OpcodeSelector.Source, Key = 1 })
            .Add(new OpcodeEntry(0x8d, "callx", Operation.CallHostRegister, OperandForm.CallRegister))
            .Add(new OpcodeEntry(0x95, "exit", Operation.Exit, OperandForm.None))
            .Build();
    }

    private static void AddSignExtension(OpcodeTableBuilder table)
    {
        (byte Opcode, int Bits, Operation Operation)[] moves =
        [
            (0xbc, 8, Operation.MovSx8To32), (0xbc, 16, Operation.MovSx16To32),
            (0xbf, 8, Operation.MovSx8To64), (0xbf, 16, Operation.MovSx16To64), (0xbf, 32, Operation.MovSx32To64),
        ];
        foreach ((byte opcode, int bits, Operation operation) in moves)
        {
            string name = $"movsx{bits}to{(opcode == 0xbf ? 64 : 32)}";
            table.Add(new OpcodeEntry(opcode, name, operation, OperandForm.Register)
            { Selector = OpcodeSelector.Offset, Key = bits });
        }

        table.Add(new OpcodeEntry(0x91, "ldxsb", Operation.LoadSx8, OperandForm.Load))
            .Add(new OpcodeEntry(0x89, "ldxsh", Operation.LoadSx16, OperandForm.Load))
            .Add(new OpcodeEntry(0x81, "ldxsw", Operation.LoadSx32, OperandForm.Load));
    }

    private static void AddAtomics(OpcodeTableBuilder table, string width, byte opcode, int widthIndex)
    {
        (int Key, string Name, Operation Operation)[] atomics =
        [
            (0x00, "aadd", Operation.AtomicAdd32), (0x40, "aor", Operation.AtomicOr32),
            (0x50, "aand", Operation.AtomicAnd32), (0xa0, "axor", Operation.AtomicXor32),
            (0x01, "afadd", Operation.FetchAdd32), (0x41, "afor", Operation.FetchOr32),
            (0x51, "afand", Operation.FetchAnd32), (0xa1, "afxor", Operation.FetchXor32),
            (0xe1, "axchg", Operation.Exchange32), (0xf1, "acmpxchg", Operation.CompareExchange32),
        ];
        foreach ((int key, string name, Operation operation) in atomics)
        {
            table.Add(new OpcodeEntry(opcode, name + width, (Operation)((int)operation + widthIndex), OperandForm.Atomic)
            { Selector = OpcodeSelector.Immediate, Key = key });
        }
    }
}
