namespace Velox.Bpf.Tests;

/// <summary>What fuzzing and review found: the places where native code once differed from the interpreter.</summary>
public sealed class TierEdgeTests
{
    private const byte Exit = 0x95;
    private static readonly InstructionWord Return = new(Exit, 0, 0, 0, 0);
    private static readonly FuzzLayout Layout = new(new VmOptions(), [new FuzzRegion(MemoryMap.InputAddress, 64, true)], []);

    [Theory]
    [InlineData("sbpf-v0", false)]
    [InlineData("sbpf-v1", true)]
    [InlineData("sbpf-v3", true)]
    [InlineData("ebpf", true)]
    public void Code_serves_machines_of_the_other_frame_setting_only_where_there_are_no_gaps(string name, bool servesBoth)
    {
        BpfProgram program = BpfProgram.Create(Assembler.Assemble("call f\nexit\nf:\nmov64 r0, r10\nexit", Dialect.Find(name)!));
        bool isCompiled = program.TryCompile(allowsFrameGaps: true);
        Assert.SkipUnless(isCompiled, "This machine does not run native code: it needs Linux on x86-64 or ARM64.");
        Assert.Equal(servesBoth, program.TryCompile(allowsFrameGaps: false));
        foreach (bool allows in new[] { true, false })
        {
            var options = new VmOptions { AllowsFrameGaps = allows };
            using var native = new VirtualMachine(options);
            native.Load(program);
            using var interpreter = new VirtualMachine(options);
            interpreter.Load(BpfProgram.Create(program.Image));
            Assert.Equal(interpreter.Run(100), native.Run(100));
        }
    }

    [Theory]
    [InlineData("sbpf-v0", 63)]
    [InlineData("sbpf-v3", 63)]
    [InlineData("ebpf", 63)]
    public void Functions_reach_their_callers_frames_and_find_their_own_clean_in_every_run(string name, ulong deepest)
    {
        // f(word of the caller, depth): adds to that word what was in its own frame, and what a function below left there for it.
        BpfProgram program = BpfProgram.Create(Assembler.Assemble(
            """
            mov64 r2, r1
            mov64 r1, r10
            add64 r1, -8
            stdw [r1], 0
            jeq r2, 0, +1
            call f
            ldxdw r0, [r10-8]
            exit
            f:
            mov64 r6, r1
            mov64 r7, r2
            mov64 r8, r10
            add64 r8, -512
            ldxdw r9, [r8]
            stdw [r8], 1000
            jeq r7, 1, +4
            mov64 r1, r8
            mov64 r2, r7
            sub64 r2, 1
            call f
            ldxdw r3, [r8]
            ldxdw r4, [r6]
            add64 r4, r3
            add64 r4, r9
            add64 r4, 1
            stxdw [r6], r4
            exit
            """,
            Dialect.Find(name)!));
        Assert.SkipUnless(program.TryCompile(), "This machine does not run native code: it needs Linux on x86-64 or ARM64.");
        using var native = new VirtualMachine();
        native.Load(program);
        using var interpreter = new VirtualMachine();
        interpreter.Load(BpfProgram.Create(program.Image));
        foreach (ulong depth in (ReadOnlySpan<ulong>)[3, deepest, 2, deepest + 1, 5, deepest])
        {
            ExecutionResult expected = interpreter.Run(10_000, depth);
            Assert.Equal(depth <= deepest ? VmError.None : VmError.CallDepthExceeded, expected.Error);
            if (depth <= deepest)
                Assert.Equal(1001 * depth, expected.Value);
            Assert.Equal(expected, native.Run(10_000, depth));
        }
    }

