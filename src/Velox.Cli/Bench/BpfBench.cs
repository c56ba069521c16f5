using Velox.Bpf;

namespace Velox.Cli;

/// <summary>
/// Programs in native code beside the interpreter, their results checked; and what it costs to verify, to compile, to enter
/// and to call a host function.
/// </summary>
/// <remarks>
/// Native code runs each program to its end. The interpreter, which would take seconds, runs so many instructions of it; both
/// must have the same registers there.
/// </remarks>
internal static class BpfBench
{
    private const ulong InterpretedUnits = 20_000_000;
    private const int EmptyRuns = 100_000;
    private const int GeneratedPrograms = 50;
    private const string EmptyProgram = "b7000000000000009500000000000000";
    private const string Interpreter = "interpreter";

    /// <exception cref="BenchFailedException">A result is wrong.</exception>
    internal static IReadOnlyList<BenchLine> Run(int runs)
    {
        bool hasNative = CreateEmpty().TryCompile();
        var lines = new List<BenchLine>();
        foreach (BpfWorkload workload in BpfWorkload.All)
            lines.Add(hasNative ? CompareTiers(workload, runs) : Interpret(workload, runs));
        lines.AddRange(MeasurePreparation(runs, hasNative));
        if (hasNative)
        {
            lines.Add(MeasureHostCalls(runs));
            lines.Add(CompareEntries(runs));
            lines.AddRange(BpfPartsBench.Run(runs));
        }

        lines.Add(new BenchLine("allocated by a run, interpreter", MeasureAllocation(isNative: false), "bytes"));
        if (hasNative)
            lines.Add(new BenchLine("allocated by a run, native", MeasureAllocation(isNative: true), "bytes"));
        return lines;
    }

    private static BenchLine CompareTiers(BpfWorkload workload, int runs)
    {
        using var native = new BpfRig(workload, isNative: true);
        using var interpreter = new BpfRig(workload, isNative: false);
        native.Run(InterpretedUnits);
        interpreter.Run(InterpretedUnits);
        if (!native.Registers.SequenceEqual(interpreter.Registers))
            throw new BenchFailedException($"{workload.Name} has other registers in native code after {InterpretedUnits} units.");
        (double nativeRate, double interpreterRate) = BenchReport.Medians(runs, native.RunWhole, () => RunPart(interpreter));
        return new BenchLine($"{workload.Name}, native", nativeRate, "instructions/s", Interpreter, interpreterRate);
    }

    private static BenchLine Interpret(BpfWorkload workload, int runs)
    {
        using var interpreter = new BpfRig(workload, isNative: false);
        (double rate, _) = BenchReport.Medians(runs, () => RunPart(interpreter), () => 0);
        return new BenchLine($"{workload.Name}, interpreter", rate, "instructions/s");
    }

    private static double RunPart(BpfRig rig)
    {
        (ExecutionResult result, TimeSpan elapsed) = rig.Run(InterpretedUnits);
        return result.ConsumedUnits / elapsed.TotalSeconds;
    }

    private static List<BenchLine> MeasurePreparation(int runs, bool hasNative)
    {
        byte[] text = BpfWorkload.ReadText("gen1000");
        int instructions = text.Length / InstructionWord.Bytes * GeneratedPrograms;
        (double verify, double create) = BenchReport.Medians(
            runs,
            () => BenchReport.Nanos(instructions, () => Repeat(GeneratedPrograms, () => Verifier.Check(Dialect.Ebpf, text))),
            () => BenchReport.Nanos(instructions, () => Repeat(GeneratedPrograms, () => BpfProgram.Create(Dialect.Ebpf, text, BpfWorkload.Host))));
        List<BenchLine> lines =
        [
            new("verify 1,000 instructions", verify, "ns/instruction"),
            new("verify and decode 1,000 instructions", create, "ns/instruction"),
        ];
        if (hasNative)
        {
            (double compile, _) = BenchReport.Medians(runs, () => MeasureCompilation(text, instructions), () => 0);
            lines.Add(new BenchLine("compile 1,000 instructions", compile, "ns/instruction"));
        }

        return lines;
    }

    private static double MeasureCompilation(byte[] text, int instructions)
    {
        BpfProgram[] programs =
            [.. Enumerable.Range(0, GeneratedPrograms).Select(_ => BpfProgram.Create(Dialect.Ebpf, text, BpfWorkload.Host))];
        return BenchReport.Nanos(instructions, () =>
        {
            foreach (BpfProgram program in programs)
            {
                if (!program.TryCompile())
                    throw new BenchFailedException("A generated program could not be compiled.");
            }
        });
    }

    /// <summary>What a loop with a call takes more than the same loop with a move in its place.</summary>
    private static BenchLine MeasureHostCalls(int runs)
    {
        byte[] with = BpfWorkload.ReadText("helper");
        byte[] without = [.. with];
        var move = new InstructionWord(0xbf, 0, 1, 0, 0);
        for (int index = 0; index < with.Length / InstructionWord.Bytes; index++)
        {
            if (InstructionWord.Read(with, index).Opcode == 0x85)
                move.Write(without.AsSpan(index * InstructionWord.Bytes));
        }

        const int unitsPerTurn = 6;
        const int turns = (int)InterpretedUnits / unitsPerTurn;
        using VirtualMachine nativeWith = Prepare(with, isNative: true);
        using VirtualMachine nativeWithout = Prepare(without, isNative: true);
        (double nanos, _) = BenchReport.Medians(runs, () => Difference(nativeWith, nativeWithout), () => 0);
        return new BenchLine("call of a host function, native", nanos, "ns");

        static double Difference(VirtualMachine more, VirtualMachine less) =>
            BenchReport.Nanos(turns, () => more.Run(turns * unitsPerTurn)) - BenchReport.Nanos(turns, () => less.Run(turns * unitsPerTurn));
    }

    private static BenchLine CompareEntries(int runs)
    {
        byte[] text = Convert.FromHexString(EmptyProgram);
        using VirtualMachine native = Prepare(text, isNative: true);
        using VirtualMachine interpreter = Prepare(text, isNative: false);
        (double nativeNanos, double interpreterNanos) = BenchReport.Medians(
            runs, () => BenchReport.Nanos(EmptyRuns, () => RunOften(native)), () => BenchReport.Nanos(EmptyRuns, () => RunOften(interpreter)));
        return new BenchLine("run of an empty program, native", nativeNanos, "ns", Interpreter, interpreterNanos);
    }

    private static double MeasureAllocation(bool isNative)
    {
        using VirtualMachine machine = Prepare(Convert.FromHexString(EmptyProgram), isNative);
        RunOften(machine);
        long before = GC.GetAllocatedBytesForCurrentThread();
        RunOften(machine);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)EmptyRuns;
    }

    private static VirtualMachine Prepare(byte[] text, bool isNative)
    {
        BpfProgram program = BpfProgram.Create(Dialect.Ebpf, text, BpfWorkload.Host);
        if (isNative && !program.TryCompile())
            throw new BenchFailedException("A small program could not be compiled.");
        var machine = new VirtualMachine();
        machine.Load(program);
        return machine;
    }

    private static BpfProgram CreateEmpty() => BpfProgram.Create(Dialect.Ebpf, Convert.FromHexString(EmptyProgram));

    private static void RunOften(VirtualMachine machine)
    {
        for (int run = 0; run < EmptyRuns; run++)
            machine.Run(units: 2);
    }

    private static void Repeat<T>(int count, Func<T> action)
    {
        for (int i = 0; i < count; i++)
            action();
    }
}
