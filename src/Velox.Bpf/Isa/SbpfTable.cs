namespace Velox.Bpf;

/// <summary>Solana's sBPF, versions 0 to 3 (anza-xyz/sbpf program.rs and ebpf.rs; SIMD-0166, 0173, 0174, 0178, 0377).</summary>
internal static class SbpfTable
{
    /// <summary>V0, V1 and V3: RFC 9669's encoding with traps and sign extension of its own.</summary>
    internal static OpcodeEntry[] BuildClassic(bool hasJump32, bool hasStaticCalls)
    {
        OpcodeTableBuilder table = new OpcodeTableBuilder()
            .Alu(0x0, "add", Operation.Add64Imm, Operation.AddSx32Imm)
            .Alu(0x1, "sub", Operation.Sub64Imm, Operation.SubSx32Imm)
            .Alu(0x2, "mul", Operation.Mul64Imm, Operation.MulSx32Imm)
            .Divide(0x3, "div", Operation.DivOrTrap64Imm, Operation.DivOrTrap32Imm)
            .Divide(0x9, "mod", Operation.ModOrTrap64Imm, Operation.ModOrTrap32Imm)
            .Alu(0xb, "mov", Operation.Mov64Imm, Operation.Mov32Imm)
            .Negate()
            .WideLoad()
            .Memory()
            .ByteOrder(0xd4, "le", Operation.Truncate16);
        AddCommon(table, hasJump32);
        return hasStaticCalls
            ? table
                .Add(new OpcodeEntry(0x85, "syscall", Operation.CallHost, OperandForm.Call) { Selector = OpcodeSelector.Source, Key = 0 })
                .Add(new OpcodeEntry(0x85, "call", Operation.CallLocal, OperandForm.Call))
                .Build()
            : table.Add(new OpcodeEntry(0x85, "call", Operation.CallHost, OperandForm.Call)).Build();
    }

    /// <summary>V2: moved loads and stores, product and quotient class, explicit sign extension, hor64.</summary>
    internal static OpcodeEntry[] BuildV2()
    {
        OpcodeTableBuilder table = new OpcodeTableBuilder()
            .Alu(0x0, "add", Operation.Add64Imm, Operation.Add32Imm)
            .Add(new OpcodeEntry(0x17, "sub64", Operation.ReverseSub64Imm, OperandForm.Immediate))
            .Add(new OpcodeEntry(0x14, "sub32", Operation.ReverseSub32Imm, OperandForm.Immediate))
            .Add(new OpcodeEntry(0x1f, "sub64", Operation.Sub64Reg, OperandForm.Register))
            .Add(new OpcodeEntry(0x1c, "sub32", Operation.Sub32Reg, OperandForm.Register))
            .Add(new OpcodeEntry(0xb7, "mov64", Operation.Mov64Imm, OperandForm.Immediate))
            .Add(new OpcodeEntry(0xb4, "mov32", Operation.Mov32Imm, OperandForm.Immediate))
            .Add(new OpcodeEntry(0xbf, "mov64", Operation.Mov64Reg, OperandForm.Register))
            .Add(new OpcodeEntry(0xbc, "mov32", Operation.MovSx32To64, OperandForm.Register))
            .Add(new OpcodeEntry(0xf7, "hor64", Operation.Or64Imm, OperandForm.Immediate) { Extension = ImmediateExtension.High })
            .MemoryRow("b", 0x2c, 0x27, 0x2f, Operation.Load8, Operation.Store8Imm)
            .MemoryRow("h", 0x3c, 0x37, 0x3f, Operation.Load16, Operation.Store16Imm)
            .MemoryRow("w", 0x8c, 0x87, 0x8f, Operation.Load32, Operation.Store32Imm)
            .MemoryRow("dw", 0x9c, 0x97, 0x9f, Operation.Load64, Operation.Store64Imm);
        AddProducts(table);
        AddCommon(table, hasJump32: false);
        return table.Add(new OpcodeEntry(0x85, "call", Operation.CallHost, OperandForm.Call)).Build();
    }

    private static void AddCommon(OpcodeTableBuilder table, bool hasJump32) => table
        .Logic()
        .Shifts(limited: true)
        .ByteOrder(0xdc, "be", Operation.SwapBytes16)
        .Jumps(hasJump32)
        .Add(new OpcodeEntry(0x8d, "callx", Operation.CallRegister, OperandForm.CallRegister))
        .Add(new OpcodeEntry(0x95, "exit", Operation.Exit, OperandForm.None));

    /// <summary>
    /// Class 6 of V2, by the opcode's bits: 0x80 signed, 0x40 division, 0x20 high product or remainder, 0x10 64-bit, 0x08 register.
    /// </summary>
    private static void AddProducts(OpcodeTableBuilder table)
    {
        Row(0x86, "lmul32", Operation.Mul32Imm);
        Row(0x96, "lmul64", Operation.Mul64Imm);
        Row(0x36, "uhmul64", Operation.MulHigh64Imm, ImmediateExtension.Zero);
        Row(0xb6, "shmul64", Operation.SMulHigh64Imm);
        Row(0x46, "udiv32", Operation.DivOrTrap32Imm, rule: ImmediateRule.NotZero);
        Row(0x56, "udiv64", Operation.DivOrTrap64Imm, ImmediateExtension.Zero, ImmediateRule.NotZero);
        Row(0x66, "urem32", Operation.ModOrTrap32Imm, rule: ImmediateRule.NotZero);
        Row(0x76, "urem64", Operation.ModOrTrap64Imm, ImmediateExtension.Zero, ImmediateRule.NotZero);
        Row(0xc6, "sdiv32", Operation.SDivOrTrap32Imm, rule: ImmediateRule.NotZero);
        Row(0xd6, "sdiv64", Operation.SDivOrTrap64Imm, rule: ImmediateRule.NotZero);
        Row(0xe6, "srem32", Operation.SModOrTrap32Imm, rule: ImmediateRule.NotZero);
        Row(0xf6, "srem64", Operation.SModOrTrap64Imm, rule: ImmediateRule.NotZero);

        void Row(
            byte opcode, string name, Operation imm, ImmediateExtension extension = ImmediateExtension.Sign,
            ImmediateRule rule = ImmediateRule.Any)
        {
            table.Add(new OpcodeEntry(opcode, name, imm, OperandForm.Immediate) { Extension = extension, Rule = rule });
            table.Add(new OpcodeEntry((byte)(opcode | 8), name, imm + 1, OperandForm.Register));
        }
    }
}
