using System.Runtime.InteropServices;

namespace Velox.Bpf;

/// <summary>What instructions that other rooms have added write their code with.</summary>
internal unsafe ref partial struct Arm64Compiler
{
    readonly NativeArchitecture INativeCode.Architecture => NativeArchitecture.Arm64;

    public void RunAddedOutside(int index)
    {
        RunOutside(index);
        int goesOn = _code.JumpIfZero(false, isZero: false, Free);
        _code.JumpTo(_endedPosition);
        _code.PatchHere(goesOn);
    }

    readonly int INativeCode.NumberOf(NativeRegister register) => (int)Register(register);

    void INativeCode.Constant(NativeRegister to, long value)
    {
        RequireRoom();
        _code.MoveImmediate(Register(to), value);
    }

    void INativeCode.HostWord(NativeRegister to, int index)
    {
        RequireRoom();
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)VirtualMachine.HostWordCount, nameof(index));
        LoadState(Register(to), NativeOffsets.HostWords + (sizeof(ulong) * index));
    }

    void INativeCode.Load(int bytes, NativeRegister to, NativeRegister address, int displacement)
    {
        RequireRoom();
        _code.Load(bytes, isSigned: false, Register(to), Register(address), displacement);
    }

    void INativeCode.Store(int bytes, NativeRegister from, NativeRegister address, int displacement)
    {
        RequireRoom();
        _code.Store(bytes, Register(from), Register(address), displacement);
    }

    void INativeCode.Move(NativeRegister to, NativeRegister from)
    {
        RequireRoom();
        _code.Move(true, Register(to), Register(from));
    }

    void INativeCode.Compute(NativeArithmetic operation, NativeRegister to, NativeRegister from)
    {
        RequireRoom();
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
        RequireRoom();
        _code.ShiftLeft(true, Register(to), Register(to), count);
    }

    void INativeCode.ShiftRight(NativeRegister to, int count)
    {
        RequireRoom();
        _code.ShiftRight(true, isSigned: false, Register(to), Register(to), count);
    }

    void INativeCode.MoveIf(
        NativeCondition condition, NativeRegister left, NativeRegister right, NativeRegister to, NativeRegister from)
    {
        RequireRoom();
        _code.Sum(true, Arm64Sum.SubFlags, Arm64.Zero, Register(left), Register(right));
        _code.Select(ConditionOf(condition), Register(to), Register(from), Register(to));
    }

    void INativeCode.FallBackIf(NativeCondition condition, NativeRegister left, NativeRegister right)
    {
        RequireRoom();
        _code.Sum(true, Arm64Sum.SubFlags, Arm64.Zero, Register(left), Register(right));
        _state.AddFallBack(JumpIf(ConditionOf(condition)));
    }

    void INativeCode.HostAddress(NativeRegister address, NativeRegister bytes, bool isStore)
    {
        const int stepBytes = 64;
        RequireRoom(stepBytes);
        const int toWindow = -AnchorSegment * NativeOffsets.WindowStep;
        Arm64 start = Register(address);
        _code.ExtractBits(Window, start, 32, int.Log2(MemoryMap.Segments));
        _code.Sum(true, Arm64Sum.Add, Window, Windows, Window, shiftLeft: int.Log2(NativeOffsets.WindowStep));
        _code.Load(sizeof(ulong), isSigned: false, Host, Window, toWindow);
        _code.Load(sizeof(ulong), isSigned: false, Limit, Window, toWindow + NativeOffsets.WindowBytesField(isStore));
        _code.Sum(true, Arm64Sum.SubFlags, Offset, start, Host);
        _state.AddFallBack(JumpIf(Arm64Condition.Below));
        _code.Sum(true, Arm64Sum.Add, Offset, Offset, Register(bytes));
        _code.Sum(true, Arm64Sum.SubFlags, Arm64.Zero, Offset, Limit);
        _state.AddFallBack(JumpIf(Arm64Condition.Above));
        _code.Load(sizeof(ulong), isSigned: false, Limit, Window, toWindow + NativeOffsets.WindowDistance);
        _code.Sum(true, Arm64Sum.Add, Offset, start, Limit);
    }

    readonly void INativeCode.Call(int functionWord, int argumentWord) =>
        throw new NotSupportedException("ARM64 code calls functions by the instruction's own call: let Supports say so.");

    void INativeCode.Machine(scoped ReadOnlySpan<byte> code)
    {
        RequireRoom(code.Length);
        foreach (uint word in MemoryMarshal.Cast<byte, uint>(code))
            _code.Word(word);
    }

    private readonly void RequireRoom(int bytes = CompilerState.MaxAddedStepBytes) => _state.RequireAddedRoom(_code.Position + bytes);

    private static Arm64 Register(NativeRegister register) => register switch
    {
        NativeRegister.Free0 => Offset,
        NativeRegister.Free1 => Start,
        _ => Register((int)register),
    };
}