    [Theory]
    [InlineData("ebpf")]
    [InlineData("sbpf-v1")]
    [InlineData("sbpf-v3")]
    public void A_host_function_that_a_slice_cannot_pay_is_called_again_in_the_next(string name)
    {
        // main: call f; r0 += r6 (of main); exit. f: r6 = 2, calls "dear" (100 units), exit.
        var dialect = Dialect.Find(name)!;
        bool isKey = dialect.Calls == CallConvention.Key;
        FuzzProgram program = Program(
            dialect,
            new(0xb7, 6, 0, 0, 1),
            new(0x85, 0, (byte)(isKey ? 0 : 1), 0, isKey ? (int)FunctionKey.OfIndex(4) : 2),
            new(0xbf, 0, 6, 0, 0),
            Return,
            new(0xb7, 6, 0, 0, 2),
            new(0x85, 0, 0, 0, (int)FuzzHost.KeyOf(dialect, 2)),
            Return) with
        {
            Functions = new() { [FunctionKey.OfIndex(4)] = new FunctionSymbol("f", 4) },
        };
        FuzzOutcome[] outcomes = InBothTiers(program, machine =>
        {
            machine.Begin(new FuzzInput(0, 0, 0));
            machine.Continue(50);
            Assert.Equal(VmError.BudgetExceeded, machine.Result.Error);
            machine.Continue(200);
        });
        Assert.Equal(1ul, outcomes[0].Result.Value);
        Assert.Null(outcomes[0].Difference(outcomes[1]));
    }

    [Fact]
    public void Accesses_that_share_a_check_do_not_reach_into_the_gap_after_a_frame()
    {
        // Through a copy of r10 or r10 itself: the last word of the frame, then the first of the gap.
        FuzzProgram program = Program(
            Dialect.SbpfV0,
            new(0xbf, 1, 10, 0, 0),
            new(0x7a, 1, 0, -8, 1),
            new(0x7a, 1, 0, 0, 2),
            Return);
        FuzzOutcome[] outcomes = InBothTiers(program, machine => machine.Run(new FuzzInput(100, 0, 0)));
        Assert.Equal(VmError.StackAccessViolation, outcomes[0].Result.Error);
        Assert.Null(outcomes[0].Difference(outcomes[1]));
    }

