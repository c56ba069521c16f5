using System.Text;
using Velox.Bpf;

namespace Velox.Cli;

/// <summary>Single parts of native code: a checked load and store, memory functions done inside it, the change of programs.</summary>
/// <remarks>
/// Each is what a loop takes more than the same loop without the part. Loads and stores go through a register that changes
/// before each, so that no two share a check.
/// </remarks>
internal static class BpfPartsBench
{
    private const int Turns = 200_000;
    private const int AccessesPerTurn = 16;
    private const int AccessStepBytes = 64;
    private const int Switches = 50_000;
    private const int RangeBytes = 32;
    private const ulong Enough = 1_000_000_000;

    private static readonly (string Name, HostFunction Function, InlineForm Form)[] MemoryForms =
    [
        ("copy", MemoryFunctions.Copy, InlineForm.Copy), ("set", MemoryFunctions.Set, InlineForm.Set),
        ("compare", MemoryFunctions.Compare, InlineForm.Compare),
    ];

    internal static IEnumerable<BenchLine> Run(int runs)
    {
        yield return MeasureAccess(runs, "load of 8 bytes, checked, native", "ldxdw r3, [r1+0]");
        yield return MeasureAccess(runs, "store of 8 bytes, checked, native", "stxdw [r1+0], r6");
        foreach ((string name, HostFunction function, InlineForm form) in MemoryForms)
            yield return MeasureMemoryFunction(runs, name, function, form);
        yield return MeasureSwitch(runs);
    }

    private static BenchLine MeasureAccess(int runs, string name, string access)
    {
        using VirtualMachine with = Prepare(AccessLoop(access));
        using VirtualMachine without = Prepare(AccessLoop(""));
        const int accesses = Turns * AccessesPerTurn;
        (double nanos, _) = BenchReport.Medians(
            runs, () => BenchReport.Nanos(accesses, () => RunWhole(with)) - BenchReport.Nanos(accesses, () => RunWhole(without)), () => 0);
        return new BenchLine(name, nanos, "ns");
    }

    private static BenchLine MeasureMemoryFunction(int runs, string name, HostFunction function, InlineForm form)
    {
        using VirtualMachine inline = Prepare(CallLoop("call 1"), Table(form));
        using VirtualMachine called = Prepare(CallLoop("call 1"), Table(InlineForm.None));
        using VirtualMachine neither = Prepare(CallLoop("mov64 r0, 0"), Table(InlineForm.None));
        (double inlineNanos, double calledNanos) = BenchReport.Medians(runs, () => Difference(inline), () => Difference(called));
        return new BenchLine($"{name} of {RangeBytes} bytes in native code", inlineNanos, "ns", "by a call", calledNanos);

        HostFunctionTable Table(InlineForm chosen) => new HostFunctionTable().Add(1, name, function, priceUnits: 10, chosen);
        double Difference(VirtualMachine more) => BenchReport.Nanos(Turns, () => RunWhole(more)) - BenchReport.Nanos(Turns, () => RunWhole(neither));
    }

    private static BenchLine MeasureSwitch(int runs)
    {
        BpfProgram[] programs = [CreateEmpty(), CreateEmpty()];
        using var machine = new VirtualMachine();
        (double nanos, _) = BenchReport.Medians(runs, () => BenchReport.Nanos(Switches, RunAlternately), () => 0);
        return new BenchLine("load of another program and its run, native", nanos, "ns");

        void RunAlternately()
        {
            for (int i = 0; i < Switches; i++)
            {
                machine.Load(programs[i & 1]);
                machine.Run(units: 2);
            }
        }
    }

    private static string AccessLoop(string access)
    {
        var text = new StringBuilder($"mov64 r6, {Turns}\nmov64 r7, r1\nloop:\nmov64 r1, r7\n");
        for (int i = 0; i < AccessesPerTurn; i++)
            text.Append(access).Append($"\nadd64 r1, {AccessStepBytes}\n");
        return text.Append("sub64 r6, 1\njne r6, 0, loop\nexit\n").ToString();
    }

    private static string CallLoop(string call) => $"""
            mov64 r6, {Turns}
            mov64 r7, r1
            mov64 r8, r1
            add64 r8, 256
            mov64 r9, r1
            add64 r9, 512
        loop:
            mov64 r1, r7
            mov64 r2, r8
            mov64 r3, {RangeBytes}
            mov64 r4, r9
            {call}
            sub64 r6, 1
            jne r6, 0, loop
            exit
        """;

    private static VirtualMachine Prepare(string text, HostFunctionTable? host = null)
    {
        BpfProgram program = BpfProgram.Create(Assembler.Assemble(text, Dialect.Ebpf), host);
        Compile(program);
        var machine = new VirtualMachine();
        machine.Load(program);
        machine.Memory.Map(MemoryMap.InputAddress, new byte[AccessesPerTurn * AccessStepBytes]);
        return machine;
    }

    private static BpfProgram CreateEmpty()
    {
        BpfProgram program = BpfProgram.Create(Assembler.Assemble("mov64 r0, 0\nexit", Dialect.Ebpf));
        Compile(program);
        return program;
    }

    private static void Compile(BpfProgram program)
    {
        if (!program.TryCompile())
            throw new BenchFailedException("A small program could not be compiled.");
    }

    private static void RunWhole(VirtualMachine machine)
    {
        ExecutionResult result = machine.Run(Enough, MemoryMap.InputAddress);
        if (!result.IsSuccess)
            throw new BenchFailedException($"A part's program ended with {result}.");
    }
}
