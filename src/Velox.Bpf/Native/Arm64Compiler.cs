namespace Velox.Bpf;

/// <summary>Turns a decoded program into AArch64 code, by the same contract as <see cref="X64Compiler"/>.</summary>
/// <remarks>
/// <para>Tests execute the code under an emulator, with the machine around it on x86-64. The process itself on ARM64 (entry by
/// a function pointer, the instruction cache) is compiled, but has not run on such a machine yet.</para>
/// <para>r0 to r5 live in x0 to x5, r6 to r9 in x19 to x22, r10 in x25; x23 has the remaining units, x24 the start of the code,
/// x26 the callers' words, x27 the state, x28 a window that reaches those of all usual segments. x8 has the host address of a
/// group of accesses; x9 to x13, x16 and x17 are free. Where the program cannot write r10, x25 holds its host address.</para>
/// <para>The stack pointer moves at the entry only, since it must stay a multiple of 16: the callers' words have a stack of
/// their own above it.</para>
/// </remarks>
internal unsafe ref partial struct Arm64Compiler
{
    /// <summary>
    /// Bytes of code for one instruction, out-of-line parts included, that no program needs on average: functions beginning
    /// everywhere come to 208. What needs more nevertheless is not compiled.
    /// </summary>
    internal const int MaxBytesPerInstruction = 320;

    /// <summary>More than one instruction needs in line, and more than its out-of-line part.</summary>
    private const int ReserveBytes = 512;

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
    private const int FramePointer = 10;
    private const int NoGroup = -1;

    private readonly BpfProgram _program;
    private readonly Dialect _dialect;
    private readonly FlowAnalysis _flow;
    private readonly bool _hasHostFrame;
    private readonly bool _hasGaps;
    private readonly NativeScratch _scratch;
    private readonly int _limit;

    /// <summary>Whether conditional jumps go over unconditional ones, since their own 1 MiB may not reach.</summary>
    private readonly bool _jumpsFar;

    private Arm64Assembler _code;
    private RegionGuess _guess;

    private int _exitPosition;
    private int _leavePosition;
    private int _keepCallersPosition;
    private int _hostCallPosition;
    private int _translatePosition;
    private int _instructionPosition;
    private int _endedPosition;
    private int _tablePosition;
    private bool _hasTable;

    // The register whose accesses share the address in x8, how far down, and the offset that x8 stands for.
    private int _groupBase;
    private int _groupEnd;
    private int _groupLow;

    // Of the instruction being compiled.
    private int _index;
    private int _unitsAfter;

    /// <summary>Where the code of an added instruction begins.</summary>
    private int _addedStart;

    private Arm64Compiler(
        BpfProgram program, FlowAnalysis flow, bool allowsFrameGaps, byte* buffer, int capacity, NativeScratch scratch, bool jumpsFar)
    {
        _program = program;
        _dialect = program.Dialect;
        _flow = flow;
        _hasHostFrame = !_dialect.MovesFramePointer;
        _hasGaps = _dialect.HasFrameGaps && allowsFrameGaps;
        _scratch = scratch;
        _limit = capacity - ReserveBytes;
        _jumpsFar = jumpsFar;
        _groupBase = NoGroup;
        _code = new Arm64Assembler(buffer);
    }

    private static ReadOnlySpan<byte> RegisterMap =>
    [
        (byte)Arm64.X0, (byte)Arm64.X1, (byte)Arm64.X2, (byte)Arm64.X3, (byte)Arm64.X4, (byte)Arm64.X5,
        (byte)Arm64.X19, (byte)Arm64.X20, (byte)Arm64.X21, (byte)Arm64.X22, (byte)Frame,
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

    /// <summary>False when the buffer is too small or a jump does not reach.</summary>
    private bool TryCompile()
    {
        EmitCommon();
        if (!TryReserveTable() || !TryEmitProgram() || !TryEmitColdParts())
            return false;
        FillTable();
        foreach ((int at, int index) in _scratch.Jumps)
            _code.Patch(at, _scratch.Offsets[index]);
        foreach ((int at, int target) in _scratch.BodyCalls)
            _code.Patch(at, _scratch.Bodies[target]);
        return _code.IsInRange;
    }

    private bool TryEmitProgram()
    {
        Instruction[] code = _program.Instructions;
        _guess.EnterFunction();
        int rest = 0;
        for (_index = 0; _index < code.Length; _index++)
        {
            if (_code.Position > _limit)
                return false;
            ref readonly Instruction instruction = ref code[_index];
            if (_flow.IsFunction(_index))
                _guess.EnterFunction();
            if (_flow.IsHead(_index))
            {
                EmitHead();
                rest = _flow.Charge(_index);
            }

            rest--;
            _unitsAfter = rest;
            Emit(in instruction);
            _guess.Follow(in instruction);
            if (instruction.Operation == Operation.MovWide)
                _index++;
        }

        return true;
    }

    /// <summary>The start of a chain of blocks: takes the units of all its instructions at once.</summary>
    private void EmitHead()
    {
        _groupBase = NoGroup;
        _scratch.Offsets[_index] = _code.Position;
        int units = _flow.Charge(_index);
        Sum(true, Arm64Sum.SubFlags, Units, Units, units);
        LeaveIf(Arm64Condition.Below, units);
        _scratch.Bodies[_index] = _code.Position;
    }

    private void Emit(in Instruction instruction)
    {
        switch (instruction.Operation)
        {
            case <= Operation.Overrun:
                Leave();
                break;
            case < Operation.Load8:
                EmitArithmetic(in instruction);
                break;
            case <= Operation.Store64Reg:
                EmitAccess(in instruction);
                break;
            case <= Operation.CompareExchange64:
                EmitAtomic();
                break;
            case Operation.Jump:
                JumpToInstruction(_code.Jump(), instruction.Target);
                break;
            case <= Operation.JumpSLe32Reg:
                EmitComparingJump(in instruction);
                break;
            case Operation.CallHost:
                EmitHostCall((int)instruction.Immediate);
                break;
            case Operation.CallLocal:
                EmitLocalCall(instruction.Target);
                break;
            case Operation.CallRegister:
                EmitCallRegister(in instruction);
                break;
            case Operation.Added:
                EmitAdded(in instruction);
                break;
            case Operation.Exit:
                _code.LoadMoving(ReturnAddress, Callers, sizeof(ulong), Arm64Index.Post);
                _code.Return();
                break;
            default:
                Leave();
                break;
        }
    }

    private void EmitComparingJump(in Instruction instruction)
    {
        int kind = instruction.Operation - Operation.JumpEq64Imm;
        bool wide = (kind & 2) == 0;
        bool isRegister = (kind & 1) != 0;
        var family = (Operation)((int)Operation.JumpEq64Imm + (kind & ~3));
        Arm64 left = Read(instruction.Destination, Free);
        int jump;
        if (!isRegister && instruction.Immediate == 0 && family is Operation.JumpEq64Imm or Operation.JumpNe64Imm)
        {
            jump = JumpIfZero(wide, family == Operation.JumpEq64Imm, left);
        }
        else
        {
            if (family == Operation.JumpSet64Imm)
                EmitTest(in instruction, wide, isRegister, left);
            else if (isRegister)
                _code.Sum(wide, Arm64Sum.SubFlags, Arm64.Zero, left, Read(instruction.Source, Free2));
            else
                Compare(wide, left, instruction.Immediate);
            jump = JumpIf(ConditionOf(family));
        }

        if (_unitsAfter == 0)
            JumpToInstruction(jump, instruction.Target);
        else
            _scratch.Exits.Add(new ChainExit(jump, instruction.Target, _unitsAfter));
    }

    private void EmitTest(in Instruction instruction, bool wide, bool isRegister, Arm64 left)
    {
        if (isRegister)
            _code.Logic(wide, Arm64Logic.AndFlags, Arm64.Zero, left, Read(instruction.Source, Free2));
        else if (!_code.TryLogic(wide, Arm64Logic.AndFlags, Arm64.Zero, left, (ulong)instruction.Immediate))
            _code.Logic(wide, Arm64Logic.AndFlags, Arm64.Zero, left, Constant(Free2, instruction.Immediate));
    }

    private static Arm64Condition ConditionOf(Operation family) => family switch
    {
        Operation.JumpEq64Imm => Arm64Condition.Equal,
        Operation.JumpNe64Imm or Operation.JumpSet64Imm => Arm64Condition.NotEqual,
        Operation.JumpGt64Imm => Arm64Condition.Above,
        Operation.JumpGe64Imm => Arm64Condition.AboveOrEqual,
        Operation.JumpLt64Imm => Arm64Condition.Below,
        Operation.JumpLe64Imm => Arm64Condition.BelowOrEqual,
        Operation.JumpSGt64Imm => Arm64Condition.Greater,
        Operation.JumpSGe64Imm => Arm64Condition.GreaterOrEqual,
        Operation.JumpSLt64Imm => Arm64Condition.Less,
        _ => Arm64Condition.LessOrEqual,
    };

    private void JumpToInstruction(int at, int index) => _scratch.Jumps.Add((at, index));

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
        if (register != FramePointer || !_hasHostFrame)
            return Register(register);
        LoadState(free, NativeOffsets.StackHost);
        _code.Sum(true, Arm64Sum.Sub, free, Frame, free);
        if (_hasGaps)
        {
            // Frames are apart twice their size: address = 2 * offset - frame.
            _code.ShiftLeft(true, free, free, 1);
            _code.TrySum(true, Arm64Sum.Sub, free, free, _dialect.FrameBytes);
        }

        _code.TryLogic(true, Arm64Logic.Or, free, free, MemoryMap.StackAddress); // a bit that no offset reaches
        return free;
    }

    /// <summary>Leaves before this instruction, at once.</summary>
    private void Leave() => Leave(_index, _unitsAfter + 1);

    private void Leave(int index, int units)
    {
        _code.MoveImmediate(Free, index);
        _code.MoveImmediate(Free2, units);
        _code.JumpTo(_leavePosition);
    }

    /// <summary>Leaves before this instruction when the condition holds.</summary>
    private void LeaveIf(Arm64Condition condition) => LeaveIf(condition, _unitsAfter + 1);

    private void LeaveIf(Arm64Condition condition, int units) => LeaveBy(JumpIf(condition), units);

    private void LeaveIfZero(bool wide, Arm64 register) => LeaveBy(JumpIfZero(wide, isZero: true, register), _unitsAfter + 1);

    private void LeaveBy(int jump, int units) => _scratch.Leaves.Add(new ColdLeave(jump, _index, units));

    /// <summary>A jump out of a chain: settles what was paid in advance with what the target costs, past its own payment.</summary>
    private void EmitChainExit(in ChainExit exit)
    {
        _code.PatchHere(exit.At);
        int due = _flow.Charge(exit.Target) - exit.Refund;
        if (due > 0)
        {
            Sum(true, Arm64Sum.SubFlags, Units, Units, due);
            int unpaid = JumpIf(Arm64Condition.Below);
            _scratch.Leaves.Add(new ColdLeave(unpaid, exit.Target, _flow.Charge(exit.Target)));
        }
        else if (due < 0)
        {
            Sum(true, Arm64Sum.Add, Units, Units, -due);
        }

        _code.JumpTo(_scratch.Bodies[exit.Target]);
    }

    private bool TryEmitColdParts()
    {
        foreach (ColdAccess access in _scratch.Accesses)
        {
            if (_code.Position > _limit)
                return false;
            EmitColdAccess(in access);
        }

        if (!TryEmitFallBacks())
            return false;
        foreach (ChainExit exit in _scratch.Exits)
        {
            if (_code.Position > _limit)
                return false;
            EmitChainExit(in exit);
        }

        foreach (ColdLeave leave in _scratch.Leaves)
        {
            if (_code.Position > _limit)
                return false;
            _code.PatchHere(leave.At);
            Leave(leave.Index, leave.Units);
        }

        return true;
    }
}
