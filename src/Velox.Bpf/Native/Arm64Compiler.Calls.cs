namespace Velox.Bpf;

/// <summary>Ways in and out: entry, exit, calls between functions, calls into the host by the standard convention (AAPCS64).</summary>
/// <remarks>
/// Words of a caller from the innermost: return address, r9 to r6 as far as the function called writes them, r10 where the
/// program moves it. The return address is also in x30 when a function starts, so that the processor foresees its return.
/// </remarks>
internal unsafe ref partial struct Arm64Compiler
{
    private const int WordsPerCaller = 6;
    private const int SavedBytes = 96;

    private void EmitCommon()
    {
        int exit = EmitEntry();
        _code.PatchHere(exit);
        EmitExit();
        EmitLeave();
        EmitTranslate();
        EmitHostCallCommon();
        EmitInstructionCommon();
    }

    /// <summary>
    /// Takes the state in x0. Rebuilds the callers on their stack, loads the registers and goes where the state says.
    /// </summary>
    /// <returns>Where the address of the exit is to be patched in.</returns>
    private int EmitEntry()
    {
        _code.StorePair(Arm64.X29, ReturnAddress, Arm64.StackPointer, -SavedBytes, Arm64Index.Pre);
        for (int i = 1; i < SavedBytes / 16; i++)
            _code.StorePair(Arm64.X17 + (byte)(2 * i), Arm64.X18 + (byte)(2 * i), Arm64.StackPointer, 16 * i);
        _code.Move(true, State, Arm64.X0);
        int anchor = NativeOffsets.Windows + (AnchorSegment * NativeOffsets.WindowStep);
        Sum(true, Arm64Sum.Add, Windows, State, anchor + NativeOffsets.Context);
        _code.Patch(_code.Address(CodeStart), 0);

        // Room for all callers that there may be, and for the exit's address under them.
        _code.MoveStackPointer(Callers, Arm64.StackPointer);
        StoreState(Callers, NativeOffsets.StackPointer);
        _code.Load(sizeof(int), isSigned: false, Free, State, NativeOffsets.MaxCallDepth + NativeOffsets.Context);
        _code.MoveImmediate(Free2, WordsPerCaller * sizeof(ulong));
        _code.Multiply(true, Free, Free, Free2);
        _code.TrySum(true, Arm64Sum.Add, Free, Free, 16);
        _code.Sum(true, Arm64Sum.Sub, Free, Callers, Free);
        _code.MoveStackPointer(Arm64.StackPointer, Free);
        int exit = _code.Address(Free);
        PushWord(Free);

        LoadState(Limit, NativeOffsets.CallerWordCount);
        LoadState(Start, NativeOffsets.CallerWords);
        int noCallers = _code.JumpIfZero(true, isZero: true, Limit);
        int loop = _code.Position;
        _code.LoadMoving(Free, Start, sizeof(ulong), Arm64Index.Post);
        PushWord(Free);
        _code.TrySum(true, Arm64Sum.SubFlags, Limit, Limit, 1);
        _code.Patch(_code.JumpIf(Arm64Condition.NotEqual), loop);
        _code.PatchHere(noCallers);

        LoadState(Free, NativeOffsets.ResumeAddress);
        LoadRegisters(last: CompilerState.FramePointer);
        LoadState(Units, NativeOffsets.RemainingUnits);

        // The exit stands behind it: the processor then foresees where the outermost function returns to, and our callers after it.
        _code.CallRegister(Free);
        return exit;
    }

    /// <summary>Where the outermost function returns to, with status 0; the other ways out join with theirs in w16.</summary>
    private void EmitExit()
    {
        StoreState(Units, NativeOffsets.RemainingUnits);
        _code.MoveImmediate(Free, (int)NativeStatus.Ended);
        _exitPosition = _code.Position;
        StoreRegisters(last: CompilerState.FramePointer);
        LoadState(Free2, NativeOffsets.StackPointer);
        _code.MoveStackPointer(Arm64.StackPointer, Free2);
        _code.Move(false, Arm64.X0, Free);
        for (int i = 1; i < SavedBytes / 16; i++)
            _code.LoadPair(Arm64.X17 + (byte)(2 * i), Arm64.X18 + (byte)(2 * i), Arm64.StackPointer, 16 * i);
        _code.LoadPair(Arm64.X29, ReturnAddress, Arm64.StackPointer, SavedBytes, Arm64Index.Post);
        _code.Return();
    }

    /// <summary>
    /// Leaves before instruction w16, giving x17 units back, and keeps the callers' words: below our caller's frame they
    /// would be overwritten. A host function's end joins with its status in w17.
    /// </summary>
    private void EmitLeave()
    {
        _leavePosition = _code.Position;
        _code.Sum(true, Arm64Sum.Add, Units, Units, Free2);
        StoreState(Units, NativeOffsets.RemainingUnits);
        _code.Store(sizeof(int), Free, State, NativeOffsets.InstructionIndex + NativeOffsets.Context);
        _code.MoveImmediate(Free2, (int)NativeStatus.Left);

        _keepCallersPosition = _code.Position;
        // The word under the entry's stack pointer is the exit's address: not a caller's.
        LoadState(Start, NativeOffsets.CallerWords);
        LoadState(Limit, NativeOffsets.StackPointer);
        _code.Sum(true, Arm64Sum.Sub, Limit, Limit, Callers);
        _code.TrySum(true, Arm64Sum.Sub, Limit, Limit, sizeof(ulong));
        StoreState(Limit, NativeOffsets.CallerWordCount); // bytes here; the machine divides
        int loop = _code.Position;
        int done = _code.JumpIfZero(true, isZero: true, Limit);
        _code.LoadMoving(Free, Callers, sizeof(ulong), Arm64Index.Post);
        _code.StoreMoving(Free, Start, sizeof(ulong), Arm64Index.Post);
        _code.TrySum(true, Arm64Sum.Sub, Limit, Limit, sizeof(ulong));
        _code.JumpTo(loop);
        _code.PatchHere(done);
        _code.Move(false, Free, Free2);
        _code.JumpTo(_exitPosition);
    }

    /// <summary>
    /// Translates the address in x9 by the memory map: w16 has the length and whether it is a store. x9: host or 0.
    /// </summary>
    private void EmitTranslate()
    {
        _translatePosition = _code.Position;
        for (int i = 0; i < 6; i += 2)
            _code.StorePair(Arm64.X0 + (byte)i, Arm64.X1 + (byte)i, State, SpillOffset(i));
        _code.StorePair(Group, ReturnAddress, State, SpillOffset(6));
        _code.Move(true, Arm64.X1, Offset);
        _code.Move(false, Arm64.X2, Free);
        CallOut(NativeOffsets.Translate);
        _code.Move(true, Offset, Arm64.X0);
        for (int i = 0; i < 6; i += 2)
            _code.LoadPair(Arm64.X0 + (byte)i, Arm64.X1 + (byte)i, State, SpillOffset(i));
        _code.LoadPair(Group, ReturnAddress, State, SpillOffset(6));
        _code.Return();
    }

    /// <summary>Runs the atomic or added instruction w16 outside. w16: 0 when it did not succeed.</summary>
    private void EmitInstructionCommon()
    {
        _instructionPosition = _code.Position;
        StoreRegisters(last: CompilerState.FramePointer);
        StoreState(Units, NativeOffsets.RemainingUnits);
        StoreState(ReturnAddress, NativeOffsets.Spill);
        _code.Move(false, Arm64.X1, Free);
        CallOut(NativeOffsets.RunInstruction);
        _code.Move(false, Free, Arm64.X0);
        LoadRegisters(last: CompilerState.FramePointer - 1);
        LoadState(Units, NativeOffsets.RemainingUnits);
        LoadState(ReturnAddress, NativeOffsets.Spill);
        _code.Return();
    }

    public void EmitAtomic()
    {
        RunOutside(_state.Index);
        LeaveIfZero(wide: false, Free);
    }

    /// <summary>Runs an instruction by <see cref="EmitInstructionCommon"/>; x16 is zero when it did not succeed.</summary>
    private void RunOutside(int index)
    {
        _code.MoveImmediate(Free, index);
        _code.CallTo(_instructionPosition);
    }

    /// <summary>
    /// Calls host function w17 for instruction w16. When it ends the program, the callers are kept: a function that the budget
    /// did not cover is called again when the run goes on.
    /// </summary>
    private void EmitHostCallCommon()
    {
        _hostCallPosition = _code.Position;
        _code.Store(sizeof(int), Free, State, NativeOffsets.InstructionIndex + NativeOffsets.Context);
        StoreRegisters(last: 5);
        StoreState(Units, NativeOffsets.RemainingUnits);
        StoreState(ReturnAddress, NativeOffsets.Spill);
        _code.Move(false, Arm64.X1, Free2);
        CallOut(NativeOffsets.CallHost);
        _code.Move(false, Free, Arm64.X0);
        LoadRegisters(last: 5);
        int ended = _code.JumpIfZero(false, isZero: true, Free);
        LoadState(Units, NativeOffsets.RemainingUnits);
        LoadState(ReturnAddress, NativeOffsets.Spill);
        _code.Return();
        _code.PatchHere(ended);
        _endedPosition = _code.Position;
        _code.MoveImmediate(Free2, (int)NativeStatus.EndedByHost);
        _code.JumpTo(_keepCallersPosition);
    }

    public void EmitHostCall(int function)
    {
        // A host call ends its block, so the units are exact already.
        _code.MoveImmediate(Free, _state.Index);
        _code.MoveImmediate(Free2, function);
        _code.CallTo(_hostCallPosition);
    }

    public void EmitLocalCall(int target, byte saved)
    {
        int back = EnterFrame(saved);
        _state.AddCall(_code.Call(), target);
        LeaveFrame(saved, back);
    }

    public void EmitCallRegister(in Instruction instruction)
    {
        Arm64 target = Start;
        _code.Sum(true, Arm64Sum.Sub, target, Read(instruction.Destination, Free), Constant(Free2, (long)_state.Program.Image.TextAddress));
        _code.ShiftRight(true, isSigned: false, target, target, int.Log2(InstructionWord.Bytes));
        Compare(true, target, _state.Program.Count);
        LeaveIf(Arm64Condition.AboveOrEqual);
        Sum(true, Arm64Sum.Add, Host, CodeStart, _tablePosition);
        _code.LoadIndexed(sizeof(int), isSigned: false, target, Host, target, isScaled: true);
        LeaveIfZero(wide: true, target);
        _code.Sum(true, Arm64Sum.Add, target, target, CodeStart);
        int back = EnterFrame(FlowAnalysis.AllSaved);
        _code.CallRegister(target);
        LeaveFrame(FlowAnalysis.AllSaved, back);
    }

    /// <summary>Checks the depth, keeps the caller's words and moves r10. Uses x16, x17 and x9.</summary>
    /// <returns>Where the return address is to be patched in.</returns>
    private int EnterFrame(byte saved)
    {
        if (_state.HasHostFrame)
        {
            Sum(true, Arm64Sum.Add, Free, Frame, _state.HostFrameStep);
            LoadState(Free2, NativeOffsets.FrameLimit);
            _code.Sum(true, Arm64Sum.SubFlags, Arm64.Zero, Free, Free2);
            int further = JumpIf(IsFurther);
            _state.AddColdCall(further, _code.Position);
        }
        else
        {
            _code.Load(sizeof(int), isSigned: false, Free, State, NativeOffsets.CallDepth + NativeOffsets.Context);
            _code.Load(sizeof(int), isSigned: false, Free2, State, NativeOffsets.MaxCallDepth + NativeOffsets.Context);
            _code.TrySum(false, Arm64Sum.Add, Free, Free, 1);
            _code.Sum(false, Arm64Sum.SubFlags, Arm64.Zero, Free, Free2);
            LeaveIf(Arm64Condition.AboveOrEqual);
            _code.Store(sizeof(int), Free, State, NativeOffsets.CallDepth + NativeOffsets.Context);
        }

        Span<Arm64> words = stackalloc Arm64[WordsPerCaller];
        int count = SavedWords(saved, words);
        int back = _code.Address(Offset);
        if (count == 0)
            PushWord(Offset);
        else
            _code.StorePair(Offset, words[0], Callers, -sizeof(ulong) * (count + 1), Arm64Index.Pre);
        for (int i = 1; i < count; i++)
        {
            int place = sizeof(ulong) * (i + 1);
            if (i + 1 < count)
                _code.StorePair(words[i], words[++i], Callers, place);
            else
                _code.Store(sizeof(ulong), words[i], Callers, place);
        }

        if (_state.HasHostFrame)
            _code.Move(true, Frame, Free);
        return back;
    }

    /// <summary>Whether a frame compared with another is further from the first one.</summary>
    private readonly Arm64Condition IsFurther => _state.HostFrameStep < 0 ? Arm64Condition.Below : Arm64Condition.Above;

    public void EmitColdCall(in ColdCall call)
    {
        _code.PatchHere(call.At);
        LoadState(Free2, NativeOffsets.LastFrame);
        _code.Sum(true, Arm64Sum.SubFlags, Arm64.Zero, Free, Free2);
        int tooFar = JumpIf(IsFurther);
        StoreState(Free, NativeOffsets.FrameLimit);
        _code.JumpTo(call.Back);
        _code.PatchHere(tooFar);
        Leave(call.Index, call.Units);
    }

    /// <summary>What follows a call: the return point, then everything back as it was. Exit has taken the return address.</summary>
    private void LeaveFrame(byte saved, int back)
    {
        _code.PatchHere(back);
        _state.Scratch.Returns.Add((_code.Position, _state.Index + 1));
        Span<Arm64> words = stackalloc Arm64[WordsPerCaller];
        int count = SavedWords(saved, words);
        int i = 0;
        for (; i + 1 < count; i += 2)
            _code.LoadPair(words[i], words[i + 1], Callers, 2 * sizeof(ulong), Arm64Index.Post);
        if (i < count)
            _code.LoadMoving(words[i], Callers, sizeof(ulong), Arm64Index.Post);
        if (_state.HasHostFrame)
        {
            Sum(true, Arm64Sum.Sub, Frame, Frame, _state.HostFrameStep);
            return;
        }

        _code.Load(sizeof(int), isSigned: false, Free, State, NativeOffsets.CallDepth + NativeOffsets.Context);
        _code.TrySum(false, Arm64Sum.Sub, Free, Free, 1);
        _code.Store(sizeof(int), Free, State, NativeOffsets.CallDepth + NativeOffsets.Context);
    }

    /// <summary>The registers that a call keeps, in the order of their words.</summary>
    private readonly int SavedWords(byte saved, Span<Arm64> words)
    {
        int count = 0;
        for (int i = 3; i >= 0; i--)
        {
            if ((saved & (1 << i)) != 0)
                words[count++] = Register(6 + i);
        }

        if (!_state.HasHostFrame)
            words[count++] = Frame;
        return count;
    }

    /// <summary>Leaves room for the table of blocks, at a place that every call by address knows.</summary>
    private bool TryReserveTable()
    {
        _tablePosition = _code.Position;
        _hasTable = Array.Exists(_state.Program.Instructions, instruction => instruction.Operation == Operation.CallRegister);
        int bytes = _hasTable ? _state.Program.Count * sizeof(int) : 0;
        if (bytes > _state.Limit - _tablePosition)
            return false;
        _code.Skip(bytes);
        return true;
    }

    /// <summary>For each instruction the distance of its block's code from the code's start, or 0.</summary>
    private readonly void FillTable()
    {
        if (!_hasTable)
            return;
        for (int i = 0; i < _state.Program.Count; i++)
            _code.SetWord(_tablePosition + (sizeof(int) * i), (uint)Math.Max(_state.Scratch.Offsets[i], 0));
    }

    private void PushWord(Arm64 register) => _code.StoreMoving(register, Callers, -sizeof(ulong), Arm64Index.Pre);

    private void LoadState(Arm64 to, int field) => _code.Load(sizeof(ulong), isSigned: false, to, State, field + NativeOffsets.Context);

    private void StoreState(Arm64 from, int field) => _code.Store(sizeof(ulong), from, State, field + NativeOffsets.Context);

    private static int SpillOffset(int word) => NativeOffsets.Spill + NativeOffsets.Context + (sizeof(ulong) * word);

    /// <summary>Registers from r0 on into the state.</summary>
    private void StoreRegisters(int last)
    {
        int place = NativeOffsets.Registers + NativeOffsets.Context;
        for (int i = 0; i < last; i += 2)
            _code.StorePair(Register(i), Register(i + 1), State, place + (sizeof(ulong) * i));
        if (last % 2 == 0)
            _code.Store(sizeof(ulong), Register(last), State, place + (sizeof(ulong) * last));
    }

    /// <summary>Registers from r0 on out of the state.</summary>
    private void LoadRegisters(int last)
    {
        int place = NativeOffsets.Registers + NativeOffsets.Context;
        for (int i = 0; i < last; i += 2)
            _code.LoadPair(Register(i), Register(i + 1), State, place + (sizeof(ulong) * i));
        if (last % 2 == 0)
            _code.Load(sizeof(ulong), isSigned: false, Register(last), State, place + (sizeof(ulong) * last));
    }

    /// <summary>Calls a C function of the state's with the state as first argument. Everything it may lose is in the state.</summary>
    private void CallOut(int function)
    {
        _code.Move(true, Arm64.X0, State);
        LoadState(Free, function);
        _code.CallRegister(Free);
    }
}
