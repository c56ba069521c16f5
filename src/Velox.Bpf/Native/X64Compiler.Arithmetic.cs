using System.Runtime.Intrinsics.X86;

namespace Velox.Bpf;

/// <summary>Arithmetic: one or two instructions each but division.</summary>
internal unsafe ref partial struct X64Compiler
{
    public void EmitArithmetic(in Instruction instruction, in ArithmeticMeaning arithmetic)
    {
        X64 to = Register(instruction.Destination);
        bool wide = arithmetic.IsWide;
        switch (arithmetic.Kind)
        {
            case ArithmeticKind.Add:
                EmitAlu(in instruction, in arithmetic, X64Alu.Add, to);
                break;
            case ArithmeticKind.Subtract:
                EmitAlu(in instruction, in arithmetic, X64Alu.Sub, to);
                break;
            case ArithmeticKind.Or:
                EmitAlu(in instruction, in arithmetic, X64Alu.Or, to);
                break;
            case ArithmeticKind.And:
                EmitAlu(in instruction, in arithmetic, X64Alu.And, to);
                break;
            case ArithmeticKind.Xor:
                EmitAlu(in instruction, in arithmetic, X64Alu.Xor, to);
                break;
            case ArithmeticKind.Multiply:
                EmitMultiply(in instruction, in arithmetic, to);
                break;
            case ArithmeticKind.MultiplyHigh:
                EmitMultiplyHigh(in instruction, in arithmetic, to);
                break;
            case ArithmeticKind.Divide or ArithmeticKind.Modulo:
                EmitDivision(in instruction, in arithmetic, to);
                break;
            case ArithmeticKind.ShiftLeft:
                EmitShift(in instruction, in arithmetic, X64Shift.Left, to);
                break;
            case ArithmeticKind.ShiftRight:
                EmitShift(in instruction, in arithmetic, X64Shift.Right, to);
                break;
            case ArithmeticKind.ArithmeticShiftRight:
                EmitShift(in instruction, in arithmetic, X64Shift.ArithmeticRight, to);
                break;
            case ArithmeticKind.Move:
                EmitMove(in instruction, in arithmetic, to);
                break;
            case ArithmeticKind.ReverseSubtract:
                _code.Unary(wide, 3, to);
                EmitAluImmediate(wide, X64Alu.Add, to, instruction.Immediate);
                break;
            case ArithmeticKind.Negate:
                _code.Unary(wide, 3, to);
                break;
            case ArithmeticKind.SignExtend:
                _code.Extend(wide, isSigned: true, arithmetic.Bits, to, Read(instruction.Source, X64.Rcx));
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

    private void EmitTruncate(int bits, X64 to)
    {
        if (bits == 16)
            _code.Extend(false, isSigned: false, 16, to, to);
        else if (bits == 32)
            _code.Move(false, to, to);
    }

    private void EmitSwapBytes(int bits, X64 to)
    {
        if (bits != 16)
        {
            _code.SwapBytes(bits == 64, to);
            return;
        }

        _code.SwapBytes16(to);
        _code.Extend(false, isSigned: false, 16, to, to);
    }

    private void EmitAlu(in Instruction instruction, in ArithmeticMeaning arithmetic, X64Alu alu, X64 to)
    {
        if (arithmetic.IsRegister)
            _code.Alu(arithmetic.IsWide, alu, to, Read(instruction.Source, X64.Rcx));
        else
            EmitAluImmediate(arithmetic.IsWide, alu, to, instruction.Immediate);
    }

    private void EmitAluImmediate(bool wide, X64Alu alu, X64 to, long immediate)
    {
        if (!wide || immediate == (int)immediate)
        {
            _code.Alu(wide, alu, to, (int)immediate);
            return;
        }

        _code.MoveImmediate(X64.Rcx, immediate);
        _code.Alu(true, alu, to, X64.Rcx);
    }

    private void EmitMove(in Instruction instruction, in ArithmeticMeaning arithmetic, X64 to)
    {
        if (arithmetic.IsRegister)
            _code.Move(arithmetic.IsWide, to, Read(instruction.Source, X64.Rcx));
        else
            _code.MoveImmediate(to, arithmetic.IsWide ? instruction.Immediate : (uint)instruction.Immediate);
    }

    private void EmitMultiply(in Instruction instruction, in ArithmeticMeaning arithmetic, X64 to)
    {
        if (arithmetic.IsRegister)
            _code.Multiply(arithmetic.IsWide, to, Read(instruction.Source, X64.Rcx));
        else
            _code.MultiplyImmediate(arithmetic.IsWide, to, (int)instruction.Immediate);
    }

    /// <summary>mul leaves the product in rdx and rax, which is r0: kept aside in r11's spill place.</summary>
    private void EmitMultiplyHigh(in Instruction instruction, in ArithmeticMeaning arithmetic, X64 to)
    {
        _state.GroupBase = CompilerState.NoGroup;
        EmitMove(in instruction, in arithmetic, X64.Rcx);
        if (to != X64.Rax)
        {
            _code.StoreWide(X64.Rax, Context, NativeOffsets.Spill);
            _code.Move(true, X64.Rax, to);
        }

        _code.Unary(true, arithmetic.IsSigned ? 5 : 4, X64.Rcx);
        _code.Move(true, to, X64.Rdx);
        if (to != X64.Rax)
            _code.LoadWide(X64.Rax, Context, NativeOffsets.Spill);
    }

    private void EmitShift(in Instruction instruction, in ArithmeticMeaning arithmetic, X64Shift shift, X64 to)
    {
        bool wide = arithmetic.IsWide;
        if (!arithmetic.IsRegister)
        {
            int count = (int)instruction.Immediate & (wide ? 63 : 31);
            if (count != 0)
                _code.ShiftImmediate(wide, shift, to, count);
            else if (!wide)
                _code.Move(false, to, to); // the high half goes all the same
            return;
        }

        X64 source = Read(instruction.Source, X64.Rcx);
        if (Bmi2.IsSupported)
        {
            _code.ShiftByRegister(wide, shift, to, source);
            return;
        }

        _code.Move(true, X64.Rcx, source);
        _code.ShiftByCl(wide, shift, to);
        if (!wide)
            _code.Move(false, to, to); // a count of 0 leaves the high half
    }

    private void EmitDivision(in Instruction instruction, in ArithmeticMeaning arithmetic, X64 to)
    {
        _state.GroupBase = CompilerState.NoGroup;
        EmitMove(in instruction, in arithmetic, X64.Rcx);
        _code.Test(arithmetic.IsWide, X64.Rcx, X64.Rcx);
        if (arithmetic.Traps)
            EmitTrappingDivision(in arithmetic, to);
        else
            EmitTotalDivision(in arithmetic, to);
    }

    private void EmitTrappingDivision(in ArithmeticMeaning arithmetic, X64 to)
    {
        LeaveIf(Condition.Equal);
        if (arithmetic.IsSigned)
        {
            // Whether MIN / -1 overflows is the interpreter's to say.
            _code.Alu(arithmetic.IsWide, X64Alu.Compare, X64.Rcx, -1);
            LeaveIf(Condition.Equal);
        }

        Divide(in arithmetic, to);
    }

    /// <summary>By zero gives 0, or the dividend as remainder; by -1 negates, or leaves no remainder.</summary>
    private void EmitTotalDivision(in ArithmeticMeaning arithmetic, X64 to)
    {
        bool wide = arithmetic.IsWide;
        bool isModulo = arithmetic.Kind == ArithmeticKind.Modulo;
        int notZero = _code.JumpIfShort(Condition.NotEqual);
        if (!isModulo)
            _code.MoveImmediate(to, 0);
        else if (!wide)
            _code.Move(false, to, to);
        int done = _code.JumpShort();
        _code.PatchShort(notZero);
        int minusOne = 0;
        if (arithmetic.IsSigned)
        {
            _code.Alu(wide, X64Alu.Compare, X64.Rcx, -1);
            int regular = _code.JumpIfShort(Condition.NotEqual);
            if (isModulo)
                _code.MoveImmediate(to, 0);
            else
                _code.Unary(wide, 3, to);
            minusOne = _code.JumpShort();
            _code.PatchShort(regular);
        }

        Divide(in arithmetic, to);
        _code.PatchShort(done);
        if (arithmetic.IsSigned)
            _code.PatchShort(minusOne);
    }

    /// <summary>Divides by rcx, which is neither 0 nor (signed) -1.</summary>
    private void Divide(in ArithmeticMeaning arithmetic, X64 to)
    {
        bool wide = arithmetic.IsWide;
        if (to != X64.Rax)
        {
            _code.StoreWide(X64.Rax, Context, NativeOffsets.Spill);
            _code.Move(wide, X64.Rax, to);
        }

        if (arithmetic.IsSigned)
            _code.ExtendAccumulator(wide);
        else
            _code.MoveImmediate(X64.Rdx, 0);
        _code.Unary(wide, arithmetic.IsSigned ? 7 : 6, X64.Rcx);
        _code.Move(wide, to, arithmetic.Kind == ArithmeticKind.Modulo ? X64.Rdx : X64.Rax);
        if (to != X64.Rax)
            _code.LoadWide(X64.Rax, Context, NativeOffsets.Spill);
    }
}
