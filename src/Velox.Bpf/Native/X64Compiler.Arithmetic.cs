using System.Runtime.Intrinsics.X86;

namespace Velox.Bpf;

/// <summary>Arithmetic: one or two instructions each but division.</summary>
internal unsafe ref partial struct X64Compiler
{
    private void EmitArithmetic(in Instruction instruction)
    {
        X64 to = Register(instruction.Destination);
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
                bool isWide = operation == Operation.ReverseSub64Imm;
                _code.Unary(isWide, 3, to);
                EmitAluImmediate(isWide, X64Alu.Add, to, instruction.Immediate);
                break;
            case Operation.Neg64 or Operation.Neg32:
                _code.Unary(operation == Operation.Neg64, 3, to);
                break;
            case Operation.MovWide:
                _code.MoveImmediate(to, instruction.Immediate);
                break;
            case Operation.MovSx8To32 or Operation.MovSx16To32 or Operation.MovSx8To64 or Operation.MovSx16To64 or Operation.MovSx32To64:
                EmitSignExtendingMove(in instruction, to);
                break;
            case Operation.Truncate16:
                _code.Extend(false, false, 16, to, to);
                break;
            case Operation.Truncate32:
                _code.Move(false, to, to);
                break;
            case Operation.Truncate64:
                break;
            case Operation.SwapBytes16:
                _code.SwapBytes16(to);
                _code.Extend(false, false, 16, to, to);
                break;
            default:
                _code.SwapBytes(operation == Operation.SwapBytes64, to);
                break;
        }
    }

    private void EmitSignExtendingMove(in Instruction instruction, X64 to)
    {
        (int bits, bool wide) = instruction.Operation switch
        {
            Operation.MovSx8To32 => (8, false),
            Operation.MovSx16To32 => (16, false),
            Operation.MovSx8To64 => (8, true),
            Operation.MovSx16To64 => (16, true),
            _ => (32, true),
        };
        _code.Extend(wide, isSigned: true, bits, to, Read(instruction.Source, X64.Rcx));
    }

    /// <summary>An operation that has a register and an immediate form.</summary>
    private void EmitPair(in Instruction instruction, bool wide)
    {
        Operation first = wide ? Operation.Add64Imm : Operation.Add32Imm;
        bool isRegister = ((instruction.Operation - first) & 1) != 0;
        var form = (Operation)((int)instruction.Operation - (isRegister ? 1 : 0));
        X64 to = Register(instruction.Destination);
        switch (form)
        {
            case Operation.Add64Imm or Operation.Add32Imm:
                EmitAlu(in instruction, wide, isRegister, X64Alu.Add, to);
                break;
            case Operation.Sub64Imm or Operation.Sub32Imm:
                EmitAlu(in instruction, wide, isRegister, X64Alu.Sub, to);
                break;
            case Operation.AddSx32Imm or Operation.SubSx32Imm:
                EmitAlu(in instruction, false, isRegister, form == Operation.AddSx32Imm ? X64Alu.Add : X64Alu.Sub, to);
                _code.Extend(true, true, 32, to, to);
                break;
            case Operation.Or64Imm or Operation.Or32Imm:
                EmitAlu(in instruction, wide, isRegister, X64Alu.Or, to);
                break;
            case Operation.And64Imm or Operation.And32Imm:
                EmitAlu(in instruction, wide, isRegister, X64Alu.And, to);
                break;
            case Operation.Xor64Imm or Operation.Xor32Imm:
                EmitAlu(in instruction, wide, isRegister, X64Alu.Xor, to);
                break;
            case Operation.Mul64Imm or Operation.Mul32Imm or Operation.MulSx32Imm:
                EmitMultiply(in instruction, wide, isRegister, to);
                if (form == Operation.MulSx32Imm)
                    _code.Extend(true, true, 32, to, to);
                break;
            case Operation.MulHigh64Imm or Operation.SMulHigh64Imm:
                EmitMultiplyHigh(in instruction, isRegister, form == Operation.SMulHigh64Imm, to);
                break;
            case Operation.Lsh64Imm or Operation.Lsh32Imm:
                EmitShift(in instruction, wide, isRegister, X64Shift.Left, to);
                break;
            case Operation.Rsh64Imm or Operation.Rsh32Imm:
                EmitShift(in instruction, wide, isRegister, X64Shift.Right, to);
                break;
            case Operation.Arsh64Imm or Operation.Arsh32Imm:
                EmitShift(in instruction, wide, isRegister, X64Shift.ArithmeticRight, to);
                break;
            case Operation.Mov64Imm or Operation.Mov32Imm:
                EmitMove(in instruction, wide, isRegister, to);
                break;
            default:
                EmitDivision(in instruction, form, wide, isRegister, to);
                break;
        }
    }

    private void EmitAlu(in Instruction instruction, bool wide, bool isRegister, X64Alu alu, X64 to)
    {
        if (isRegister)
            _code.Alu(wide, alu, to, Read(instruction.Source, X64.Rcx));
        else
            EmitAluImmediate(wide, alu, to, instruction.Immediate);
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

    private void EmitMove(in Instruction instruction, bool wide, bool isRegister, X64 to)
    {
        if (!isRegister)
            _code.MoveImmediate(to, wide ? instruction.Immediate : (uint)instruction.Immediate);
        else if (instruction.Source == FramePointer)
            _code.Move(wide, to, Read(FramePointer, X64.Rcx));
        else
            _code.Move(wide, to, Register(instruction.Source));
    }

    private void EmitMultiply(in Instruction instruction, bool wide, bool isRegister, X64 to)
    {
        if (isRegister)
            _code.Multiply(wide, to, Read(instruction.Source, X64.Rcx));
        else
            _code.MultiplyImmediate(wide, to, (int)instruction.Immediate);
    }

    /// <summary>mul leaves the product in rdx and rax, which is r0: kept aside in r11's spill place.</summary>
    private void EmitMultiplyHigh(in Instruction instruction, bool isRegister, bool isSigned, X64 to)
    {
        _groupBase = NoGroup;
        if (isRegister)
            _code.Move(true, X64.Rcx, Read(instruction.Source, X64.Rcx));
        else
            _code.MoveImmediate(X64.Rcx, instruction.Immediate);
        if (to != X64.Rax)
        {
            _code.StoreWide(X64.Rax, Context, NativeOffsets.Spill);
            _code.Move(true, X64.Rax, to);
        }

        _code.Unary(true, isSigned ? 5 : 4, X64.Rcx);
        _code.Move(true, to, X64.Rdx);
        if (to != X64.Rax)
            _code.LoadWide(X64.Rax, Context, NativeOffsets.Spill);
    }

    private void EmitShift(in Instruction instruction, bool wide, bool isRegister, X64Shift shift, X64 to)
    {
        if (!isRegister)
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

    private void EmitDivision(in Instruction instruction, Operation form, bool wide, bool isRegister, X64 to)
    {
        bool isSigned = form is Operation.SDiv64Imm or Operation.SMod64Imm or Operation.SDivOrTrap64Imm or Operation.SModOrTrap64Imm
            or Operation.SDiv32Imm or Operation.SMod32Imm or Operation.SDivOrTrap32Imm or Operation.SModOrTrap32Imm;
        bool traps = form is >= Operation.DivOrTrap64Imm and <= Operation.SModOrTrap64Reg
            or >= Operation.DivOrTrap32Imm and <= Operation.SModOrTrap32Reg;
        bool isModulo = form is Operation.Mod64Imm or Operation.SMod64Imm or Operation.ModOrTrap64Imm or Operation.SModOrTrap64Imm
            or Operation.Mod32Imm or Operation.SMod32Imm or Operation.ModOrTrap32Imm or Operation.SModOrTrap32Imm;
        _groupBase = NoGroup;
        if (isRegister)
            _code.Move(wide, X64.Rcx, Read(instruction.Source, X64.Rcx));
        else
            _code.MoveImmediate(X64.Rcx, wide ? instruction.Immediate : (uint)instruction.Immediate);

        _code.Test(wide, X64.Rcx, X64.Rcx);
        if (traps)
        {
            LeaveIf(Condition.Equal);
            if (isSigned)
            {
                // Whether MIN / -1 overflows is the interpreter's to say.
                _code.Alu(wide, X64Alu.Compare, X64.Rcx, -1);
                LeaveIf(Condition.Equal);
            }

            Divide(wide, isSigned, isModulo, to);
            return;
        }

        int notZero = _code.JumpIfShort(Condition.NotEqual);
        if (!isModulo)
            _code.MoveImmediate(to, 0);
        else if (!wide)
            _code.Move(false, to, to);
        int done = _code.JumpShort();
        _code.PatchShort(notZero);
        int minusOne = 0;
        if (isSigned)
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

        Divide(wide, isSigned, isModulo, to);
        _code.PatchShort(done);
        if (isSigned)
            _code.PatchShort(minusOne);
    }

    /// <summary>Divides by rcx, which is neither 0 nor (signed) -1.</summary>
    private void Divide(bool wide, bool isSigned, bool isModulo, X64 to)
    {
        if (to != X64.Rax)
        {
            _code.StoreWide(X64.Rax, Context, NativeOffsets.Spill);
            _code.Move(wide, X64.Rax, to);
        }

        if (isSigned)
            _code.ExtendAccumulator(wide);
        else
            _code.MoveImmediate(X64.Rdx, 0);
        _code.Unary(wide, isSigned ? 7 : 6, X64.Rcx);
        _code.Move(wide, to, isModulo ? X64.Rdx : X64.Rax);
        if (to != X64.Rax)
            _code.LoadWide(X64.Rax, Context, NativeOffsets.Spill);
    }
}
