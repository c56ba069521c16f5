namespace Velox.Bpf.Tests;

/// <summary>Instructions that another room has added, in every tier.</summary>
public class AddedInstructionTests
{
    private const string Everything = """
            mov64 r6, 100
            stdw [r10-8], 0x01020304
            sumbytes r1, [r10-8]
            max64 r1, 3
            max64 r1, 12
            mov64 r2, 20
            maxr64 r2, r1
            maxr64 r1, r2
            addword r1, 3
            add64 r1, 2
            halve r1
            storedouble [r10-16], r1
            ldxdw r0, [r10-16]
            call more
            exit
        more:
            mov64 r7, 8
            halve r7
            add64 r0, r7
            mov64 r2, r10
            storedouble [r2-8], r10
            maxr64 r2, r10
            exit
        """;

    public static TheoryData<Tier> Tiers => [.. Enum.GetValues<Tier>()];

    [Theory]
    [MemberData(nameof(Tiers))]
    public void They_compute_and_cost_the_same_in_every_tier(Tier tier)
    {
        using VirtualMachine machine = Load(tier, Everything);
        ExecutionResult result = machine.Run(1000);

        // r1: 10, 12, 20; + word 3 (1000) + 2, halved: 511; stored double: 1022; + 4.
        Assert.Equal((VmError.None, 1026ul), (result.Error, result.Value));
        const ulong instructions = 22;
        const ulong prices = 7 + 7 + 2;
        Assert.Equal(instructions + prices, result.ConsumedUnits);
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void Every_budget_ends_as_in_the_interpreter(Tier tier)
    {
        using VirtualMachine machine = Load(tier, Everything);
        using VirtualMachine reference = Load(Tier.Interpreter, Everything);
        for (ulong units = 0; units < 42; units++)
        {
            ExecutionResult expected = reference.Run(units);
            Assert.Equal(expected, machine.Run(units));
            Assert.Equal(reference.Registers, machine.Registers);
            Assert.Equal(reference.CallDepth, machine.CallDepth);
            if (expected.Error != VmError.None)
                Assert.Equal(reference.InstructionIndex, machine.InstructionIndex);
        }
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void A_run_that_was_cut_anywhere_but_in_one_ends_as_the_whole(Tier tier)
    {
        for (ulong first = 1; first < 38; first++)
        {
            using VirtualMachine machine = Load(tier, Everything);
            machine.Begin();
            ExecutionResult result = machine.Continue(first);
            Assert.Equal(VmError.BudgetExceeded, result.Error);
            result = machine.Continue(1000);
            Assert.Equal((VmError.None, 1026ul), (result.Error, result.Value));
        }
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void One_that_fails_names_itself(Tier tier)
    {
        using VirtualMachine machine = Load(tier, "mov64 r3, 7\nhalve r3\nexit");
        ExecutionResult result = machine.Run(100);
        Assert.Equal((VmError.HostFunctionFailed, 1, 9ul), (result.Error, result.InstructionIndex, result.ConsumedUnits));
        Assert.Equal("odd", machine.HostError);
        Assert.Equal(7ul, machine.Registers[3]);
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void Memory_out_of_bounds_is_an_access_violation(Tier tier)
    {
        using VirtualMachine machine = Load(tier, "mov64 r3, 64\nsumbytes r0, [r3+8]\nexit");
        ExecutionResult result = machine.Run(100);
        Assert.Equal((VmError.AccessViolation, 1, 72ul), (result.Error, result.InstructionIndex, result.FaultAddress));
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void Ranges_of_the_programs_memory_are_found_and_checked(Tier tier)
    {
        const ulong input = MemoryMap.InputAddress;
        (ulong Address, ulong Bytes)[] ranges =
        [
            (input, 16), (input, 8), (input + 8, 8), (input + 9, 8), (input, 17), (input - 1, 8), (input + 16, 8), (input, int.MaxValue),
            (input, 1ul << 31), (input, ulong.MaxValue), (0, 8), (ulong.MaxValue, 8), (ulong.MaxValue - 7, 16), (ulong.MaxValue - 7, int.MaxValue),
            (input | (1ul << 36), 8), (MemoryMap.StackAddress, 8), (MemoryMap.StackAddress + 128, 32 * 1024 - 128), (0x7_0000_0000, 12),
        ];
        foreach (string name in (string[])["firstread", "firstwrite"])
        {
            foreach ((ulong address, ulong bytes) in ranges)
            {
                string text = $"mov64 r6, r2\nlddw r7, 0x{address:x}\nlddw r2, 0x{bytes:x}\nmov64 r8, r7\nldxdw r3, [r1+0]\n{name} r7, r2\n{name} r8, r2\nexit";
                (ExecutionResult expected, ulong[] registers) = Run(Tier.Interpreter, text);
                (ExecutionResult actual, ulong[] actualRegisters) = Run(tier, text);
                Assert.Equal(expected, actual);
                Assert.Equal(registers, actualRegisters);
                bool isInside = (address is input or input + 8 && bytes <= input + 16 - address) || (address == MemoryMap.StackAddress && bytes == 8)
                    || address == MemoryMap.StackAddress + 128 || (address == 0x7_0000_0000 && name == "firstread");
                Assert.Equal(isInside, expected.IsSuccess);
            }
        }

        (ExecutionResult, ulong[]) Run(Tier by, string text)
        {
            using VirtualMachine machine = Load(by, text);
            machine.Memory.Map(input, (byte[])[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
            machine.Memory.MapReadOnly(0x7_0000_0000, (byte[])[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
            ExecutionResult result = machine.Run(100, input);
            return (result, machine.Registers.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void One_may_end_the_program_from_a_nested_function(Tier tier)
    {
        using VirtualMachine machine = Load(tier, "call inner\nexit\ninner:\nmov64 r8, 1\nfinish r0, 77\nexit");
        ExecutionResult result = machine.Run(100);
        Assert.Equal((VmError.None, 77ul, 3ul), (result.Error, result.Value, result.ConsumedUnits));
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void An_exception_is_the_programs_error(Tier tier)
    {
        using VirtualMachine machine = Load(tier, "throw\nexit");
        Assert.Equal(VmError.HostFunctionFailed, machine.Run(100).Error);
        Assert.IsType<InvalidOperationException>(machine.HostError);
        Assert.Equal(VmError.HostFunctionFailed, machine.Run(100).Error);
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void They_work_where_the_program_moves_the_frame_pointer(Tier tier)
    {
        using VirtualMachine machine = Load(
            tier, "add64 r10, -64\nstdw [r10+8], 2\nsumbytes r7, [r10+8]\nhalve r7\nmov64 r0, r7\nexit", SampleInstructions.SbpfV1);
        ExecutionResult result = machine.Run(100);
        Assert.Equal((VmError.None, 1ul, 15ul), (result.Error, result.Value, result.ConsumedUnits));
    }

    [Fact]
    public void A_run_with_them_moves_as_bytes_but_not_into_a_dialect_of_other_instructions()
    {
        using VirtualMachine machine = Load(Tier.Interpreter, Everything);
        machine.Begin();
        machine.Continue(10);
        VmSnapshot snapshot = VmSnapshot.Read(machine.TakeSnapshot().ToArray());

        using VirtualMachine other = Load(Tier.Interpreter, Everything);
        other.Restore(snapshot);
        Assert.Equal(1026ul, other.Continue(1000).Value);

        AddedInstruction[] changed = [SampleInstructions.Halve with { PriceUnits = 8 }, .. SampleInstructions.All.Where(each => each != SampleInstructions.Halve)];
        using VirtualMachine stranger = Load(Tier.Interpreter, Everything, Dialect.Ebpf.With("ebpf-sample", changed));
        Assert.Equal(SnapshotField.Program, stranger.TryRestore(snapshot)!.Field);
        using VirtualMachine plain = Load(Tier.Interpreter, "mov64 r0, 1\nexit", Dialect.Ebpf);
        Assert.Equal(SnapshotField.Program, plain.TryRestore(snapshot)!.Field);
    }

    [Fact]
    public void An_observer_sees_them_and_the_run_ends_the_same()
    {
        using VirtualMachine machine = Load(Tier.Interpreter, Everything);
        ExecutionResult expected = machine.Run(1000);
        Assert.Equal(expected, machine.Run(1000, observer: new ExecutionProfile(machine.Program!)));
    }

    [Fact]
    public void Text_becomes_bytes_and_the_same_text_again()
    {
        ProgramImage image = Assembler.Assemble(Everything, SampleInstructions.Ebpf);
        string text = Disassembler.ToText(image);
        Assert.Contains("sumbytes r1, [r10-8]", text);
        Assert.Contains("max64 r1, 12", text);
        Assert.Contains("storedouble [r10-16], r1", text);
        Assert.Equal(image.Text.ToArray(), Assembler.Assemble(text, SampleInstructions.Ebpf).Text.ToArray());
    }

    [Theory]
    [InlineData("addword r1, 16\nexit", VerifierRule.AddedInstruction, "word 16; there are the words 0 to 15")]
    [InlineData("halve r10\nexit", VerifierRule.FramePointerReadOnly, "r10")]
    public void The_verifier_asks_their_rules(string text, VerifierRule rule, string part)
    {
        ProgramImage image = Assembler.Assemble(text, SampleInstructions.Ebpf);
        VerifierError? error = Verifier.Check(image.Dialect, image.Text.Span);
        Assert.Equal((rule, 0), (error!.Rule, error.Index));
        Assert.Contains(part, error.Message);
    }

    [Fact]
    public void The_dialect_without_them_refuses_them_and_its_programs_run_in_both()
    {
        byte[] added = Assembler.Assemble("halve r1\nexit", SampleInstructions.Ebpf).Text.ToArray();
        Assert.Equal(VerifierRule.UnknownOpcode, Verifier.Check(Dialect.Ebpf, added)!.Rule);
        byte[] plain = Assembler.Assemble("mov64 r0, 5\nexit", Dialect.Ebpf).Text.ToArray();
        using var machine = new VirtualMachine();
        machine.Load(BpfProgram.Create(SampleInstructions.Ebpf, plain));
        Assert.Equal(5ul, machine.Run(10).Value);
    }

    public static TheoryData<string, AddedInstruction> Impossible => new()
    {
        { "opcode 0x07 is taken by add64", New(0x07, "x", OperandForm.Register) },
        { "the name is taken", New(0xe7, "mov64", OperandForm.Register) },
        { "opcode 0 is taken", New(0x00, "x", OperandForm.Register) },
        { "is for jumps, calls and atomics", New(0xe5, "x", OperandForm.Jump) },
        { "cannot tell it from others", New(0xe5, "x", OperandForm.Immediate) with { Selector = OpcodeSelector.Immediate } },
        { "no destination to write", New(0xe7, "x", OperandForm.None) },
        { "is no mnemonic", New(0xe7, "x y", OperandForm.Register) },
        { "no key tells them apart", SampleInstructions.Max with { Mnemonic = "again" } },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void What_cannot_be_added_is_refused_with_the_reason(string reason, AddedInstruction instruction) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => SampleInstructions.Ebpf.With("more", instruction)).Message);

    [Fact]
    public void Code_without_end_is_refused_and_the_program_still_interprets()
    {
        AddedInstruction endless = New(0xe5, "endless", OperandForm.Unary) with { Emitter = new EndlessEmitter() };
        Dialect dialect = Dialect.Ebpf.With("endless", endless);
        BpfProgram program = BpfProgram.Create(Assembler.Assemble("endless r0\nexit", dialect));
        if (NativeProgram.IsSupported)
            Assert.Contains("longer than", Assert.Throws<InvalidOperationException>(() => program.TryCompile()).Message);
        using var machine = new VirtualMachine();
        machine.Load(program);
        Assert.Equal((VmError.None, 0ul), (machine.Run(10).Error, machine.Run(10).Value));
    }

    private static AddedInstruction New(byte opcode, string name, OperandForm form) => new(opcode, name, form, (_, _) => 0);

    private static VirtualMachine Load(Tier tier, string text, Dialect? dialect = null)
    {
        BpfProgram program = BpfProgram.Create(Assembler.Assemble(text, dialect ?? SampleInstructions.Ebpf));
        tier.Prepare(program);
        var machine = new VirtualMachine();
        machine.Load(program);
        machine.HostWords[3] = 1000;
        return machine;
    }

    private sealed class EndlessEmitter : AddedEmitter
    {
        public override void Emit<TCode>(ref TCode code, InstructionWord instruction)
        {
            while (true)
                code.Constant(NativeRegister.Free0, instruction.Immediate);
        }
    }
}
