using Velox.Bpf;

namespace Velox.Cli;

/// <summary>
/// The plug-in protocol of Alan-Jowett/bpf_conformance: hex of a program on standard input, hex of r0 on standard output; an
/// exit code that is not 0, with the reason on standard error, when the program was refused or failed.
/// </summary>
internal static class ConformancePlugin
{
    private const uint UnwindFunction = 5;
    private const ulong MaxUnits = 1_000_000_000;

    /// <summary>What the suite's programs may call: returns r1, and ends the program when that is 0.</summary>
    private static HostFunctionTable Host { get; } = new HostFunctionTable().Add(
        UnwindFunction, "unwind", call => call.Argument1 == 0 ? call.EndProgram(0) : call.Argument1);

    /// <exception cref="ProgramFileException">Standard input holds no program, or one that was refused.</exception>
    internal static int Run(byte[] memory, bool isElf, bool isNative, Stream input, TextWriter output)
    {
        const string source = "standard input";
        byte[] bytes = ProgramFile.FromHex(ProgramFile.ReadText(input, source), source);
        ProgramImage image = isElf ? ReadElf(bytes) : RawProgram.Read(Dialect.Ebpf, bytes);
        if (BpfProgram.TryCreate(image, Host, out BpfProgram? program) is { } error)
            throw new ProgramFileException(error.Message);
        if (isNative)
            BpfRun.Compile(program!);

        using var machine = new VirtualMachine();
        machine.Load(program!);
        machine.Memory.Map(MemoryMap.InputAddress, memory);
        ExecutionResult result = machine.Run(MaxUnits, MemoryMap.InputAddress, (ulong)memory.Length);
        if (!result.IsSuccess)
            throw new ProgramFileException(result.ToString());
        output.WriteLine($"{result.Value:x}");
        return 0;
    }

    private static ProgramImage ReadElf(byte[] bytes) =>
        ElfLoader.TryLoad(bytes, ElfOptions.Default with { Kind = ElfKind.Ebpf }, Host, out ProgramImage? image) is { } error
            ? throw new ProgramFileException(error.Message)
            : image!;
}
