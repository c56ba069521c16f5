using Iced.Intel;

namespace Velox.Bpf.Tests;

/// <summary>The native code of a program, and what the compiler knows of it.</summary>
/// <param name="Dialect">The program's.</param>
/// <param name="Slots">The program's length.</param>
/// <param name="HasGaps">Whether there are gaps between the frames.</param>
/// <param name="Bytes">The code with its table.</param>
/// <param name="Scratch">Where blocks and return points are.</param>
internal sealed record EmittedCode(Dialect Dialect, int Slots, bool HasGaps, byte[] Bytes, NativeScratch Scratch)
{
    /// <summary>Whether rbp has the host's address of the frame.</summary>
    internal bool HasHostFrame => !Dialect.MovesFramePointer;

    /// <summary>What a call adds to rbp then.</summary>
    internal int FrameStep => Dialect.FrameStepBytes < 0 ? -Dialect.FrameBytes : Dialect.FrameBytes;

    /// <summary>The jump's condition where a frame is further from the first than the one it was compared with.</summary>
    internal ConditionCode IsFurther => FrameStep < 0 ? ConditionCode.b : ConditionCode.a;

    /// <summary>Where the table of blocks starts, behind the code.</summary>
    internal int Table => Scratch.TableUses.Count > 0 ? Bytes.Length - (4 * Slots) : Bytes.Length;

    /// <summary>Where the program's own code starts, behind what all programs have.</summary>
    internal int Start => Scratch.Offsets.Where(offset => offset >= 0).Min();

    internal static EmittedCode Compile(BpfProgram program, bool allowsFrameGaps)
    {
        int capacity = X64Compiler.CommonBytes + (X64Compiler.MaxBytesPerInstruction * program.Instructions.Length);
        var scratch = new NativeScratch();
        scratch.Reset(program.Count);
        byte[] buffer = new byte[capacity];
        int bytes;
        unsafe
        {
            fixed (byte* start = buffer)
                bytes = X64Compiler.Compile(program, new FlowAnalysis(program), allowsFrameGaps, start, capacity, scratch);
        }

        Assert.True(bytes > 0, "The buffer is too small.");
        bool hasGaps = program.Dialect.HasFrameGaps && allowsFrameGaps;
        return new EmittedCode(program.Dialect, program.Count, hasGaps, buffer[..bytes], scratch);
    }

    /// <summary>Whether a register has the value of a BPF register.</summary>
    internal bool IsProgramRegister(Register register) => register switch
    {
        Register.RAX or Register.RDI or Register.RSI or Register.R8 or Register.R9 or Register.R10 => true,
        Register.RBX or Register.R12 or Register.R13 or Register.R14 => true,
        Register.RBP => !HasHostFrame,
        _ => false,
    };
}
