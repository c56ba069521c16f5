using System.Diagnostics.CodeAnalysis;

namespace Velox.Bpf;

/// <summary>Writes AArch64 code for <see cref="CompilerFront{TBackend}"/>.</summary>
/// <remarks>
/// <para>Tests execute the code under an emulator, with the machine around it on x86-64. The process itself on ARM64 (entry by
/// a function pointer, the instruction cache) is compiled, but has not run on such a machine yet.</para>
/// <para>r0 to r5 live in x0 to x5, r6 to r9 in x19 to x22, r10 in x25; x23 has the remaining units, x24 the start of the code,
/// x26 the callers' words, x27 the state, x28 a window that reaches those of all usual segments. x8 has the host address of a
/// group of accesses; x9 to x13, x16 and x17 are free. Where the program cannot write r10, x25 holds its host address.</para>
/// <para>The stack pointer moves at the entry only, since it must stay a multiple of 16: the callers' words have a stack of
/// their own above it.</para>
/// </remarks>
internal unsafe ref partial struct Arm64Compiler : IBackend
{
    /// <summary>
    /// Bytes of code for one instruction, out-of-line parts included, that no program needs on average: functions beginning
    /// everywhere come to 208. What needs more nevertheless is not compiled.
    /// </summary>
    internal const int MaxBytesPerInstruction = 320;

    /// <summary>Bytes of the common parts.</summary>
    internal const int CommonBytes = 2048;

    /// <summary>What an unconditional jump reaches: programs of more than some 419,000 instructions are interpreted.</summary>
    internal const int MaxCodeBytes = 128 * 1024 * 1024;

    private const Arm64 Group = Arm64.X8;
    private const Arm64 Offset = Arm64.X9;
    private const Arm64 Start = Arm64.X10;
    private const Arm64 Host = Arm64.X11;
    private const Arm64 Window = Arm64.X12;
    private const Arm64 Limit = Arm64.X13;
    private const Arm64 Free = Arm64.X16;
    private const Arm64 Free2 = Arm64.X17;
    private const Arm64 Units = Arm64.X23;
    private const Arm64 CodeStart = Arm64.X24;
    private const Arm64 Frame = Arm64.X25;
    private const Arm64 Callers = Arm64.X26;
    private const Arm64 State = Arm64.X27;
    private const Arm64 Windows = Arm64.X28;
    private const Arm64 ReturnAddress = Arm64.X30;

    /// <summary>Whether conditional jumps go over unconditional ones, since their own 1 MiB may not reach.</summary>
    private readonly bool _jumpsFar;

    private Arm64Assembler _code;
    private CompilerState _state;

    private int _exitPosition;
    private int _leavePosition;
    private int _keepCallersPosition;
    private int _hostCallPosition;
    private int _translatePosition;
    private int _instructionPosition;
    private int _endedPosition;
    private int _tablePosition;
    private bool _hasTable;

    private Arm64Compiler(
        BpfProgram program, FlowAnalysis flow, bool allowsFrameGaps, byte* buffer, int capacity, NativeScratch scratch, bool jumpsFar)
    {
        _state = new CompilerState(program, flow, allowsFrameGaps, capacity, scratch);
        _jumpsFar = jumpsFar;
        _code = new Arm64Assembler(buffer);
    }

    private static ReadOnlySpan<byte> RegisterMap =>
    [
        (byte)Arm64.X0, (byte)Arm64.X1, (byte)Arm64.X2, (byte)Arm64.X3, (byte)Arm64.X4, (byte)Arm64.X5,
        (byte)Arm64.X19, (byte)Arm64.X20, (byte)Arm64.X21, (byte)Arm64.X22, (byte)Frame,
    ];

    /// <summary>The processor's conditions, in the order of <see cref="NativeCondition"/>.</summary>
    private static ReadOnlySpan<byte> ConditionMap =>
    [
        (byte)Arm64Condition.Equal, (byte)Arm64Condition.NotEqual,
        (byte)Arm64Condition.Below, (byte)Arm64Condition.AboveOrEqual, (byte)Arm64Condition.Above, (byte)Arm64Condition.BelowOrEqual,
        (byte)Arm64Condition.Less, (byte)Arm64Condition.GreaterOrEqual, (byte)Arm64Condition.Greater, (byte)Arm64Condition.LessOrEqual,
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
        var near = new Arm64Compiler(program, flow, allowsFrameGaps, buffer, capacity, scratch, jumpsFar: false);
        if (near.TryCompile())
            return near._code.Position;
        scratch.Reset(program.Count);
        var far = new Arm64Compiler(program, flow, allowsFrameGaps, buffer, capacity, scratch, jumpsFar: true);
        return far.TryCompile() ? far._code.Position : 0;
    }

    private static Arm64 Register(int register) => (Arm64)RegisterMap[register];

    private static Arm64Condition ConditionOf(NativeCondition condition) => (Arm64Condition)ConditionMap[(int)condition];

    /// <summary>False when the buffer is too small or a jump does not reach.</summary>
    private bool TryCompile()
    {
        EmitCommon();
        if (!TryReserveTable() || !CompilerFront<Arm64Compiler>.TryEmit(ref this))
            return false;
        FillTable();
        CompilerFront<Arm64Compiler>.PatchJumps(ref this);
        return _code.IsInRange;
    }

    public static bool DivisionEndsGroup => false;

    [UnscopedRef]
    ref CompilerState IBackend.State => ref _state;

    public readonly int Position => _code.Position;

    public void Patch(int at, int target) => _code.Patch(at, target);

    public void JumpTo(int target) => _code.JumpTo(target);

    public readonly void AlignLoop()
    {
    }

    public int TakeUnits(int units, bool isInLine)
    {
        Sum(true, Arm64Sum.SubFlags, Units, Units, units);
        return JumpIf(Arm64Condition.Below);
    }

    public int JumpIfUnitsBelow(int units)
    {
        Compare(true, Units, units);
        return JumpIf(Arm64Condition.Below);
    }

    public void AddUnits(int units) => Sum(true, units < 0 ? Arm64Sum.Sub : Arm64Sum.Add, Units, Units, Math.Abs(units));

    public void Leave(int index, int units)
    {
        _code.MoveImmediate(Free, index);
        _code.MoveImmediate(Free2, units);
        _code.JumpTo(_leavePosition);
    }

    public void EmitJump(int target) => _state.AddJump(_code.Jump(), target);

    public void EmitConditionalJump(in Instruction instruction, in JumpCondition condition)
    {
        Arm64 left = Read(instruction.Destination, Free);
        _state.AddConditionalJump(EmitComparison(in instruction, in condition, left), instruction.Target);
    }

    public void EmitReturn()
    {
        _code.LoadMoving(ReturnAddress, Callers, sizeof(ulong), Arm64Index.Post);
        _code.Return();
    }

    /// <returns>The jump for when the condition holds.</returns>
    private int EmitComparison(in Instruction instruction, in JumpCondition condition, Arm64 left)
    {
        bool wide = condition.IsWide;
        bool isEquality = condition.Condition is NativeCondition.Equal or NativeCondition.NotEqual;
        if (condition.TestsBits)
            EmitTest(in instruction, in condition, left);
        else if (condition.IsRegister)
            _code.Sum(wide, Arm64Sum.SubFlags, Arm64.Zero, left, Read(instruction.Source, Free2));
        else if (isEquality && instruction.Immediate == 0)
            return JumpIfZero(wide, condition.Condition == NativeCondition.Equal, left);
        else
            Compare(wide, left, instruction.Immediate);
        return JumpIf(ConditionOf(condition.Condition));
    }

    private void EmitTest(in Instruction instruction, in JumpCondition condition, Arm64 left)
    {
        bool wide = condition.IsWide;
        if (condition.IsRegister)
            _code.Logic(wide, Arm64Logic.AndFlags, Arm64.Zero, left, Read(instruction.Source, Free2));
        else if (!_code.TryLogic(wide, Arm64Logic.AndFlags, Arm64.Zero, left, (ulong)instruction.Immediate))
            _code.Logic(wide, Arm64Logic.AndFlags, Arm64.Zero, left, Constant(Free2, instruction.Immediate));
    }

    private int JumpIf(Arm64Condition condition)
    {
        if (!_jumpsFar)
            return _code.JumpIf(condition);
        int over = _code.JumpIf(condition ^ (Arm64Condition)1);
        return EndFarJump(over);
    }

    private int JumpIfZero(bool wide, bool isZero, Arm64 register)
    {
        if (!_jumpsFar)
            return _code.JumpIfZero(wide, isZero, register);
        int over = _code.JumpIfZero(wide, !isZero, register);
        return EndFarJump(over);
    }

    private int EndFarJump(int over)
    {
        int jump = _code.Jump();
        _code.PatchHere(over);
        return jump;
    }

    /// <summary>The register that has a BPF register's value; r10's is computed into the free one.</summary>
    private Arm64 Read(int register, Arm64 free)
    {
        if (!_state.IsHostFrame(register))
            return Register(register);
        LoadState(free, NativeOffsets.StackHost);
        _code.Sum(true, Arm64Sum.Sub, free, Frame, free);
        if (_state.HasGaps)
        {
            // Frames are apart twice their size: address = 2 * offset - frame.
            _code.ShiftLeft(true, free, free, 1);
            _code.TrySum(true, Arm64Sum.Sub, free, free, _state.Dialect.FrameBytes);
        }

        _code.TryLogic(true, Arm64Logic.Or, free, free, MemoryMap.StackAddress); // a bit that no offset reaches
        return free;
    }

    /// <summary>Leaves before this instruction when the condition holds.</summary>
    private void LeaveIf(Arm64Condition condition) => _state.AddLeave(JumpIf(condition));

    private void LeaveIfZero(bool wide, Arm64 register) => _state.AddLeave(JumpIfZero(wide, isZero: true, register));
}
