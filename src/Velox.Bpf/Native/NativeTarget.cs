using System.Runtime.InteropServices;

namespace Velox.Bpf;

/// <summary>A processor that there is a compiler for.</summary>
/// <param name="commonBytes">Bytes of code that every program has.</param>
/// <param name="maxBytesPerInstruction">Bytes of one instruction that no program needs on average.</param>
/// <param name="maxBytes">Most bytes that the compiler may be given to fill.</param>
/// <param name="compile">Compiles into a buffer; returns the bytes written.</param>
internal sealed unsafe class NativeTarget(
    int commonBytes,
    int maxBytesPerInstruction,
    int maxBytes,
    delegate*<BpfProgram, FlowAnalysis, bool, byte*, int, NativeScratch, int> compile)
{
    internal static NativeTarget X64 { get; } =
        new(X64Compiler.CommonBytes, X64Compiler.MaxBytesPerInstruction, int.MaxValue, &X64Compiler.Compile);

    internal static NativeTarget Arm64 { get; } =
        new(Arm64Compiler.CommonBytes, Arm64Compiler.MaxBytesPerInstruction, Arm64Compiler.MaxCodeBytes, &Arm64Compiler.Compile);

    /// <summary>This machine's, or null.</summary>
    internal static NativeTarget? Current { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 when X64Compiler.IsSupported => X64,
        Architecture.Arm64 when OperatingSystem.IsLinux() => Arm64,
        _ => null,
    };

    /// <summary>The bytes that the code of a program is given room for; null when it is too large to be compiled.</summary>
    internal int? CapacityFor(BpfProgram program)
    {
        int routines = program.Host.HasInlineForms ? X64Compiler.MaxRoutines * X64Compiler.MaxRoutineBytes : 0;
        int added = program.Added.Length > 0 ? AddedEmitter.MaxBytes : 0;
        long bytes = commonBytes + routines + ((long)(maxBytesPerInstruction + added) * program.Instructions.Length);
        return bytes <= maxBytes ? (int)bytes : null;
    }

    /// <summary>Compiles into a buffer of <see cref="CapacityFor"/> bytes; gives those written, or 0 when it is too small.</summary>
    internal int Compile(
        BpfProgram program, FlowAnalysis flow, bool allowsFrameGaps, byte* buffer, int capacity, NativeScratch scratch) =>
        compile(program, flow, allowsFrameGaps, buffer, capacity, scratch);
}
