using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics.X86;

namespace Velox.Bpf;

/// <summary>Writes x86-64 code for <see cref="CompilerFront{TBackend}"/>.</summary>
/// <remarks>
/// r0 to r9 live in rax, rdi, rsi, r8, r9, r10, rbx, r12, r13, r14; r10 in rbp; r11 has the remaining units, r15 the
/// context; rcx and rdx are free. Where the program cannot write r10, rbp holds its host address, so that the frame
/// is reached without translation; the program sees the converted value.
/// </remarks>
internal unsafe ref partial struct X64Compiler : IBackend
{
    /// <summary>
    /// Bytes of code for one instruction, out-of-line parts included, that no program needs on average: spans that take rdx from
    /// each other come to 346, functions beginning everywhere to 358. What needs more nevertheless is not compiled.
    /// </summary>
    internal const int MaxBytesPerInstruction = 448;

    /// <summary>Bytes of the common parts.</summary>
    internal const int CommonBytes = 2048;

    private const X64 Units = X64.R11;
    private const X64 Context = X64.R15;
    private const X64 Frame = X64.Rbp;
    /// <summary>Cascade Lake and its kin decode a jump slowly that crosses or ends on such a boundary (Intel's JCC erratum).</summary>
    private const int JumpLineBytes = 32;

    private const int JumpBytes = 6;

    private X64Assembler _code;
    private CompilerState _state;

    private int _exitPosition;
    private int _leavePosition;
    private int _keepCallersPosition;
    private int _hostCallPosition;
    private int _translatePosition;
    private int _instructionPosition;
    private int _addedPosition;
    private int _endedPosition;

    private X64Compiler(BpfProgram program, FlowAnalysis flow, bool allowsFrameGaps, byte* buffer, int capacity, NativeScratch scratch)
    {
        _state = new CompilerState(program, flow, allowsFrameGaps, capacity, scratch);
        _code = new X64Assembler(buffer);
    }

    /// <summary>Whether the processor has what the code uses.</summary>
    internal static bool IsSupported => X86Base.X64.IsSupported && OperatingSystem.IsLinux();

    private static ReadOnlySpan<byte> RegisterMap =>
    [
        (byte)X64.Rax, (byte)X64.Rdi, (byte)X64.Rsi, (byte)X64.R8, (byte)X64.R9, (byte)X64.R10,
        (byte)X64.Rbx, (byte)X64.R12, (byte)X64.R13, (byte)X64.R14, (byte)X64.Rbp,
    ];

    /// <summary>The processor's conditions, in the order of <see cref="NativeCondition"/>.</summary>
    private static ReadOnlySpan<byte> ConditionMap =>
    [
        (byte)Condition.Equal, (byte)Condition.NotEqual,
        (byte)Condition.Below, (byte)Condition.AboveOrEqual, (byte)Condition.Above, (byte)Condition.BelowOrEqual,
        (byte)Condition.Less, (byte)Condition.GreaterOrEqual, (byte)Condition.Greater, (byte)Condition.LessOrEqual,
    ];

    /// <summary>Compiles into a buffer.</summary>
    /// <param name="program">What to compile.</param>
    /// <param name="flow">Its analysis.</param>
    /// <param name="allowsFrameGaps">Whether frames of V0 have their gaps.</param>
    /// <param name="buffer">At least <see cref="CommonBytes"/> and <see cref="MaxBytesPerInstruction"/> for each instruction.</param>
    /// <param name="capacity">Its length.</param>
    /// <param name="scratch">Takes the offsets of leaders and return points.</param>
    /// <returns>Bytes written, or 0 when the buffer is too small.</returns>
    internal static int Compile(
        BpfProgram program, FlowAnalysis flow, bool allowsFrameGaps, byte* buffer, int capacity, NativeScratch scratch)
    {
        var compiler = new X64Compiler(program, flow, allowsFrameGaps, buffer, capacity, scratch);
        compiler.EmitCommon();
        if (!CompilerFront<X64Compiler>.TryEmit(ref compiler) || !compiler.TryEmitTable())
            return 0;
        CompilerFront<X64Compiler>.PatchJumps(ref compiler);
        return compiler._code.Position;
    }

    private static X64 Register(int register) => (X64)RegisterMap[register];

    private static Condition ConditionOf(NativeCondition condition) => (Condition)ConditionMap[(int)condition];

    public static bool DivisionEndsGroup => true; // rdx has a group's address

    [UnscopedRef]
    ref CompilerState IBackend.State => ref _state;

    public readonly int Position => _code.Position;

    public readonly void Patch(int at, int target) => _code.Patch(at, target);

    public void JumpTo(int target) => _code.JumpTo(target);

    public void AlignLoop()
    {
        int gap = -_code.Position & (JumpLineBytes - 1);
        if (gap <= 24)
            _code.Nop(gap);
    }

    public int TakeUnits(int units, bool isInLine)
    {
        if (isInLine)
            KeepOnLine(ImmediateBytes(units) + JumpBytes);
        _code.Alu(true, X64Alu.Sub, Units, units);
        return _code.JumpIf(Condition.Below);
    }

    public int JumpIfUnitsBelow(int units)
    {
        _code.Alu(true, X64Alu.Compare, Units, units);
        return _code.JumpIf(Condition.Below);
    }

    public void AddUnits(int units) => _code.Alu(true, units < 0 ? X64Alu.Sub : X64Alu.Add, Units, Math.Abs(units));

    public void Leave(int index, int units)
    {
        _code.MoveImmediate(X64.Rcx, index);
        _code.MoveImmediate(X64.Rdx, units);
        _code.JumpTo(_leavePosition);
    }

    public void EmitJump(int target)
    {
        KeepOnLine(5);
        if (IsNearBack(target))
            _code.JumpBackShort(null, _state.Scratch.Offsets[target]);
        else
            _state.AddJump(_code.Jump(), target);
    }

    public void EmitConditionalJump(in Instruction instruction, in JumpCondition condition)
    {
        EmitComparison(in instruction, in condition);
        Condition taken = ConditionOf(condition.Condition);
        int target = instruction.Target;
        if (_state.UnitsAfter == 0 && IsNearBack(target))
            _code.JumpBackShort(taken, _state.Scratch.Offsets[target]);
        else
            _state.AddConditionalJump(_code.JumpIf(taken), target);
    }

    public void EmitReturn() => _code.Return();

    /// <summary>Sets the flags, on one line with the jump that follows.</summary>
    private void EmitComparison(in Instruction instruction, in JumpCondition condition)
    {
        bool wide = condition.IsWide;
        int immediate = (int)instruction.Immediate;
        bool comparesWithZero = !condition.IsRegister && !condition.TestsBits && immediate == 0;
        bool usesRegisters = condition.IsRegister || comparesWithZero;
        X64 left = Read(instruction.Destination, X64.Rdx);
        X64 right = condition.IsRegister ? Read(instruction.Source, X64.Rcx) : left;
        KeepOnLine(JumpBytes + (usesRegisters ? 3 : condition.TestsBits ? 7 : ImmediateBytes(immediate)));
        if (usesRegisters && (condition.TestsBits || comparesWithZero))
            _code.Test(wide, left, right);
        else if (usesRegisters)
            _code.Alu(wide, X64Alu.Compare, left, right);
        else if (condition.TestsBits)
            _code.TestImmediate(wide, left, immediate);
        else
            _code.Alu(wide, X64Alu.Compare, left, immediate);
    }

    /// <summary>Whether the target's code is there already, and so near that a short jump reaches it.</summary>
    private readonly bool IsNearBack(int target) =>
        target <= _state.Index && _state.Scratch.Offsets[target] >= 0 && _code.IsShortBack(_state.Scratch.Offsets[target], 2);

    /// <summary>The register that has a BPF register's value; r10's is computed into the free one.</summary>
    private X64 Read(int register, X64 free)
    {
        if (!_state.IsHostFrame(register))
            return Register(register);
        if (free == X64.Rdx)
            _state.GroupBase = CompilerState.NoGroup;
        _code.Move(true, free, Frame);
        _code.Alu(true, X64Alu.Sub, free, Context, NativeOffsets.StackHost);
        if (_state.HasGaps)
        {
            // Frames are apart twice their size: address = 2 * offset - frame.
            _code.Alu(true, X64Alu.Add, free, free);
            _code.Alu(true, X64Alu.Sub, free, _state.Dialect.FrameBytes);
        }

        _code.SetBit(free, 33); // + StackAddress, which no offset reaches
        return free;
    }

    /// <summary>Leaves before this instruction when the condition holds.</summary>
    private void LeaveIf(Condition condition) => _state.AddLeave(_code.JumpIf(condition));

    private static int ImmediateBytes(int immediate) => immediate == (sbyte)immediate ? 4 : 7;

    private static int DisplacementBytes(int displacement) => displacement == (sbyte)displacement ? 4 : 7;

    /// <summary>Keeps the next instructions, a compare with its jump, on one line.</summary>
    private void KeepOnLine(int bytes)
    {
        int offset = _code.Position & (JumpLineBytes - 1);
        if (offset + bytes >= JumpLineBytes)
            _code.Nop(JumpLineBytes - offset);
    }
}
