using System.Runtime.InteropServices;

namespace Velox.Bpf;

/// <summary>Instructions that other rooms have added, as in <see cref="X64Compiler"/>.</summary>
internal unsafe ref partial struct Arm64Compiler : INativeCode
{
    private const int MaxAddedStepBytes = 24;

    readonly NativeArchitecture INativeCode.Architecture => NativeArchitecture.Arm64;

    private void EmitAdded(in Instruction instruction)
    {
        _groupBase = NoGroup;
        AddedInstruction added = _program.Added[(int)(instruction.Immediate >> 32)];
        bool usesFrame = instruction.Destination == FramePointer || instruction.Source == FramePointer;
        if (added.Emitter is null || added.PriceUnits > int.MaxValue || usesFrame || !added.Emitter.Supports(NativeArchitecture.Arm64))
        {
            RunAddedOutside(_index);
            return;
        }

        int first = _scratch.FallBacks.Count;
        _addedStart = _code.Position;
        if (added.PriceUnits > 0)
        {
            Compare(true, Units, (long)added.PriceUnits);
            FallBackIf(Arm64Condition.Below);
        }

        added.Emitter.Emit(ref this, InstructionWord.Read(_program.Image.Text.Span, _index));
        if (added.PriceUnits > 0)
            Sum(true, Arm64Sum.Sub, Units, Units, (int)added.PriceUnits);
        for (int i = first; i < _scratch.FallBacks.Count; i++)
            _scratch.FallBacks[i] = _scratch.FallBacks[i] with { Back = _code.Position };
    }

    /// <summary>Calls the instruction's function; leaves where it has ended the program.</summary>
    private void RunAddedOutside(int index)
    {
        _code.MoveImmediate(Free, index);
        _code.CallTo(_instructionPosition);
        int goesOn = _code.JumpIfZero(false, isZero: false, Free);
        _code.JumpTo(_endedPosition);
        _code.PatchHere(goesOn);
    }

    private bool TryEmitFallBacks()
    {
        List<ColdFallBack> fallBacks = _scratch.FallBacks;
        for (int i = 0; i < fallBacks.Count; i++)
        {
            if (_code.Position > _limit)
                return false;
            ColdFallBack fallBack = fallBacks[i];
            _code.PatchHere(fallBack.At);
            if (i + 1 < fallBacks.Count && fallBacks[i + 1].Index == fallBack.Index)
                continue;
            RunAddedOutside(fallBack.Index);
            _code.JumpTo(fallBack.Back);
        }

        return true;
    }

    private void FallBackIf(Arm64Condition condition) => _scratch.FallBacks.Add(new ColdFallBack(JumpIf(condition), _index, 0));

    readonly int INativeCode.NumberOf(NativeRegister register) => (int)Register(register);

    void INativeCode.Constant(NativeRegister to, long value)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        _code.MoveImmediate(Register(to), value);
    }

    void INativeCode.HostWord(NativeRegister to, int index)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)VirtualMachine.HostWordCount, nameof(index));
        LoadState(Register(to), NativeOffsets.HostWords + (sizeof(ulong) * index));
    }

    void INativeCode.Load(int bytes, NativeRegister to, NativeRegister address, int displacement)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        _code.Load(bytes, isSigned: false, Register(to), Register(address), displacement);
    }

    void INativeCode.Store(int bytes, NativeRegister from, NativeRegister address, int displacement)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        _code.Store(bytes, Register(from), Register(address), displacement);
    }

    void INativeCode.Move(NativeRegister to, NativeRegister from)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        _code.Move(true, Register(to), Register(from));
    }

    void INativeCode.Compute(NativeArithmetic operation, NativeRegister to, NativeRegister from)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        (Arm64 target, Arm64 operand) = (Register(to), Register(from));
        switch (operation)
        {
            case NativeArithmetic.Add:
                _code.Sum(true, Arm64Sum.Add, target, target, operand);
                break;
            case NativeArithmetic.Subtract:
                _code.Sum(true, Arm64Sum.Sub, target, target, operand);
                break;
            case NativeArithmetic.And:
                _code.Logic(true, Arm64Logic.And, target, target, operand);
                break;
            case NativeArithmetic.Or:
                _code.Logic(true, Arm64Logic.Or, target, target, operand);
                break;
            default:
                _code.Logic(true, Arm64Logic.Xor, target, target, operand);
                break;
        }
    }

    void INativeCode.ShiftLeft(NativeRegister to, int count)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        _code.ShiftLeft(true, Register(to), Register(to), count);
    }

    void INativeCode.ShiftRight(NativeRegister to, int count)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        _code.ShiftRight(true, isSigned: false, Register(to), Register(to), count);
    }

    void INativeCode.MoveIf(
        NativeCondition condition, NativeRegister left, NativeRegister right, NativeRegister to, NativeRegister from)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        _code.Sum(true, Arm64Sum.SubFlags, Arm64.Zero, Register(left), Register(right));
        _code.Select(ConditionOf(condition), Register(to), Register(from), Register(to));
    }

    void INativeCode.FallBackIf(NativeCondition condition, NativeRegister left, NativeRegister right)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        _code.Sum(true, Arm64Sum.SubFlags, Arm64.Zero, Register(left), Register(right));
        FallBackIf(ConditionOf(condition));
    }

    void INativeCode.Machine(ReadOnlySpan<byte> code)
    {
        RequireAddedRoom(code.Length);
        foreach (uint word in MemoryMarshal.Cast<byte, uint>(code))
            _code.Word(word);
    }

    private readonly void RequireAddedRoom(int bytes)
    {
        if (_code.Position + bytes - _addedStart > AddedEmitter.MaxBytes)
        {
            throw new InvalidOperationException(
                $"The code of the added instruction at {_index} is longer than {AddedEmitter.MaxBytes} bytes.");
        }
    }

    private static Arm64 Register(NativeRegister register) => register switch
    {
        NativeRegister.Free0 => Offset,
        NativeRegister.Free1 => Start,
        _ => Register((int)register),
    };

    private static Arm64Condition ConditionOf(NativeCondition condition) => condition switch
    {
        NativeCondition.Equal => Arm64Condition.Equal,
        NativeCondition.NotEqual => Arm64Condition.NotEqual,
        NativeCondition.UnsignedBelow => Arm64Condition.Below,
        NativeCondition.UnsignedAboveOrEqual => Arm64Condition.AboveOrEqual,
        NativeCondition.UnsignedAbove => Arm64Condition.Above,
        NativeCondition.UnsignedBelowOrEqual => Arm64Condition.BelowOrEqual,
        NativeCondition.Less => Arm64Condition.Less,
        NativeCondition.GreaterOrEqual => Arm64Condition.GreaterOrEqual,
        NativeCondition.Greater => Arm64Condition.Greater,
        _ => Arm64Condition.LessOrEqual,
    };
}
