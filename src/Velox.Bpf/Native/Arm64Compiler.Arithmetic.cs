namespace Velox.Bpf;

/// <summary>Arithmetic: mostly one instruction each; division by zero gives here what eBPF wants.</summary>
internal unsafe ref partial struct Arm64Compiler
{
    private void EmitArithmetic(in Instruction instruction)
    {
        Arm64 to = Register(instruction.Destination);
        Operation operation = instruction.Operation;
        switch (operation)
        {
            case <= Operation.Mov64Reg:
                EmitPair(in instruction, wide: true);
                break;
            case <= Operation.Mov32Reg:
                EmitPair(in instruction, wide: false);
                break;
            case Operation.ReverseSub64Imm or Operation.ReverseSub32Imm:
                _code.Sum(operation == Operation.ReverseSub64Imm, Arm64Sum.Sub, to, Constant(Free, instruction.Immediate), to);
                break;
            case Operation.Neg64 or Operation.Neg32:
                _code.Sum(operation == Operation.Neg64, Arm64Sum.Sub, to, Arm64.Zero, to);
                break;
            case Operation.MovWide:
                _code.MoveImmediate(to, instruction.Immediate);
                break;
            case Operation.MovSx8To32 or Operation.MovSx16To32 or Operation.MovSx8To64 or Operation.MovSx16To64 or Operation.MovSx32To64:
                EmitSignExtendingMove(in instruction, to);
                break;
            case Operation.Truncate16:
                _code.Extend(false, isSigned: false, 16, to, to);
                break;
            case Operation.Truncate32:
                _code.Move(false, to, to);
                break;
            case Operation.Truncate64:
                break;
            case Operation.SwapBytes16:
                _code.ReverseBytes(16, to, to);
                _code.Extend(false, isSigned: false, 16, to, to);
                break;
            default:
                _code.ReverseBytes(operation == Operation.SwapBytes64 ? 64 : 32, to, to);
                break;
        }
    }

    private void EmitSignExtendingMove(in Instruction instruction, Arm64 to)
    {
        (int bits, bool wide) = instruction.Operation switch
        {
            Operation.MovSx8To32 => (8, false),
            Operation.MovSx16To32 => (16, false),
            Operation.MovSx8To64 => (8, true),
            Operation.MovSx16To64 => (16, true),
            _ => (32, true),
        };
        _code.Extend(wide, isSigned: true, bits, to, Read(instruction.Source, Free));
    }

    /// <summary>An operation that has a register and an immediate form.</summary>
    private void EmitPair(in Instruction instruction, bool wide)
    {
        Operation first = wide ? Operation.Add64Imm : Operation.Add32Imm;
        bool isRegister = ((instruction.Operation - first) & 1) != 0;
        var form = (Operation)((int)instruction.Operation - (isRegister ? 1 : 0));
        Arm64 to = Register(instruction.Destination);
        switch (form)
        {
            case Operation.Add64Imm or Operation.Add32Imm or Operation.AddSx32Imm:
                EmitSum(in instruction, wide, isRegister, Arm64Sum.Add, to);
                break;
            case Operation.Sub64Imm or Operation.Sub32Imm or Operation.SubSx32Imm:
                EmitSum(in instruction, wide, isRegister, Arm64Sum.Sub, to);
                break;
            case Operation.Or64Imm or Operation.Or32Imm:
                EmitLogic(in instruction, wide, isRegister, Arm64Logic.Or, to);
                break;
            case Operation.And64Imm or Operation.And32Imm:
                EmitLogic(in instruction, wide, isRegister, Arm64Logic.And, to);
                break;
            case Operation.Xor64Imm or Operation.Xor32Imm:
                EmitLogic(in instruction, wide, isRegister, Arm64Logic.Xor, to);
                break;
            case Operation.Mul64Imm or Operation.Mul32Imm or Operation.MulSx32Imm:
                _code.Multiply(wide, to, to, Operand(in instruction, isRegister));
                break;
            case Operation.MulHigh64Imm or Operation.SMulHigh64Imm:
                _code.MultiplyHigh(form == Operation.SMulHigh64Imm, to, to, Operand(in instruction, isRegister));
                break;
            case Operation.Lsh64Imm or Operation.Lsh32Imm:
                EmitShift(in instruction, wide, isRegister, Arm64Binary.ShiftLeft, to);
                break;
            case Operation.Rsh64Imm or Operation.Rsh32Imm:
                EmitShift(in instruction, wide, isRegister, Arm64Binary.ShiftRight, to);
                break;
            case Operation.Arsh64Imm or Operation.Arsh32Imm:
                EmitShift(in instruction, wide, isRegister, Arm64Binary.ArithmeticShiftRight, to);
                break;
            case Operation.Mov64Imm or Operation.Mov32Imm:
                EmitMove(in instruction, wide, isRegister, to);
                break;
            default:
                EmitDivision(in instruction, form, wide, isRegister, to);
                break;
        }

        if (form is Operation.AddSx32Imm or Operation.SubSx32Imm or Operation.MulSx32Imm)
            _code.Extend(true, isSigned: true, 32, to, to);
    }

    private void EmitSum(in Instruction instruction, bool wide, bool isRegister, Arm64Sum operation, Arm64 to)
    {
        if (isRegister)
            _code.Sum(wide, operation, to, to, Read(instruction.Source, Free));
        else
            Sum(wide, operation, to, to, instruction.Immediate);
    }

    private void EmitLogic(in Instruction instruction, bool wide, bool isRegister, Arm64Logic operation, Arm64 to)
    {
        if (isRegister || !_code.TryLogic(wide, operation, to, to, (ulong)instruction.Immediate))
            _code.Logic(wide, operation, to, to, Operand(in instruction, isRegister));
    }

    private void EmitMove(in Instruction instruction, bool wide, bool isRegister, Arm64 to)
    {
        if (isRegister)
            _code.Move(wide, to, Read(instruction.Source, Free));
        else
            _code.MoveImmediate(to, wide ? instruction.Immediate : (uint)instruction.Immediate);
    }

    private void EmitShift(in Instruction instruction, bool wide, bool isRegister, Arm64Binary shift, Arm64 to)
    {
        int count = (int)instruction.Immediate & (wide ? 63 : 31);
        if (isRegister)
            _code.Binary(wide, shift, to, to, Read(instruction.Source, Free)); // masks the count
        else if (shift == Arm64Binary.ShiftLeft)
            _code.ShiftLeft(wide, to, to, count);
        else
            _code.ShiftRight(wide, shift == Arm64Binary.ArithmeticShiftRight, to, to, count);
    }

    /// <summary>The processor divides by zero to 0 and MIN by -1 to MIN, so only sBPF's forms must look.</summary>
    private void EmitDivision(in Instruction instruction, Operation form, bool wide, bool isRegister, Arm64 to)
    {
        // Both widths stand in the same order, but that only the wide one has MulHigh behind.
        int kind = (form - (wide ? Operation.Div64Imm : Operation.Div32Imm)) / 2;
        bool isModulo = (kind & 1) != 0;
        bool isSigned = (kind & 2) != 0;
        bool traps = (kind & 4) != 0;
        Arm64 divisor = Operand(in instruction, isRegister);
        if (traps)
        {
            LeaveIfZero(wide, divisor);
            if (isSigned)
            {
                // Whether MIN / -1 overflows is the interpreter's to say.
                Compare(wide, divisor, -1);
                LeaveIf(Arm64Condition.Equal);
            }
        }

        Arm64 quotient = isModulo ? Free2 : to;
        _code.Binary(wide, isSigned ? Arm64Binary.SignedDivide : Arm64Binary.UnsignedDivide, quotient, to, divisor);
        if (isModulo)
            _code.MultiplySubtract(wide, to, quotient, divisor, to);
    }

    /// <summary>The second operand in a register.</summary>
    private Arm64 Operand(in Instruction instruction, bool isRegister) =>
        isRegister ? Read(instruction.Source, Free) : Constant(Free, instruction.Immediate);

    private Arm64 Constant(Arm64 register, long value)
    {
        if (value == 0)
            return Arm64.Zero;
        _code.MoveImmediate(register, value);
        return register;
    }

    /// <summary>A sum with any immediate; neither register is <see cref="Free2"/>.</summary>
    private void Sum(bool wide, Arm64Sum operation, Arm64 to, Arm64 left, long immediate)
    {
        // The opposite operation with the opposite number: the same but for the carry of 0, which is positive here.
        if (_code.TrySum(wide, operation, to, left, immediate)
            || _code.TrySum(wide, operation ^ Arm64Sum.Sub, to, left, -immediate))
        {
            return;
        }

        _code.Sum(wide, operation, to, left, Constant(Free2, immediate));
    }

    private void Compare(bool wide, Arm64 left, long immediate) => Sum(wide, Arm64Sum.SubFlags, Arm64.Zero, left, immediate);
}
