namespace Velox.Bpf;

/// <summary>Rows that several dialects share, by the arithmetic of the encoding (RFC 9669, 3 to 5).</summary>
internal sealed class OpcodeTableBuilder
{
    private const byte Immediate = 0x00;
    private const byte Register = 0x08;
    private const byte Alu32 = 0x04;
    private const byte Alu64 = 0x07;
    private const byte Jump64 = 0x05;
    private const byte Jump32 = 0x06;

    private readonly List<OpcodeEntry> _entries = [];

    internal OpcodeEntry[] Build() => [.. _entries];

    internal OpcodeTableBuilder Add(OpcodeEntry entry)
    {
        entry.FindUses();
        _entries.Add(entry);
        return this;
    }

    /// <summary>One ALU operation with both widths and both operands.</summary>
    /// <param name="code">The operation's 4 bits.</param>
    /// <param name="name">Mnemonic without the width.</param>
    /// <param name="imm64">The 64-bit immediate form; the register form follows it.</param>
    /// <param name="imm32">The 32-bit immediate form; the register form follows it.</param>
    /// <param name="key">Required offset where the dialect tells signed and unsigned forms apart, else null.</param>
    internal OpcodeTableBuilder Alu(byte code, string name, Operation imm64, Operation imm32, int? key = null) =>
        Width(code, name + "64", Alu64, imm64, key).Width(code, name + "32", Alu32, imm32, key);

    internal OpcodeTableBuilder Width(
        byte code, string name, byte aluClass, Operation imm, int? key = null, ImmediateRule rule = ImmediateRule.Any)
    {
        OpcodeSelector selector = key is null ? OpcodeSelector.None : OpcodeSelector.Offset;
        Add(new OpcodeEntry((byte)((code << 4) | Immediate | aluClass), name, imm, OperandForm.Immediate)
        { Selector = selector, Key = key ?? 0, Rule = rule });
        return Add(new OpcodeEntry((byte)((code << 4) | Register | aluClass), name, imm + 1, OperandForm.Register)
        { Selector = selector, Key = key ?? 0 });
    }

    /// <summary>Division or modulo whose immediate must not be 0.</summary>
    internal OpcodeTableBuilder Divide(byte code, string name, Operation imm64, Operation imm32) =>
        Width(code, name + "64", Alu64, imm64, rule: ImmediateRule.NotZero)
        .Width(code, name + "32", Alu32, imm32, rule: ImmediateRule.NotZero);

    internal OpcodeTableBuilder Shifts(bool limited)
    {
        (byte Code, string Name, Operation Imm64, Operation Imm32)[] shifts =
        [
            (0x6, "lsh", Operation.Lsh64Imm, Operation.Lsh32Imm),
            (0x7, "rsh", Operation.Rsh64Imm, Operation.Rsh32Imm),
            (0xc, "arsh", Operation.Arsh64Imm, Operation.Arsh32Imm),
        ];
        foreach ((byte code, string name, Operation imm64, Operation imm32) in shifts)
        {
            Width(code, name + "64", Alu64, imm64, rule: limited ? ImmediateRule.Shift64 : ImmediateRule.Any);
            Width(code, name + "32", Alu32, imm32, rule: limited ? ImmediateRule.Shift32 : ImmediateRule.Any);
        }

        return this;
    }

    internal OpcodeTableBuilder Logic() =>
        Alu(0x4, "or", Operation.Or64Imm, Operation.Or32Imm)
        .Alu(0x5, "and", Operation.And64Imm, Operation.And32Imm)
        .Alu(0xa, "xor", Operation.Xor64Imm, Operation.Xor32Imm);

    internal OpcodeTableBuilder Negate() =>
        Add(new OpcodeEntry(0x87, "neg64", Operation.Neg64, OperandForm.Unary))
        .Add(new OpcodeEntry(0x84, "neg32", Operation.Neg32, OperandForm.Unary));

    /// <summary>le, be or bswap in its three widths, told apart by the immediate.</summary>
    internal OpcodeTableBuilder ByteOrder(byte opcode, string name, Operation width16)
    {
        for (int i = 0; i < 3; i++)
        {
            int bits = 16 << i;
            Add(new OpcodeEntry(opcode, name + bits, (Operation)((int)width16 + i), OperandForm.Unary)
            { Selector = OpcodeSelector.Immediate, Key = bits });
        }

        return this;
    }

    /// <summary>Loads and stores where RFC 9669 has them.</summary>
    internal OpcodeTableBuilder Memory() =>
        MemoryRow("b", 0x71, 0x72, 0x73, Operation.Load8, Operation.Store8Imm)
        .MemoryRow("h", 0x69, 0x6a, 0x6b, Operation.Load16, Operation.Store16Imm)
        .MemoryRow("w", 0x61, 0x62, 0x63, Operation.Load32, Operation.Store32Imm)
        .MemoryRow("dw", 0x79, 0x7a, 0x7b, Operation.Load64, Operation.Store64Imm);

    internal OpcodeTableBuilder MemoryRow(
        string size, byte load, byte storeImm, byte storeReg, Operation loadOperation, Operation storeOperation) =>
        Add(new OpcodeEntry(load, "ldx" + size, loadOperation, OperandForm.Load))
        .Add(new OpcodeEntry(storeImm, "st" + size, storeOperation, OperandForm.StoreImmediate))
        .Add(new OpcodeEntry(storeReg, "stx" + size, storeOperation + 1, OperandForm.StoreRegister));

    internal OpcodeTableBuilder WideLoad() =>
        Add(new OpcodeEntry(0x18, "lddw", Operation.MovWide, OperandForm.Wide));

    /// <summary>Unconditional and comparing jumps.</summary>
    internal OpcodeTableBuilder Jumps(bool has32)
    {
        (byte Code, string Name, Operation First)[] comparisons =
        [
            (0x1, "jeq", Operation.JumpEq64Imm), (0x2, "jgt", Operation.JumpGt64Imm), (0x3, "jge", Operation.JumpGe64Imm),
            (0x4, "jset", Operation.JumpSet64Imm), (0x5, "jne", Operation.JumpNe64Imm),
            (0x6, "jsgt", Operation.JumpSGt64Imm), (0x7, "jsge", Operation.JumpSGe64Imm),
            (0xa, "jlt", Operation.JumpLt64Imm), (0xb, "jle", Operation.JumpLe64Imm),
            (0xc, "jslt", Operation.JumpSLt64Imm), (0xd, "jsle", Operation.JumpSLe64Imm),
        ];
        Add(new OpcodeEntry(0x05, "ja", Operation.Jump, OperandForm.Jump));
        foreach ((byte code, string name, Operation first) in comparisons)
        {
            Compare(code, name, Jump64, first);
            if (has32)
                Compare(code, name + "32", Jump32, first + 2);
        }

        return this;
    }

    private void Compare(byte code, string name, byte jumpClass, Operation imm)
    {
        Add(new OpcodeEntry((byte)((code << 4) | Immediate | jumpClass), name, imm, OperandForm.JumpImmediate));
        Add(new OpcodeEntry((byte)((code << 4) | Register | jumpClass), name, imm + 1, OperandForm.JumpRegister));
    }
}
