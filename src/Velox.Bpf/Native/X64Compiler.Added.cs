namespace Velox.Bpf;

/// <summary>Instructions that other rooms have added: their own code, or a call of their function.</summary>
internal unsafe ref partial struct X64Compiler : INativeCode
{
    /// <summary>More than any of the interface's methods writes but <see cref="INativeCode.Machine"/>.</summary>
    private const int MaxAddedStepBytes = 24;

    readonly NativeArchitecture INativeCode.Architecture => NativeArchitecture.X64;

    private void EmitAdded(in Instruction instruction)
    {
        _groupBase = NoGroup;
        AddedInstruction added = _program.Added[(int)(instruction.Immediate >> 32)];
        bool usesFrame = instruction.Destination == FramePointer || instruction.Source == FramePointer;
        if (added.Emitter is null || added.PriceUnits > int.MaxValue || usesFrame || !added.Emitter.Supports(NativeArchitecture.X64))
        {
            RunOutside(_index);
            _code.Patch(_code.JumpIf(Condition.Equal), _endedPosition);
            return;
        }

        int first = _scratch.FallBacks.Count;
        _addedStart = _code.Position;
        if (added.PriceUnits > 0)
        {
            _code.Alu(true, X64Alu.Compare, Units, (int)added.PriceUnits);
            FallBackIf(Condition.Below);
        }

        added.Emitter.Emit(ref this, InstructionWord.Read(_program.Image.Text.Span, _index));
        if (added.PriceUnits > 0)
            _code.Alu(true, X64Alu.Sub, Units, (int)added.PriceUnits);
        for (int i = first; i < _scratch.FallBacks.Count; i++)
            _scratch.FallBacks[i] = _scratch.FallBacks[i] with { Back = _code.Position };
    }

    /// <summary>The calls that added instructions fall back to: one for all the jumps of an instruction.</summary>
    private bool TryEmitFallBacks()
    {
        List<ColdFallBack> fallBacks = _scratch.FallBacks;
        for (int i = 0; i < fallBacks.Count; i++)
        {
            if (_code.Position > _limit)
                return false;
            ColdFallBack fallBack = fallBacks[i];
            _code.Patch(fallBack.At, _code.Position);
            if (i + 1 < fallBacks.Count && fallBacks[i + 1].Index == fallBack.Index)
                continue;
            RunOutside(fallBack.Index);
            _code.Patch(_code.JumpIf(Condition.Equal), _endedPosition);
            _code.JumpTo(fallBack.Back);
        }

        return true;
    }

    private void FallBackIf(Condition condition) => _scratch.FallBacks.Add(new ColdFallBack(_code.JumpIf(condition), _index, 0));

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
        _code.LoadWide(Register(to), Context, NativeOffsets.HostWords + (sizeof(ulong) * index));
    }

    void INativeCode.Load(int bytes, NativeRegister to, NativeRegister address, int displacement)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        _code.Load(bytes, isSigned: false, Register(to), new X64Memory(Register(address), displacement));
    }

    void INativeCode.Store(int bytes, NativeRegister from, NativeRegister address, int displacement)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        _code.Store(bytes, Register(from), new X64Memory(Register(address), displacement));
    }

    void INativeCode.Move(NativeRegister to, NativeRegister from)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        _code.Move(true, Register(to), Register(from));
    }

    void INativeCode.Compute(NativeArithmetic operation, NativeRegister to, NativeRegister from)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        X64Alu alu = operation switch
        {
            NativeArithmetic.Add => X64Alu.Add,
            NativeArithmetic.Subtract => X64Alu.Sub,
            NativeArithmetic.And => X64Alu.And,
            NativeArithmetic.Or => X64Alu.Or,
            _ => X64Alu.Xor,
        };
        _code.Alu(true, alu, Register(to), Register(from));
    }

    void INativeCode.ShiftLeft(NativeRegister to, int count)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        _code.ShiftImmediate(true, X64Shift.Left, Register(to), count);
    }

    void INativeCode.ShiftRight(NativeRegister to, int count)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        _code.ShiftImmediate(true, X64Shift.Right, Register(to), count);
    }

    void INativeCode.MoveIf(
        NativeCondition condition, NativeRegister left, NativeRegister right, NativeRegister to, NativeRegister from)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        _code.Alu(true, X64Alu.Compare, Register(left), Register(right));
        _code.MoveIf(ConditionOf(condition), Register(to), Register(from));
    }

    void INativeCode.FallBackIf(NativeCondition condition, NativeRegister left, NativeRegister right)
    {
        RequireAddedRoom(MaxAddedStepBytes);
        _code.Alu(true, X64Alu.Compare, Register(left), Register(right));
        FallBackIf(ConditionOf(condition));
    }

    void INativeCode.Machine(ReadOnlySpan<byte> code)
    {
        RequireAddedRoom(code.Length);
        _code.Bytes(code);
    }

    private readonly void RequireAddedRoom(int bytes)
    {
        if (_code.Position + bytes - _addedStart > AddedEmitter.MaxBytes)
        {
            throw new InvalidOperationException(
                $"The code of the added instruction at {_index} is longer than {AddedEmitter.MaxBytes} bytes.");
        }
    }

    private static X64 Register(NativeRegister register) => register switch
    {
        NativeRegister.Free0 => X64.Rcx,
        NativeRegister.Free1 => X64.Rdx,
        _ => Register((int)register),
    };

    private static Condition ConditionOf(NativeCondition condition) => condition switch
    {
        NativeCondition.Equal => Condition.Equal,
        NativeCondition.NotEqual => Condition.NotEqual,
        NativeCondition.UnsignedBelow => Condition.Below,
        NativeCondition.UnsignedAboveOrEqual => Condition.AboveOrEqual,
        NativeCondition.UnsignedAbove => Condition.Above,
        NativeCondition.UnsignedBelowOrEqual => Condition.BelowOrEqual,
        NativeCondition.Less => Condition.Less,
        NativeCondition.GreaterOrEqual => Condition.GreaterOrEqual,
        NativeCondition.Greater => Condition.Greater,
        _ => Condition.LessOrEqual,
    };
}
