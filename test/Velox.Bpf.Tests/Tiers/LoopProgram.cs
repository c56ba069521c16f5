namespace Velox.Bpf.Tests;

/// <summary>A small program whose result tells it from every other: a loop over its own constant, through its stack.</summary>
internal sealed class LoopProgram
{
    private const int Turns = 100;

    internal LoopProgram(int constant)
    {
        string source = $"""
            mov64 r0, {constant}
            mov64 r1, {Turns}
            again:
            mul64 r0, 1000003
            xor64 r0, {constant}
            stxdw [r10-8], r0
            ldxdw r2, [r10-8]
            add64 r0, r2
            sub64 r1, 1
            jne r1, 0, again
            exit
            """;
        Assert.Null(Assembler.TryAssemble(source, Dialect.Ebpf, out ProgramImage? image));
        Program = BpfProgram.Create(image!);
        using var machine = new VirtualMachine();
        machine.Load(Program);
        Expected = machine.Run(units: 1_000_000);
        Assert.True(Expected.IsSuccess);
    }

    internal BpfProgram Program { get; }

    /// <summary>What the interpreter makes of it.</summary>
    internal ExecutionResult Expected { get; }

    /// <summary>One run in a machine; the result is checked.</summary>
    internal void Run(VirtualMachine machine)
    {
        machine.Load(Program);
        Assert.Equal(Expected, machine.Run(units: 1_000_000));
    }
}
