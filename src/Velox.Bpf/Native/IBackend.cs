using System.Diagnostics.CodeAnalysis;

namespace Velox.Bpf;

/// <summary>A processor's part of the compiler: writes the code of what <see cref="CompilerFront{TBackend}"/> goes through.</summary>
/// <remarks>
/// Backends are structs, and the front is generic over them: nothing is boxed, and the calls are direct. Jumps are returned as
/// the position where their target is to be patched in.
/// </remarks>
internal interface IBackend : INativeCode
{
    /// <summary>Whether a division or high product uses the register that has the address of a group.</summary>
    static abstract bool DivisionEndsGroup { get; }

    /// <summary>What is compiled, kept in the backend.</summary>
    [UnscopedRef]
    ref CompilerState State { get; }

    /// <summary>Bytes written.</summary>
    int Position { get; }

    /// <summary>Makes a jump or call lead to a position.</summary>
    void Patch(int at, int target);

    void JumpTo(int target);

    /// <summary>Aligns what follows if the processor likes loops to be.</summary>
    void AlignLoop();

    /// <summary>Takes units, in line or out of line; returns the jump for when there are not so many.</summary>
    int TakeUnits(int units, bool isInLine);

    /// <summary>Returns a jump for when there are fewer units than these.</summary>
    int JumpIfUnitsBelow(int units);

    /// <summary>Adds units, or takes them where the number is negative, without looking whether there are so many.</summary>
    void AddUnits(int units);

    /// <summary>Leaves before an instruction, giving units back.</summary>
    void Leave(int index, int units);

    /// <summary>Computes; a 32-bit result is extended with zeros.</summary>
    void EmitArithmetic(in Instruction instruction, in ArithmeticMeaning arithmetic);

    /// <summary>Extends the low 32 bits of a BPF register with their sign.</summary>
    void ExtendSign(int register);

    /// <summary>An access in the frame, which needs no check.</summary>
    void EmitFrameAccess(in Instruction instruction, int bytes);

    /// <summary>Checks a span and keeps what <see cref="EmitGroupAccess"/> or <see cref="EmitLoneAccess"/> needs.</summary>
    void EmitCheck(in AccessSpan span, int baseRegister);

    /// <summary>An access of the current group.</summary>
    void EmitGroupAccess(in Instruction instruction, int bytes);

    /// <summary>The only access of the span just checked.</summary>
    void EmitLoneAccess(in Instruction instruction, int bytes);

    /// <summary>The out-of-line part of an access: the window of the real segment, then the memory map, then leave.</summary>
    void EmitColdAccess(in ColdAccess access);

    /// <summary>The out-of-line part of a call: notes the frame as reached, or leaves where it would be one too many.</summary>
    void EmitColdCall(in ColdCall call);

    /// <summary>Runs the instruction outside, and leaves before it where that did not succeed.</summary>
    void EmitAtomic();

    /// <summary>Runs an added instruction outside; leaves where it has ended the program.</summary>
    void RunAddedOutside(int index);

    void EmitJump(int target);

    void EmitConditionalJump(in Instruction instruction, in JumpCondition condition);

    void EmitHostCall(int function);

    /// <summary>A call within the program.</summary>
    /// <param name="target">The function.</param>
    /// <param name="saved">Which of r6 to r9 it writes, bit 0 for r6.</param>
    void EmitLocalCall(int target, byte saved);

    /// <summary>A call by address: blocks have their place in a table, what is in the midst of one the interpreter calls.</summary>
    void EmitCallRegister(in Instruction instruction);

    /// <summary>Returns to the caller.</summary>
    void EmitReturn();
}
