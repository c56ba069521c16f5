namespace Velox.Bpf;

/// <summary>Ways in and out: entry, exit, calls between functions, calls into the host.</summary>
internal unsafe ref partial struct X64Compiler
{
    /// <summary>Registers that a call by the C convention loses, and that hold BPF registers or the units.</summary>
    private static ReadOnlySpan<byte> Volatile =>
    [
        (byte)X64.Rax, (byte)X64.Rdi, (byte)X64.Rsi, (byte)X64.R8, (byte)X64.R9, (byte)X64.R10, (byte)X64.R11,
    ];

    /// <summary>Registers that our caller wants back.</summary>
    private static ReadOnlySpan<byte> Preserved =>
    [
        (byte)X64.Rbp, (byte)X64.Rbx, (byte)X64.R12, (byte)X64.R13, (byte)X64.R14, (byte)X64.R15,
    ];

    private void EmitCommon()
    {
        int begin = EmitEntry();
        EmitExit();
        _code.Patch(begin, _code.Position);
        EmitBegin();
        EmitLeave();
        EmitTranslate();
        EmitHostCallCommon();
        EmitInstructionCommon();
        if (_state.Program.Added.Length > 0)
            EmitAddedCommon();
        EmitRoutines();
    }

    /// <summary>Takes the state in rdi.</summary>
    /// <remarks>
    /// The outermost function returns to what stands behind the call, the exit: a return address that the processor does not know from
    /// a call would have it foresee wrongly this return and then that of each caller of ours (8 % of a p-token transfer).
    /// </remarks>
    /// <returns>The call of <see cref="EmitBegin"/>.</returns>
    private int EmitEntry()
    {
        foreach (byte register in Preserved)
            _code.Push((X64)register);
        _code.Alu(true, X64Alu.Sub, X64.Rsp, 8);
        _code.Lea(Context, X64.Rdi, NativeOffsets.Context);
        _code.StoreWide(X64.Rsp, Context, NativeOffsets.StackPointer);
        return _code.Call();
    }

    /// <summary>Rebuilds the callers on the native stack, loads the registers and goes where the state says.</summary>
    private void EmitBegin()
    {
        _code.LoadWide(X64.Rcx, Context, NativeOffsets.CallerWordCount);
        _code.LoadWide(X64.Rdx, Context, NativeOffsets.CallerWords);
        _code.Test(true, X64.Rcx, X64.Rcx);
        int noCallers = _code.JumpIfShort(Condition.Equal);
        int loop = _code.Position;
        _code.PushMemory(X64.Rdx);
        _code.Alu(true, X64Alu.Add, X64.Rdx, 8);
        _code.Alu(true, X64Alu.Sub, X64.Rcx, 1);
        _code.Patch(_code.JumpIf(Condition.NotEqual), loop);
        _code.PatchShort(noCallers);

        _code.LoadWide(X64.Rcx, Context, NativeOffsets.ResumeAddress);
        for (int register = 0; register <= CompilerState.FramePointer; register++)
            _code.LoadWide(Register(register), Context, NativeOffsets.Registers + (8 * register));
        _code.LoadWide(Units, Context, NativeOffsets.RemainingUnits);
        _code.JumpRegister(X64.Rcx);
    }

    /// <summary>Where the outermost function returns to, with status 0; the other ways out join with theirs in edx.</summary>
    private void EmitExit()
    {
        _code.StoreWide(Units, Context, NativeOffsets.RemainingUnits);
        _code.MoveImmediate(X64.Rdx, (int)NativeStatus.Ended);
        _exitPosition = _code.Position;
        for (int register = 0; register <= CompilerState.FramePointer; register++)
            _code.StoreWide(Register(register), Context, NativeOffsets.Registers + (8 * register));
        _code.LoadWide(X64.Rsp, Context, NativeOffsets.StackPointer);
        _code.Move(false, X64.Rax, X64.Rdx);
        _code.Alu(true, X64Alu.Add, X64.Rsp, 8);
        for (int i = Preserved.Length - 1; i >= 0; i--)
            _code.Pop((X64)Preserved[i]);
        _code.Return();
    }

    /// <summary>
    /// Leaves before instruction ecx, giving edx units back, and keeps the callers' words: below our caller's frame they
    /// would be overwritten. A host function's end joins with its status in the first spill place.
    /// </summary>
    private void EmitLeave()
    {
        _leavePosition = _code.Position;
        _code.Alu(true, X64Alu.Add, Units, X64.Rdx);
        _code.StoreWide(Units, Context, NativeOffsets.RemainingUnits);
        _code.Store(4, X64.Rcx, new X64Memory(Context, NativeOffsets.InstructionIndex));
        _code.StoreImmediate(8, (int)NativeStatus.Left, new X64Memory(Context, NativeOffsets.Spill));

        _keepCallersPosition = _code.Position;
        // r11 is free now. The word under the entry's stack pointer is the outermost return address: not a caller's.
        _code.LoadWide(X64.Rdx, Context, NativeOffsets.CallerWords);
        _code.LoadWide(X64.Rcx, Context, NativeOffsets.StackPointer);
        _code.Alu(true, X64Alu.Sub, X64.Rcx, X64.Rsp);
        _code.Alu(true, X64Alu.Sub, X64.Rcx, 8);
        _code.StoreWide(X64.Rcx, Context, NativeOffsets.CallerWordCount); // bytes here; the machine divides
        int loop = _code.Position;
        _code.Test(true, X64.Rcx, X64.Rcx);
        int done = _code.JumpIfShort(Condition.Equal);
        _code.Pop(X64.R11);
        _code.StoreWide(X64.R11, X64.Rdx, 0);
        _code.Alu(true, X64Alu.Add, X64.Rdx, 8);
        _code.Alu(true, X64Alu.Sub, X64.Rcx, 8);
        _code.JumpTo(loop);
        _code.PatchShort(done);
        _code.LoadWide(X64.Rdx, Context, NativeOffsets.Spill);
        _code.JumpTo(_exitPosition);
    }

    /// <summary>Translates the address in rcx by the memory map: edx has the length and whether it is a store. rcx: host or 0.</summary>
    private void EmitTranslate()
    {
        _translatePosition = _code.Position;
        SpillVolatile();
        _code.Move(true, X64.Rsi, X64.Rcx);
        CallOut(NativeOffsets.Translate);
        _code.Move(true, X64.Rcx, X64.Rax);
        ReloadVolatile();
        _code.Return();
    }

    /// <summary>Runs the atomic or added instruction ecx outside. rcx: 0 when it did not succeed.</summary>
    private void EmitInstructionCommon()
    {
        _instructionPosition = _code.Position;
        for (int register = 0; register <= CompilerState.FramePointer; register++)
            _code.StoreWide(Register(register), Context, NativeOffsets.Registers + (8 * register));
        _code.StoreWide(Units, Context, NativeOffsets.RemainingUnits);
        _code.Move(false, X64.Rsi, X64.Rcx);
        CallOut(NativeOffsets.RunInstruction);
        _code.Move(false, X64.Rcx, X64.Rax);
        for (int register = 0; register < CompilerState.FramePointer; register++)
            _code.LoadWide(Register(register), Context, NativeOffsets.Registers + (8 * register));
        _code.LoadWide(Units, Context, NativeOffsets.RemainingUnits);
        _code.Return();
    }

    public void EmitAtomic()
    {
        RunOutside(_state.Index);
        LeaveIf(Condition.Equal);
    }

    /// <summary>Runs an instruction by <see cref="EmitInstructionCommon"/>; the condition is "equal" when it did not succeed.</summary>
    private void RunOutside(int index)
    {
        _code.MoveImmediate(X64.Rcx, index);
        _code.CallTo(_instructionPosition);
        _code.Test(false, X64.Rcx, X64.Rcx);
    }

    /// <summary>
    /// Calls host function edx. When it ends the program, the callers are kept: a function that the budget did not cover is
    /// called again when the run goes on.
    /// </summary>
    private void EmitHostCallCommon()
    {
        _hostCallPosition = _code.Position;
        for (int register = 0; register <= 5; register++)
            _code.StoreWide(Register(register), Context, NativeOffsets.Registers + (8 * register));
        _code.StoreWide(Units, Context, NativeOffsets.RemainingUnits);
        _code.Move(false, X64.Rsi, X64.Rdx);
        CallOut(NativeOffsets.CallHost);
        _code.Test(false, X64.Rax, X64.Rax);
        for (int register = 0; register <= 5; register++)
            _code.LoadWide(Register(register), Context, NativeOffsets.Registers + (8 * register));
        int ended = _code.JumpIfShort(Condition.Equal);
        _code.LoadWide(Units, Context, NativeOffsets.RemainingUnits);
        _code.Return();
        _code.PatchShort(ended);
        _code.Alu(true, X64Alu.Add, X64.Rsp, 8); // not back to the call
        _endedPosition = _code.Position;
        _code.StoreImmediate(8, (int)NativeStatus.EndedByHost, new X64Memory(Context, NativeOffsets.Spill));
        _code.JumpTo(_keepCallersPosition);
    }

    public void EmitHostCall(int function)
    {
        // A host call ends its block, so the units are exact already.
        _code.StoreImmediate(4, _state.Index, new X64Memory(Context, NativeOffsets.InstructionIndex));
        foreach ((int done, int position) in _state.Scratch.Routines)
        {
            if (done == function)
            {
                _code.CallTo(position);
                return;
            }
        }

        _code.MoveImmediate(X64.Rdx, function);
        _code.CallTo(_hostCallPosition);
    }

    public void EmitLocalCall(int target, byte saved)
    {
        EnterFrame(saved);
        _state.AddCall(_code.Call(), target);
        LeaveFrame(saved);
    }

    public void EmitCallRegister(in Instruction instruction)
    {
        _code.MoveImmediate(X64.Rcx, (long)_state.Program.Image.TextAddress);
        _code.Move(true, X64.Rdx, Register(instruction.Destination));
        _code.Alu(true, X64Alu.Sub, X64.Rdx, X64.Rcx);
        _code.ShiftImmediate(true, X64Shift.Right, X64.Rdx, 3);
        _code.Alu(true, X64Alu.Compare, X64.Rdx, _state.Program.Count);
        LeaveIf(Condition.AboveOrEqual);
        _state.Scratch.TableUses.Add(_code.LeaRelative(X64.Rcx));
        _code.LoadTableEntry(X64.Rdx, X64.Rcx, X64.Rdx);
        _code.Test(true, X64.Rdx, X64.Rdx);
        LeaveIf(Condition.Equal);
        _code.Alu(true, X64Alu.Add, X64.Rdx, X64.Rcx);
        EnterFrame(FlowAnalysis.AllSaved);
        _code.CallRegister(X64.Rdx);
        LeaveFrame(FlowAnalysis.AllSaved);
    }

    /// <summary>Checks the depth, saves registers and moves r10. Uses rcx.</summary>
    private void EnterFrame(byte saved)
    {
        if (_state.HasHostFrame)
        {
            _code.Lea(X64.Rcx, Frame, _state.HostFrameStep);
            KeepOnLine(13);
            _code.Alu(true, X64Alu.Compare, X64.Rcx, Context, NativeOffsets.FrameLimit);
            int further = _code.JumpIf(IsFurther);
            _state.AddColdCall(further, _code.Position);
        }
        else
        {
            _code.Load(4, false, X64.Rcx, new X64Memory(Context, NativeOffsets.CallDepth));
            _code.Alu(false, X64Alu.Add, X64.Rcx, 1);
            KeepOnLine(13);
            _code.Alu(false, X64Alu.Compare, X64.Rcx, Context, NativeOffsets.MaxCallDepth);
            LeaveIf(Condition.AboveOrEqual);
            _code.Store(4, X64.Rcx, new X64Memory(Context, NativeOffsets.CallDepth));
            _code.Push(Frame);
        }

        for (int i = 0; i < 4; i++)
        {
            if ((saved & (1 << i)) != 0)
                _code.Push(Register(6 + i));
        }

        if (_state.HasHostFrame)
            _code.Move(true, Frame, X64.Rcx);
    }

    /// <summary>Whether a frame compared with another is further from the first one.</summary>
    private readonly Condition IsFurther => _state.HostFrameStep < 0 ? Condition.Below : Condition.Above;

    public void EmitColdCall(in ColdCall call)
    {
        _code.Patch(call.At, _code.Position);
        _code.Alu(true, X64Alu.Compare, X64.Rcx, Context, NativeOffsets.LastFrame);
        int tooFar = _code.JumpIf(IsFurther);
        _code.StoreWide(X64.Rcx, Context, NativeOffsets.FrameLimit);
        _code.JumpTo(call.Back);
        _code.Patch(tooFar, _code.Position);
        Leave(call.Index, call.Units);
    }

    /// <summary>What follows a call: the return point, then everything back as it was.</summary>
    private void LeaveFrame(byte saved)
    {
        _state.Scratch.Returns.Add((_code.Position, _state.Index + 1));
        if (_state.HasHostFrame)
            _code.Lea(Frame, Frame, -_state.HostFrameStep);
        for (int i = 3; i >= 0; i--)
        {
            if ((saved & (1 << i)) != 0)
                _code.Pop(Register(6 + i));
        }

        if (_state.HasHostFrame)
            return;
        _code.Pop(Frame);
        _code.Load(4, false, X64.Rcx, new X64Memory(Context, NativeOffsets.CallDepth));
        _code.Alu(false, X64Alu.Sub, X64.Rcx, 1);
        _code.Store(4, X64.Rcx, new X64Memory(Context, NativeOffsets.CallDepth));
    }

    /// <summary>For each instruction the distance of its block's code from the table, or 0.</summary>
    private bool TryEmitTable()
    {
        if (_state.Scratch.TableUses.Count == 0)
            return true;
        if (_code.Position + (sizeof(int) * (long)_state.Program.Count) > _state.Limit)
            return false;
        int table = _code.Position;
        foreach (int at in _state.Scratch.TableUses)
            _code.Patch(at, table);
        for (int i = 0; i < _state.Program.Count; i++)
            _code.Int32(_state.Scratch.Offsets[i] < 0 ? 0 : _state.Scratch.Offsets[i] - table);
        return true;
    }

    private void SpillVolatile()
    {
        for (int i = 0; i < Volatile.Length; i++)
            _code.StoreWide((X64)Volatile[i], Context, NativeOffsets.Spill + (8 * i));
    }

    private void ReloadVolatile()
    {
        for (int i = 0; i < Volatile.Length; i++)
            _code.LoadWide((X64)Volatile[i], Context, NativeOffsets.Spill + (8 * i));
    }

    /// <summary>Calls a C function of the state's with the state as first argument.</summary>
    private void CallOut(int function)
    {
        _code.Lea(X64.Rdi, Context, -NativeOffsets.Context);
        CallAligned(function);
    }

    /// <summary>Calls a C function of the state's on an aligned stack. rbp keeps r10.</summary>
    private void CallAligned(int function)
    {
        _code.Push(Frame);
        _code.Move(true, Frame, X64.Rsp);
        _code.Alu(true, X64Alu.And, X64.Rsp, -16);
        _code.CallMemory(Context, function);
        _code.Move(true, X64.Rsp, Frame);
        _code.Pop(Frame);
    }
}