    [Fact]
    public void A_function_that_runs_into_the_next_behind_a_wide_load_keeps_its_callers_registers()
    {
        // main: r6 = 1, call f, r0 = r6. f ends with lddw and runs into g, which writes r6.
        FuzzProgram program = Program(
            Dialect.Ebpf,
            new(0xb7, 6, 0, 0, 1),
            new(0x85, 0, 1, 0, 3),
            new(0x85, 0, 1, 0, 4),
            new(0xbf, 0, 6, 0, 0),
            Return,
            new(0x18, 0, 0, 0, 1),
            new(0, 0, 0, 0, 0),
            new(0xb7, 6, 0, 0, 2),
            Return);
        FuzzOutcome[] outcomes = InBothTiers(program, machine => machine.Run(new FuzzInput(100, 0, 0)));
        Assert.Equal(1ul, outcomes[0].Result.Value);
        Assert.Null(outcomes[0].Difference(outcomes[1]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_call_to_the_second_slot_of_a_wide_load_fails_there(uint version)
    {
        var dialect = Dialect.FindSbpf(version)!;
        bool isKey = dialect.Calls == CallConvention.Key;
        InstructionWord call = isKey ? new(0x85, 0, 0, 0, (int)FunctionKey.OfIndex(2)) : new(0x85, 0, 1, 0, 1);
        FuzzProgram program = Program(dialect, call, version == 2 ? Return : new(0x18, 0, 0, 0, 1), new(0, 0, 0, 0, 0), Return) with
        {
            Functions = new() { [FunctionKey.OfIndex(2)] = new FunctionSymbol("f", 2) },
        };
        if (version == 2)
        {
            Assert.NotNull(program.TryCreate(out _)); // no wide loads there
            return;
        }

        FuzzOutcome[] outcomes = InBothTiers(program, machine => machine.Run(new FuzzInput(100, 0, 0)));
        Assert.Equal(VmError.UnsupportedInstruction, outcomes[0].Result.Error);
        Assert.Equal(2, outcomes[0].Result.InstructionIndex);
        Assert.Null(outcomes[0].Difference(outcomes[1]));
    }

    [Theory]
    [InlineData(Tier.Interpreter)]
    [InlineData(Tier.Switch)]
    [InlineData(Tier.Native)]
    public void A_run_that_has_ended_does_not_go_on(Tier tier)
    {
        BpfProgram program = Program(Dialect.Ebpf, new(0x07, 0, 0, 0, 1), Return).Create();
        tier.Prepare(program);
        using var machine = new VirtualMachine();
        machine.Load(program);
        Assert.Equal(1ul, machine.Run(10).Value);
        Assert.Throws<InvalidOperationException>(() => machine.Continue(10));
        Assert.Equal(1ul, machine.Run(10).Value);
    }

    [Theory]
    [InlineData(Tier.Interpreter)]
    [InlineData(Tier.Switch)]
    [InlineData(Tier.Native)]
    public void Without_its_stack_a_program_faults(Tier tier)
    {
        BpfProgram program = Program(Dialect.Ebpf, new(0x7a, 10, 0, -8, 1), Return).Create();
        tier.Prepare(program);
        using var machine = new VirtualMachine();
        machine.Load(program);
        machine.Memory.Clear();
        byte[] memory = [1, 2, 3];
        machine.Memory.Map(MemoryMap.StackAddress, memory);
        Assert.Equal(VmError.AccessViolation, machine.Run(10).Error);
        machine.Begin();
        Assert.Equal([1, 2, 3], memory);
    }

    [Fact]
    public void Dead_code_at_the_start_is_metered_when_a_call_by_address_finds_it()
    {
        // The entry is elsewhere, and a comparing jump follows the first instruction: a chain whose head nothing names.
        FuzzProgram program = Program(
            Dialect.SbpfV0,
            new(0xbf, 0, 0, 0, 0),
            new(0x55, 0, 0, 1, 0),
            new(0xbf, 0, 0, 0, 0),
            Return,
            new(0x8d, 0, 0, 0, 4),
            Return) with
        { TextAddress = 0, EntryIndex = 4 };
        FuzzOutcome[] outcomes = InBothTiers(program, machine => machine.Run(new FuzzInput(100, 0, 0)));
        Assert.Equal(6ul, outcomes[0].Result.ConsumedUnits);
        Assert.Null(outcomes[0].Difference(outcomes[1]));
    }

    [Fact]
    public void A_second_slot_that_a_symbol_names_does_not_break_the_meter()
    {
        FuzzProgram program = Program(
            Dialect.SbpfV0,
            new(0x18, 1, 0, 0, 1),
            new(0, 0, 0, 0, 0),
            new(0x55, 0, 0, 1, 0),
            new(0xbf, 0, 0, 0, 0),
            new(0xbf, 0, 0, 0, 0),
            Return) with
        {
            Functions = new() { [FunctionKey.OfIndex(1)] = new FunctionSymbol("f", 1) },
        };
        FuzzOutcome[] outcomes = InBothTiers(program, machine => machine.Run(new FuzzInput(100, 0, 0)));
        Assert.Equal(5ul, outcomes[0].Result.ConsumedUnits);
        Assert.Null(outcomes[0].Difference(outcomes[1]));
    }

    private static FuzzProgram Program(Dialect dialect, params InstructionWord[] words) => new(dialect, Layout, words);

    private static FuzzOutcome[] InBothTiers(FuzzProgram program, Action<FuzzMachine> run)
    {
        BpfProgram compiled = program.Create();
        Tier.Native.Prepare(compiled, program.Layout.Options);
        using var interpreter = new FuzzMachine(program, program.Create());
        using var native = new FuzzMachine(program, compiled);
        run(interpreter);
        run(native);
        return [interpreter.Outcome(), native.Outcome()];
    }
}
