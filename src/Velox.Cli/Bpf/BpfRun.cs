using Velox.Bpf;

namespace Velox.Cli;

/// <summary>What <c>run</c>, <c>trace</c> and <c>profile</c> are told.</summary>
/// <param name="Path">The program's file.</param>
/// <param name="Dialect">Its instruction set.</param>
/// <param name="Memory">What r1 points to; r2 is its length.</param>
/// <param name="Units">Most instructions.</param>
internal sealed record BpfRunOptions(string Path, Dialect Dialect, ProgramMemory Memory, ulong Units);

/// <summary>Runs a program of a file in a machine of its own.</summary>
internal static class BpfRun
{
    private const int SbpfHeapBytes = 32 * 1024;

    /// <summary>Verifies a file's program.</summary>
    /// <exception cref="ProgramFileException">The file holds no program, or the program breaks a rule.</exception>
    internal static BpfProgram Load(string path, Dialect dialect, HostFunctionTable host)
    {
        ProgramImage image = ProgramFile.Load(path, dialect);
        return BpfProgram.TryCreate(image, host, out BpfProgram? program) is { } error
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
        ExecutionResult result = machine.Run(
            options.Units, memory.Length > 0 ? MemoryMap.InputAddress : 0, (ulong)memory.Length, observer);
        output.Flush();
        if (!result.IsSuccess)
        {
            string remedy = result.Error == VmError.BudgetExceeded ? " (--units gives more)" : "";
            Console.Error.WriteLine($"velox: {options.Path}: {result}{At(program, result.InstructionIndex)}{remedy}");
            return 1;
        }

        output.WriteLine($"r0     0x{result.Value:x} ({result.Value})");
        output.WriteLine($"units  {result.ConsumedUnits}");
        output.Flush();
        return 0;
    }

    /// <summary>The instruction in words, with its source line where the file tells it.</summary>
    private static string At(BpfProgram program, int index)
    {
        if (index >= program.Count)
            return "";
        string instruction = new Disassembler(program.Image, program.Host).InstructionAt(index);
        return $": {instruction}{(program.Image.SourceAt(index) is { } line ? $" at {line}" : "")}";
    }
}
