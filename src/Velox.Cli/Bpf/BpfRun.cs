using Velox.Bpf;

namespace Velox.Cli;

/// <summary>What <c>run</c>, <c>trace</c> and <c>profile</c> are told.</summary>
/// <param name="Path">The program's file.</param>
/// <param name="Dialect">Its instruction set.</param>
/// <param name="Memory">What r1 points to; r2 is its length.</param>
/// <param name="Units">Most instructions.</param>
/// <param name="SnapshotPath">Where the run goes when its units are used up; null for nowhere.</param>
/// <param name="ResumePath">Such a run to go on with; null to start at the entry.</param>
internal sealed record BpfRunOptions(
    string Path, Dialect Dialect, ProgramMemory Memory, ulong Units, string? SnapshotPath, string? ResumePath);

/// <summary>Runs a program of a file in a machine of its own.</summary>
internal static class BpfRun
{
    private const int SbpfHeapBytes = 32 * 1024;

    /// <summary>Verifies a file's program.</summary>
    /// <exception cref="ProgramFileException">The file holds no program, or the program breaks a rule.</exception>
    internal static BpfProgram Load(string path, Dialect dialect, CommandLineHost host)
    {
        ProgramImage image = ProgramFile.Load(path, dialect, host);
        return BpfProgram.TryCreate(image, host.TableOf(image.Dialect), out BpfProgram? program) is { } error
            ? throw new ProgramFileException($"{path}: {error}")
            : program!;
    }

    /// <summary>Compiles a program to native code.</summary>
    /// <exception cref="ProgramFileException">This machine cannot run native code.</exception>
    internal static void Compile(BpfProgram program)
    {
        if (!program.TryCompile())
            throw new ProgramFileException("--jit: native code needs Linux on x86-64 or ARM64: leave the option out.");
    }

    /// <summary>Runs a program and prints how it ended.</summary>
    /// <returns>The exit code: 0 when it returned, else 1.</returns>
    internal static int Execute(BpfProgram program, BpfRunOptions options, IInstructionObserver? observer, TextWriter output)
    {
        byte[] memory = options.Memory.Read();
        using var machine = new VirtualMachine(new VmOptions { HeapBytes = program.Dialect.SbpfVersion is null ? 0 : SbpfHeapBytes });
        machine.Load(program);
        machine.Memory.Map(MemoryMap.InputAddress, memory);
        machine.Begin();
        machine.Registers[1] = memory.Length > 0 ? MemoryMap.InputAddress : 0;
        machine.Registers[2] = (ulong)memory.Length;
        if (options.ResumePath is { } resumed)
            Resume(machine, resumed);

        ExecutionResult result = machine.Continue(options.Units, observer);
        output.Flush();
        if (!result.IsSuccess)
        {
            Console.Error.WriteLine(
                $"velox: {options.Path}: {result}{At(program, result.InstructionIndex)}{Reason(machine)}{Remedy(machine, result, options)}");
            return 1;
        }

        output.WriteLine($"r0     0x{result.Value:x} ({result.Value})");
        output.WriteLine($"units  {result.ConsumedUnits}");
        output.Flush();
        return 0;
    }

    private static void Resume(VirtualMachine machine, string path)
    {
        SnapshotError? error = VmSnapshot.TryRead(ProgramFile.ReadBytes(path), out VmSnapshot? snapshot);
        error ??= machine.TryRestore(snapshot!);
        if (error is not null)
            throw new ProgramFileException($"{path}: {error}");
    }

    /// <summary>The instruction in words, with its source line where the file tells it.</summary>
    private static string At(BpfProgram program, int index)
    {
        if (index >= program.Count)
            return "";
        string instruction = new Disassembler(program.Image, program.Host).InstructionAt(index);
        return $": {instruction}{(program.Image.SourceAt(index) is { } line ? $" at {line}" : "")}";
    }

    /// <summary>What a host function ended the program with.</summary>
    private static string Reason(VirtualMachine machine) => machine.HostError switch
    {
        null => "",
        Exception error => $": {error.Message}",
        object error => $": {error}",
    };

    /// <summary>How to go on where more units help; keeps the run if it is to be kept.</summary>
    private static string Remedy(VirtualMachine machine, ExecutionResult result, BpfRunOptions options)
    {
        if (result.Error != VmError.BudgetExceeded)
            return "";
        if (options.SnapshotPath is not { } path)
            return " (--units gives more)";
        File.WriteAllBytes(path, machine.TakeSnapshot(includesMappedMemory: true).ToArray());
        return $" (--resume {path} goes on)";
    }
}
