namespace Velox.Bpf.Tests;

/// <summary>Trace, coverage and profile of a program whose every step is known.</summary>
public sealed class ProfileTests
{
    private const string Text = """
            mov64 r1, 3
            call work
            jne r0, 0, end
            mov64 r0, 9      ; never executed
            lddw r0, 1
        end:
            exit
        work:
            mov64 r0, 0
        loop:
            add64 r0, r1
            add64 r1, -1
            jne r1, 0, loop
            exit
        """;

    [Fact]
    public void Functions_blocks_and_coverage_have_the_executed_counts()
    {
        (BpfProgram program, ExecutionProfile profile) = Observe();
        Assert.Equal(15ul, profile.Executed);
        Assert.Equal(
            [new FunctionProfile("entry", 0, 7, 1, 4), new FunctionProfile("work", 7, 12, 1, 11)], profile.Functions());
        Assert.Equal(
            [
                new BlockProfile(0, 2, 1, 2), new BlockProfile(2, 3, 1, 1), new BlockProfile(3, 6, 0, 0), new BlockProfile(6, 7, 1, 1),
                new BlockProfile(7, 8, 1, 1), new BlockProfile(8, 11, 3, 9), new BlockProfile(11, 12, 1, 1),
            ],
            profile.Blocks());
        Assert.Equal((9, 11), profile.Coverage);
        Assert.Equal(profile.Executed, profile.Functions().Aggregate(0ul, (sum, function) => sum + function.Instructions));
        Assert.Equal(12, program.Count);
    }

    [Fact]
    public void A_second_run_is_added()
    {
        (BpfProgram program, ExecutionProfile profile) = Observe();
        using var machine = new VirtualMachine();
        machine.Load(program);
        machine.Run(100, observer: profile);
        Assert.Equal(30ul, profile.Executed);
        Assert.Equal([2ul, 2ul], profile.Functions().Select(function => function.Calls));
    }

    [Fact]
    public void A_function_that_is_only_called_by_address_is_found()
    {
        const string text = "lddw r1, 0x100000020\ncallx r1\nexit\nmov64 r0, 1\nexit";
        BpfProgram program = BpfProgram.Create(Assembler.Assemble(text, Dialect.SbpfV3));
        var profile = new ExecutionProfile(program);
        using var machine = new VirtualMachine();
        machine.Load(program);
        Assert.True(machine.Run(100, observer: profile).IsSuccess);
        Assert.Equal([new FunctionProfile("entry", 0, 4, 1, 3), new FunctionProfile("function_4", 4, 6, 1, 2)], profile.Functions());
    }

    [Fact]
    public void A_trace_has_number_registers_slot_and_text_up_to_its_limit()
    {
        BpfProgram program = BpfProgram.Create(Assembler.Assemble("mov64 r1, -1\nadd64 r1, 2\nexit", Dialect.Ebpf));
        using var writer = new StringWriter { NewLine = "\n" };
        var trace = new InstructionTrace(program, writer, maxLines: 2);
        using var machine = new VirtualMachine();
        machine.Load(program);
        machine.Run(100, argument1: 0xab, observer: trace);

        const string none = "0000000000000000";
        string rest = $"{none}, {none}, {none}, {none}, {none}, {none}, {none}, {none}, 0000000200008000]";
        Assert.Equal(
            $"    0 [{none}, 00000000000000AB, {rest}     0: mov64 r1, -1\n    1 [{none}, FFFFFFFFFFFFFFFF, {rest}     1: add64 r1, 2\n",
            writer.ToString());
        Assert.Equal((3ul, 1ul), (trace.Count, trace.Skipped));
    }

    private static (BpfProgram Program, ExecutionProfile Profile) Observe()
    {
        BpfProgram program = BpfProgram.Create(Assembler.Assemble(Text, Dialect.Ebpf));
        var profile = new ExecutionProfile(program);
        using var machine = new VirtualMachine();
        machine.Load(program);
        Assert.Equal(6ul, machine.Run(100, observer: profile).Value);
        return (program, profile);
    }
}
