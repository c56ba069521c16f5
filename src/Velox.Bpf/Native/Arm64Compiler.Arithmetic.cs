namespace Velox.Bpf;

/// <summary>Arithmetic: mostly one instruction each; division by zero gives here what eBPF wants.</summary>
internal unsafe ref partial struct Arm64Compiler
{
    public void EmitArithmetic(in Instruction instruction, in ArithmeticMeaning arithmetic)
    {
        Arm64 to = Register(instruction.Destination);
        bool wide = arithmetic.IsWide;
        switch (arithmetic.Kind)
        {
            case ArithmeticKind.Add:
                EmitSum(in instruction, in arithmetic, Arm64Sum.Add, to);
                break;
            case ArithmeticKind.Subtract:
                EmitSum(in instruction, in arithmetic, Arm64Sum.Sub, to);
                break;
            case ArithmeticKind.Or:
                EmitLogic(in instruction, in arithmetic, Arm64Logic.Or, to);
                break;
            case ArithmeticKind.And:
                EmitLogic(in instruction, in arithmetic, Arm64Logic.And, to);
                break;
            case ArithmeticKind.Xor:
                EmitLogic(in instruction, in arithmetic, Arm64Logic.Xor, to);
                break;
            case ArithmeticKind.Multiply:
                _code.Multiply(wide, to, to, Operand(in instruction, arithmetic.IsRegister));
                break;
            case ArithmeticKind.MultiplyHigh:
                _code.MultiplyHigh(arithmetic.IsSigned, to, to, Operand(in instruction, arithmetic.IsRegister));
                break;
            case ArithmeticKind.Divide or ArithmeticKind.Modulo:
                EmitDivision(in instruction, in arithmetic, to);
                break;
            case ArithmeticKind.ShiftLeft:
                EmitShift(in instruction, in arithmetic, Arm64Binary.ShiftLeft, to);
                break;
            case ArithmeticKind.ShiftRight:
                EmitShift(in instruction, in arithmetic, Arm64Binary.ShiftRight, to);
                break;
            case ArithmeticKind.ArithmeticShiftRight:
                EmitShift(in instruction, in arithmetic, Arm64Binary.ArithmeticShiftRight, to);
                break;
            case ArithmeticKind.Move:
                EmitMove(in instruction, in arithmetic, to);
                break;
            case ArithmeticKind.ReverseSubtract:
                _code.Sum(wide, Arm64Sum.Sub, to, Constant(Free, instruction.Immediate), to);
                break;
            case ArithmeticKind.Negate:
                _code.Sum(wide, Arm64Sum.Sub, to, Arm64.Zero, to);
                break;
            case ArithmeticKind.SignExtend:
                _code.Extend(wide, isSigned: true, arithmetic.Bits, to, Read(instruction.Source, Free));
                break;
            case ArithmeticKind.Truncate:
                EmitTruncate(arithmetic.Bits, to);
                break;
            default:
                EmitSwapBytes(arithmetic.Bits, to);
                break;
        }
    }

    public void ExtendSign(int register) => _code.Extend(true, isSigned: true, 32, Register(register), Register(register));

    private void EmitTruncate(int bits, Arm64 to)
    {
        if (bits == 16)
            _code.Extend(false, isSigned: false, 16, to, to);
        else if (bits == 32)
            _code.Move(false, to, to);
    }

    private void EmitSwapBytes(int bits, Arm64 to)
    {
        _code.ReverseBytes(bits, to, to);
        if (bits == 16)
            _code.Extend(false, isSigned: false, 16, to, to);
    }

    private void EmitSum(in Instruction instruction, in ArithmeticMeaning arithmetic, Arm64Sum operation, Arm64 to)
    {
        if (arithmetic.IsRegister)
            _code.Sum(arithmetic.IsWide, operation, to, to, Read(instruction.Source, Free));
        else
            Sum(arithmetic.IsWide, operation, to, to, instruction.Immediate);
    }

    private void EmitLogic(in Instruction instruction, in ArithmeticMeaning arithmetic, Arm64Logic operation, Arm64 to)
    {
        bool wide = arithmetic.IsWide;
        if (arithmetic.IsRegister || !_code.TryLogic(wide, operation, to, to, (ulong)instruction.Immediate))
            _code.Logic(wide, operation, to, to, Operand(in instruction, arithmetic.IsRegister));
    }

    private void EmitMove(in Instruction instruction, in ArithmeticMeaning arithmetic, Arm64 to)
    {
        if (arithmetic.IsRegister)
            _code.Move(arithmetic.IsWide, to, Read(instruction.Source, Free));
        else
            _code.MoveImmediate(to, arithmetic.IsWide ? instruction.Immediate : (uint)instruction.Immediate);
    }

    private void EmitShift(in Instruction instruction, in ArithmeticMeaning arithmetic, Arm64Binary shift, Arm64 to)
    {
        bool wide = arithmetic.IsWide;
        int count = (int)instruction.Immediate & (wide ? 63 : 31);
        if (arithmetic.IsRegister)
            _code.Binary(wide, shift, to, to, Read(instruction.Source, Free)); // masks the count
        else if (shift == Arm64Binary.ShiftLeft)
            _code.ShiftLeft(wide, to, to, count);
        else
            _code.ShiftRight(wide, shift == Arm64Binary.ArithmeticShiftRight, to, to, count);
    }

    /// <summary>The processor divides by zero to 0 and MIN by -1 to MIN, so only sBPF's forms must look.</summary>
    private void EmitDivision(in Instruction instruction, in ArithmeticMeaning arithmetic, Arm64 to)
    {
        bool wide = arithmetic.IsWide;
        bool isSigned = arithmetic.IsSigned;
        bool isModulo = arithmetic.Kind == ArithmeticKind.Modulo;
        Arm64 divisor = Operand(in instruction, arithmetic.IsRegister);
        if (arithmetic.Traps)
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
