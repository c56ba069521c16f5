using System.Runtime.Intrinsics.X86;

namespace Velox.Bpf;

/// <summary>Turns a decoded program into x86-64 code: registers in registers, every access checked, every block metered.</summary>
/// <remarks>
/// <para>The code never decides how a program fails. Whatever is not the good path (a budget that does not cover a block, an
/// access outside the regions, a division by zero) stores the registers as they are before that instruction, gives back the
/// units of what was not executed, and leaves; the interpreter goes on from there and finds the exact error.</para>
/// <para>r0 to r9 live in rax, rdi, rsi, r8, r9, r10, rbx, r12, r13, r14; r10 in rbp; r11 has the remaining units, r15 the
/// context; rcx and rdx are free. Where the program cannot write r10, rbp holds its host address, so that the frame
/// is reached without translation; the program sees the converted value.</para>
/// </remarks>
internal unsafe ref partial struct X64Compiler
{
    /// <summary>
    /// Bytes of code for one instruction, out-of-line parts included, that no program needs on average: spans that take rdx from
    /// each other come to 224, functions beginning everywhere to 268. What needs more nevertheless is not compiled.
    /// </summary>
    internal const int MaxBytesPerInstruction = 320;

    /// <summary>More than one instruction needs in line, and more than its out-of-line part.</summary>
    private const int ReserveBytes = 512;

    /// <summary>Bytes of the common parts.</summary>
    internal const int CommonBytes = 2048;

    private const X64 Units = X64.R11;
    private const X64 Context = X64.R15;
    private const X64 Frame = X64.Rbp;
    private const int FramePointer = 10;
    private const int WindowBytes = 128;

    /// <summary>Cascade Lake and its kin decode a jump slowly that crosses or ends on such a boundary (Intel's JCC erratum).</summary>
    private const int JumpLineBytes = 32;

    private const int JumpBytes = 6;

    private readonly BpfProgram _program;
    private readonly Dialect _dialect;
    private readonly FlowAnalysis _flow;
    private readonly bool _hasHostFrame;
    private readonly bool _hasGaps;
    private readonly NativeScratch _scratch;
    private readonly int _limit;
    private X64Assembler _code;
    private RegionGuess _guess;

    private int _exitPosition;
    private int _leavePosition;
    private int _keepCallersPosition;
    private int _hostCallPosition;
    private int _translatePosition;
    private int _instructionPosition;
    private int _endedPosition;

    // The register whose accesses share the distance in rdx, and how far down.
    private int _groupBase;
    private int _groupEnd;

    // Of the instruction being compiled.
    private int _index;
    private int _unitsAfter;

    /// <summary>Where the code of an added instruction begins.</summary>
    private int _addedStart;

    private X64Compiler(BpfProgram program, FlowAnalysis flow, bool allowsFrameGaps, byte* buffer, int capacity, NativeScratch scratch)
    {
        _program = program;
        _dialect = program.Dialect;
        _flow = flow;
        _hasHostFrame = !_dialect.MovesFramePointer;
        _hasGaps = _dialect.HasFrameGaps && allowsFrameGaps;
        _scratch = scratch;
        _limit = capacity - ReserveBytes;
        _code = new X64Assembler(buffer);
    }

    /// <summary>Whether the processor has what the code uses.</summary>
    internal static bool IsSupported => X86Base.X64.IsSupported && OperatingSystem.IsLinux();

    private static ReadOnlySpan<byte> RegisterMap =>
    [
        (byte)X64.Rax, (byte)X64.Rdi, (byte)X64.Rsi, (byte)X64.R8, (byte)X64.R9, (byte)X64.R10,
        (byte)X64.Rbx, (byte)X64.R12, (byte)X64.R13, (byte)X64.R14, (byte)X64.Rbp,
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
        if (!compiler.TryEmitProgram() || !compiler.TryEmitColdParts() || !compiler.TryEmitTable())
            return 0;
        foreach ((int at, int index) in scratch.Jumps)
            compiler._code.Patch(at, scratch.Offsets[index]);
        foreach ((int at, int target) in scratch.BodyCalls)
            compiler._code.Patch(at, scratch.Bodies[target]);
        return compiler._code.Position;
    }

    private static X64 Register(int register) => (X64)RegisterMap[register];

    private bool TryEmitProgram()
    {
        Instruction[] code = _program.Instructions;
        _guess.EnterFunction();
        _groupBase = NoGroup;
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
        if (_flow.IsLoopHead(_index))
            AlignLoop();
        _groupBase = NoGroup;
        _scratch.Offsets[_index] = _code.Position;
        int units = _flow.Charge(_index);
        KeepOnLine(ImmediateBytes(units) + JumpBytes);
        _code.Alu(true, X64Alu.Sub, Units, units);
        LeaveIf(Condition.Below, units);
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
                EmitJump(instruction.Target);
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
        X64 left = Read(instruction.Destination, X64.Rdx);
        X64 right = isRegister ? Read(instruction.Source, X64.Rcx) : X64.Rcx;
        int immediate = (int)instruction.Immediate;
        KeepOnLine(JumpBytes + (isRegister || (immediate == 0 && family != Operation.JumpSet64Imm) ? 3
            : family == Operation.JumpSet64Imm ? 7 : ImmediateBytes(immediate)));
        if (family == Operation.JumpSet64Imm)
        {
            if (isRegister)
                _code.Test(wide, left, right);
            else
                _code.TestImmediate(wide, left, immediate);
        }
        else if (isRegister)
        {
            _code.Alu(wide, X64Alu.Compare, left, right);
        }
        else if (immediate == 0)
        {
            _code.Test(wide, left, left);
        }
        else
        {
            _code.Alu(wide, X64Alu.Compare, left, immediate);
        }

        Condition condition = ConditionOf(family);
        if (_unitsAfter > 0)
            _scratch.Exits.Add(new ChainExit(_code.JumpIf(condition), instruction.Target, _unitsAfter));
        else if (IsNearBack(instruction.Target))
            _code.JumpBackShort(condition, _scratch.Offsets[instruction.Target]);
        else
            JumpToInstruction(_code.JumpIf(condition), instruction.Target);
    }

    private void EmitJump(int target)
    {
        KeepOnLine(5);
        if (IsNearBack(target))
            _code.JumpBackShort(null, _scratch.Offsets[target]);
        else
            JumpToInstruction(_code.Jump(), target);
    }

    /// <summary>Whether the target's code is there already, and so near that a short jump reaches it.</summary>
    private readonly bool IsNearBack(int target) =>
        target <= _index && _scratch.Offsets[target] >= 0 && _code.IsShortBack(_scratch.Offsets[target], 2);

    private static Condition ConditionOf(Operation family) => family switch
    {
        Operation.JumpEq64Imm => Condition.Equal,
        Operation.JumpNe64Imm or Operation.JumpSet64Imm => Condition.NotEqual,
        Operation.JumpGt64Imm => Condition.Above,
        Operation.JumpGe64Imm => Condition.AboveOrEqual,
        Operation.JumpLt64Imm => Condition.Below,
        Operation.JumpLe64Imm => Condition.BelowOrEqual,
        Operation.JumpSGt64Imm => Condition.Greater,
        Operation.JumpSGe64Imm => Condition.GreaterOrEqual,
        Operation.JumpSLt64Imm => Condition.Less,
        _ => Condition.LessOrEqual,
    };

    private void JumpToInstruction(int at, int index) => _scratch.Jumps.Add((at, index));

    /// <summary>The register that has a BPF register's value; r10's is computed into the free one.</summary>
    private X64 Read(int register, X64 free)
    {
        if (register != FramePointer || !_hasHostFrame)
            return Register(register);
        if (free == X64.Rdx)
            _groupBase = NoGroup;
        _code.Move(true, free, Frame);
        _code.Alu(true, X64Alu.Sub, free, Context, NativeOffsets.StackHost);
        if (_hasGaps)
        {
            // Frames are apart twice their size: address = 2 * offset - frame.
            _code.Alu(true, X64Alu.Add, free, free);
            _code.Alu(true, X64Alu.Sub, free, _dialect.FrameBytes);
        }

        _code.SetBit(free, 33); // + StackAddress, which no offset reaches
        return free;
    }

    /// <summary>Leaves before this instruction, at once.</summary>
    private void Leave()
    {
        _code.MoveImmediate(X64.Rcx, _index);
        _code.MoveImmediate(X64.Rdx, _unitsAfter + 1);
        _code.JumpTo(_leavePosition);
    }

    /// <summary>Leaves before this instruction when the condition holds.</summary>
    private void LeaveIf(Condition condition) => LeaveIf(condition, _unitsAfter + 1);

    private void LeaveIf(Condition condition, int units) =>
        _scratch.Leaves.Add(new ColdLeave(_code.JumpIf(condition), _index, units));

    /// <summary>A jump out of a chain: settles what was paid in advance with what the target costs, past its own payment.</summary>
    private void EmitChainExit(in ChainExit exit)
    {
        _code.Patch(exit.At, _code.Position);
        int due = _flow.Charge(exit.Target) - exit.Refund;
        if (due > 0)
        {
            _code.Alu(true, X64Alu.Sub, Units, due);
            int unpaid = _code.JumpIf(Condition.Below);
            _scratch.Leaves.Add(new ColdLeave(unpaid, exit.Target, _flow.Charge(exit.Target)));
        }
        else if (due < 0)
        {
            _code.Alu(true, X64Alu.Add, Units, -due);
        }

        _code.JumpTo(_scratch.Bodies[exit.Target]);
    }

    private static int ImmediateBytes(int immediate) => immediate == (sbyte)immediate ? 4 : 7;

    private static int DisplacementBytes(int displacement) => displacement == (sbyte)displacement ? 4 : 7;

    private void AlignLoop()
    {
        int gap = -_code.Position & (JumpLineBytes - 1);
        if (gap <= 24)
            _code.Nop(gap);
    }

    /// <summary>Keeps the next instructions, a compare with its jump, on one line.</summary>
    private void KeepOnLine(int bytes)
    {
        int offset = _code.Position & (JumpLineBytes - 1);
        if (offset + bytes >= JumpLineBytes)
            _code.Nop(JumpLineBytes - offset);
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
            _code.Patch(leave.At, _code.Position);
            _code.MoveImmediate(X64.Rcx, leave.Index);
            _code.MoveImmediate(X64.Rdx, leave.Units);
            _code.JumpTo(_leavePosition);
        }

        return true;
    }
}
