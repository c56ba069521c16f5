namespace Velox.Bpf;

/// <summary>What instructions that other rooms have added write their code with.</summary>
internal unsafe ref partial struct X64Compiler
{
    /// <summary>The last register that functions find in the state.</summary>
    private const int LastArgument = 5;

    readonly NativeArchitecture INativeCode.Architecture => NativeArchitecture.X64;

    public void RunAddedOutside(int index)
    {
        ref readonly Instruction instruction = ref _state.Program.Instructions[index];
        if (instruction.Destination == CompilerState.FramePointer || instruction.Source == CompilerState.FramePointer)
        {
            RunOutside(index); // which knows the program's address of the frame
            _code.Patch(_code.JumpIf(Condition.Equal), _endedPosition);
            return;
        }

        KeepOperand(instruction.Destination);
        KeepOperand(instruction.Source);
        _code.MoveImmediate(X64.Rcx, index);
        _code.CallTo(_addedPosition);
        _code.Patch(_code.JumpIf(Condition.Equal), _endedPosition);
        if (instruction.Destination > LastArgument)
            _code.LoadWide(Register(instruction.Destination), Context, NativeOffsets.Registers + (8 * instruction.Destination));
    }

    /// <summary>
    /// Runs the added instruction ecx outside; the condition is "equal" when it ended the program. As for a host function, only r0
    /// to r5 are kept in the state: the others survive a call by the C convention.
    /// </summary>
    private void EmitAddedCommon()
    {
        _addedPosition = _code.Position;
        for (int register = 0; register <= LastArgument; register++)
            _code.StoreWide(Register(register), Context, NativeOffsets.Registers + (8 * register));
        _code.StoreWide(Units, Context, NativeOffsets.RemainingUnits);
        _code.Move(false, X64.Rsi, X64.Rcx);
        CallOut(NativeOffsets.RunAdded);
        _code.Test(false, X64.Rax, X64.Rax);
        for (int register = 0; register <= LastArgument; register++)
            _code.LoadWide(Register(register), Context, NativeOffsets.Registers + (8 * register));
        _code.LoadWide(Units, Context, NativeOffsets.RemainingUnits);
        _code.Return();
    }

    private void KeepOperand(int register)
    {
        if (register > LastArgument)
            _code.StoreWide(Register(register), Context, NativeOffsets.Registers + (8 * register));
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
        _code.LoadWide(Register(to), Context, OffsetOfWord(index));
    }

    void INativeCode.Load(int bytes, NativeRegister to, NativeRegister address, int displacement)
    {
        RequireRoom();
        _code.Load(bytes, isSigned: false, Register(to), new X64Memory(Register(address), displacement));
    }

    void INativeCode.Store(int bytes, NativeRegister from, NativeRegister address, int displacement)
    {
        RequireRoom();
        _code.Store(bytes, Register(from), new X64Memory(Register(address), displacement));
    }

    void INativeCode.Move(NativeRegister to, NativeRegister from)
    {
        RequireRoom();
        _code.Move(true, Register(to), Register(from));
    }

    void INativeCode.Compute(NativeArithmetic operation, NativeRegister to, NativeRegister from)
    {
        RequireRoom();
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
        RequireRoom();
        _code.ShiftImmediate(true, X64Shift.Left, Register(to), count);
    }

    void INativeCode.ShiftRight(NativeRegister to, int count)
    {
        RequireRoom();
        _code.ShiftImmediate(true, X64Shift.Right, Register(to), count);
    }

    void INativeCode.MoveIf(
        NativeCondition condition, NativeRegister left, NativeRegister right, NativeRegister to, NativeRegister from)
    {
        RequireRoom();
        _code.Alu(true, X64Alu.Compare, Register(left), Register(right));
        _code.MoveIf(ConditionOf(condition), Register(to), Register(from));
    }

    void INativeCode.FallBackIf(NativeCondition condition, NativeRegister left, NativeRegister right)
    {
        RequireRoom();
        _code.Alu(true, X64Alu.Compare, Register(left), Register(right));
        _state.AddFallBack(_code.JumpIf(ConditionOf(condition)));
    }

    void INativeCode.HostAddress(NativeRegister address, NativeRegister bytes, bool isStore)
    {
        const int stepBytes = 80;
        RequireRoom(stepBytes);
        int windows = NativeOffsets.Windows;
        X64 start = Register(address);
        if (bytes != NativeRegister.Free1)
            _code.Move(true, X64.Rdx, Register(bytes));
        _code.Move(true, X64.Rcx, start);
        _code.ShiftImmediate(true, X64Shift.Right, X64.Rcx, 32 - int.Log2(NativeOffsets.WindowStep));
        _code.Alu(false, X64Alu.And, X64.Rcx, (MemoryMap.Segments - 1) * NativeOffsets.WindowStep);
        // rdx: the range's end from the window's start. Neither this nor that wraps around where the start is not below the window's.
        _code.Alu(X64Alu.Compare, start, new X64Memory(Context, windows, X64.Rcx));
        _state.AddFallBack(_code.JumpIf(Condition.Below));
        _code.Alu(true, X64Alu.Add, X64.Rdx, start);
        _code.Alu(X64Alu.Sub, X64.Rdx, new X64Memory(Context, windows, X64.Rcx));
        _code.Alu(X64Alu.Compare, X64.Rdx, new X64Memory(Context, windows + NativeOffsets.WindowBytesField(isStore), X64.Rcx));
        _state.AddFallBack(_code.JumpIf(Condition.Above));
        _code.Load(sizeof(ulong), isSigned: false, X64.Rcx, new X64Memory(Context, windows + NativeOffsets.WindowDistance, X64.Rcx));
        _code.Alu(true, X64Alu.Add, X64.Rcx, start);
    }

    void INativeCode.Call(int functionWord, int argumentWord)
    {
        const int callBytes = 192;
        RequireRoom(callBytes);
        SpillVolatile();
        // r1 and r2 are where the C convention has its first two arguments.
        _code.Move(true, X64.Rdx, Register(3));
        _code.Move(true, X64.Rcx, Register(4));
        _code.Move(true, X64.R8, Register(5));
        _code.LoadWide(X64.R9, Context, OffsetOfWord(argumentWord));
        CallAligned(OffsetOfWord(functionWord));
        _code.Move(true, X64.Rcx, X64.Rax);
        ReloadVolatile();
    }

    void INativeCode.Machine(scoped ReadOnlySpan<byte> code)
    {
        RequireRoom(code.Length);
        _code.Bytes(code);
    }

    private readonly void RequireRoom(int bytes = CompilerState.MaxAddedStepBytes) => _state.RequireAddedRoom(_code.Position + bytes);

    private static int OffsetOfWord(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)VirtualMachine.HostWordCount, nameof(index));
        return NativeOffsets.HostWords + (sizeof(ulong) * index);
    }

    private static X64 Register(NativeRegister register) => register switch
    {
        NativeRegister.Free0 => X64.Rcx,
        NativeRegister.Free1 => X64.Rdx,
        _ => Register((int)register),
    };
}
