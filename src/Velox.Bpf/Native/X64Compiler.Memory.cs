namespace Velox.Bpf;

/// <summary>Loads and stores: directly in the frame, else checked against the window of a guessed or looked-up segment.</summary>
/// <remarks>
/// <para>What a check leaves depends on what needs it. A load gets the distance from the program's addresses to the host's in
/// rcx and adds it while loading, so that it need not wait for its check. A store gets the host's address in rcx, since an
/// indexed store takes a port from the loads. Accesses of one block through the same unchanged register share one check of
/// the whole span, and the host's address for that register in rdx.</para>
/// <para>A failing check of a span means nothing yet: the out-of-line part looks the segment up, then asks the memory map, and
/// only then leaves, before the first access of the span.</para>
/// </remarks>
internal unsafe ref partial struct X64Compiler
{
    public void EmitFrameAccess(in Instruction instruction, int bytes) =>
        EmitTransfer(in instruction, bytes, new X64Memory(Frame, instruction.Target), X64.Rcx);

    public void EmitGroupAccess(in Instruction instruction, int bytes) =>
        EmitTransfer(in instruction, bytes, new X64Memory(X64.Rdx, instruction.Target), X64.Rcx);

    public void EmitLoneAccess(in Instruction instruction, int bytes)
    {
        bool isStore = instruction.Operation >= Operation.Store8Imm;
        int baseRegister = isStore ? instruction.Destination : instruction.Source;
        X64Memory memory = NeedsPointer(isStore, baseRegister)
            ? new X64Memory(X64.Rcx, 0)
            : new X64Memory(X64.Rcx, instruction.Target, Register(baseRegister));
        EmitTransfer(in instruction, bytes, memory, X64.Rdx);
    }

    /// <summary>Whether a check leaves the host's address of a lone access, not the distance to it.</summary>
    private readonly bool NeedsPointer(bool isStore, int baseRegister) => isStore || _state.IsHostFrame(baseRegister);

    /// <summary>Moves the data between register and memory.</summary>
    /// <param name="instruction">Which access.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="memory">Checked.</param>
    /// <param name="free">A register that may be used to compute r10's value.</param>
    private void EmitTransfer(in Instruction instruction, int bytes, X64Memory memory, X64 free)
    {
        Operation operation = instruction.Operation;
        if (operation <= Operation.LoadSx32)
            _code.Load(bytes, isSigned: operation >= Operation.LoadSx8, Register(instruction.Destination), memory);
        else if (IsImmediateStore(operation))
            _code.StoreImmediate(bytes, (int)instruction.Immediate, memory);
        else
            _code.Store(bytes, Read(instruction.Source, free), memory);
    }

    private static bool IsImmediateStore(Operation operation) => ((operation - Operation.Store8Imm) & 1) == 0;

    /// <summary>Checks a span and leaves what its accesses need in rdx (a group) or rcx.</summary>
    public void EmitCheck(in AccessSpan span, int baseRegister)
    {
        bool keepsGroup = !span.IsGroup && _state.GroupBase != CompilerState.NoGroup && _state.Index < _state.GroupEnd;
        int segment = _state.Guess[baseRegister];
        ColdAccess cold = _state.ColdAccessOf(in span, baseRegister) with
        {
            KeepsGroup = keepsGroup,
            LooksUp = segment != RegionGuess.Unknown,
        };
        if (segment == RegionGuess.Unknown)
        {
            EmitLookUp(in cold, out int jump, out int jump2);
            if (!span.IsGroup)
                _state.GroupBase = CompilerState.NoGroup; // rdx was used
            _state.Scratch.Accesses.Add(cold with { At = jump, At2 = jump2, Back = _code.Position, KeepsGroup = false });
            return;
        }

        int window = NativeOffsets.Windows + (segment * NativeOffsets.WindowStep);
        EmitAddress(X64.Rcx, baseRegister, span.Low);
        _code.Alu(true, X64Alu.Sub, X64.Rcx, Context, window);
        int first, second = 0;
        if (span.IsGroup)
        {
            first = _code.JumpIf(Condition.Below);
            _code.Alu(true, X64Alu.Add, X64.Rcx, span.Bytes);
            int bytes = window + NativeOffsets.WindowBytesField(span.IsStore);
            KeepOnLine(DisplacementBytes(bytes) + JumpBytes);
            _code.Alu(true, X64Alu.Compare, X64.Rcx, Context, bytes);
            second = _code.JumpIf(Condition.Above);
        }
        else
        {
            int limit = window + NativeOffsets.WindowLimitField(span.Bytes, span.IsStore);
            KeepOnLine(DisplacementBytes(limit) + JumpBytes);
            _code.Alu(true, X64Alu.Compare, X64.Rcx, Context, limit);
            first = _code.JumpIf(Condition.AboveOrEqual);
        }

        EmitResult(span.IsGroup, span.IsStore, baseRegister, new X64Memory(Context, window));
        _state.Scratch.Accesses.Add(cold with { At = first, At2 = second, Back = _code.Position });
    }

    /// <summary>The program's address.</summary>
    private void EmitAddress(X64 to, int baseRegister, int offset)
    {
        X64 value = Read(baseRegister, X64.Rcx);
        if (offset != 0)
            _code.Lea(to, value, offset);
        else if (to != value)
            _code.Move(true, to, value);
    }

    /// <summary>From a window, with rcx at the distance from its start for lone accesses, to what the accesses need.</summary>
    private void EmitResult(bool isGroup, bool isStore, int baseRegister, X64Memory window)
    {
        X64Memory Field(int offset) => window with { Displacement = window.Displacement + offset };
        if (isGroup)
        {
            _code.Load(8, false, X64.Rdx, Field(NativeOffsets.WindowDistance));
            _code.Alu(true, X64Alu.Add, X64.Rdx, Read(baseRegister, X64.Rcx));
        }
        else if (NeedsPointer(isStore, baseRegister))
        {
            _code.Alu(X64Alu.Add, X64.Rcx, Field(NativeOffsets.WindowHost));
        }
        else
        {
            _code.Load(8, false, X64.Rcx, Field(NativeOffsets.WindowDistance));
        }
    }

    /// <summary>As <see cref="EmitCheck"/> with the window of the address's own segment. Uses both free registers.</summary>
    private void EmitLookUp(in ColdAccess access, out int jump, out int jump2)
    {
        int windows = NativeOffsets.Windows;
        EmitAddress(X64.Rcx, access.Base, access.Offset);
        // Bits above the segment's number are caught by the comparison with the window's start.
        _code.Move(true, X64.Rdx, X64.Rcx);
        _code.ShiftImmediate(true, X64Shift.Right, X64.Rdx, 32 - 7);
        _code.Alu(false, X64Alu.And, X64.Rdx, (MemoryMap.Segments - 1) * NativeOffsets.WindowStep);
        _code.Alu(X64Alu.Sub, X64.Rcx, new X64Memory(Context, windows, X64.Rdx));
        if (access.IsGroup)
        {
            jump = _code.JumpIf(Condition.Below);
            _code.Alu(true, X64Alu.Add, X64.Rcx, access.Bytes);
            _code.Alu(X64Alu.Compare, X64.Rcx, new X64Memory(Context, windows + NativeOffsets.WindowBytesField(access.IsStore), X64.Rdx));
            jump2 = _code.JumpIf(Condition.Above);
        }
        else
        {
            jump2 = 0;
            int limit = NativeOffsets.WindowLimitField(access.Bytes, access.IsStore);
            _code.Alu(X64Alu.Compare, X64.Rcx, new X64Memory(Context, windows + limit, X64.Rdx));
            jump = _code.JumpIf(Condition.AboveOrEqual);
        }

        EmitResult(access.IsGroup, access.IsStore, access.Base, new X64Memory(Context, windows, X64.Rdx));
    }

    public void EmitColdAccess(in ColdAccess access)
    {
        PatchHere(access.At);
        PatchHere(access.At2);
        if (access.KeepsGroup)
            _code.StoreWide(X64.Rdx, Context, NativeOffsets.Spill + 56);
        if (_state.HasGaps)
        {
            EmitAddress(X64.Rcx, access.Base, access.Offset);
            EmitFindInFrames(access.Bytes, out int leavesFrame, out int notReached);
            EmitFound(in access);
            PatchHere(leavesFrame);
            PatchHere(notReached);
        }

        if (access.LooksUp)
        {
            EmitLookUp(in access, out int jump, out int jump2);
            GoBack(in access);
            PatchHere(jump);
            PatchHere(jump2);
        }

        EmitAddress(X64.Rcx, access.Base, access.Offset);
        int kind = (access.IsStore ? NativeGateway.StoreFlag : 0) | (access.IsGroup ? NativeGateway.GroupFlag : 0);
        _code.MoveImmediate(X64.Rdx, access.Bytes | kind);
        _code.CallTo(_translatePosition);
        _code.Test(true, X64.Rcx, X64.Rcx);
        int failed = _code.JumpIf(Condition.Equal);
        EmitFound(in access);
        _code.Patch(failed, _code.Position);
        Leave(access.Index, access.Units);
    }

    /// <summary>Goes back with the host's address of the span's start in rcx.</summary>
    private void EmitFound(in ColdAccess access)
    {
        if (access.IsGroup)
            _code.Lea(X64.Rdx, X64.Rcx, -access.Offset);
        else if (!NeedsPointer(access.IsStore, access.Base))
            EmitDistance(in access);
        GoBack(in access);
    }

    /// <summary>
    /// rcx, a program's address, becomes the host's where a range is inside one of the frames that were reached. Uses rdx.
    /// </summary>
    /// <remarks>The window shows one frame only, and functions go from their caller's to their own and back.</remarks>
    /// <param name="bytes">The range's length, or 0 for what is in the register of <see cref="Length"/>: of less than 2 GiB.</param>
    /// <param name="leavesFrame">A jump where it is not inside.</param>
    /// <param name="notReached">Another one.</param>
    private void EmitFindInFrames(int bytes, out int leavesFrame, out int notReached)
    {
        int frameBytes = _state.Dialect.FrameBytes;
        _code.ToggleBit(X64.Rcx, 33); // - StackAddress; any other address becomes one above all of the stack
        // Where the range starts in its frame, or the gap behind it.
        _code.Move(false, X64.Rdx, X64.Rcx);
        _code.Alu(false, X64Alu.And, X64.Rdx, (2 * frameBytes) - 1);
        // Frames are apart twice their size: (offset + offset in frame) / 2. What wraps is in a gap.
        _code.Alu(true, X64Alu.Add, X64.Rcx, X64.Rdx);
        _code.ShiftImmediate(true, X64Shift.Right, X64.Rcx, 1);
        if (bytes > 0)
            _code.Alu(false, X64Alu.Add, X64.Rdx, bytes);
        else
            _code.Alu(false, X64Alu.Add, X64.Rdx, Length);
        _code.Alu(false, X64Alu.Compare, X64.Rdx, frameBytes);
        leavesFrame = _code.JumpIf(Condition.Above);
        _code.Alu(true, X64Alu.Add, X64.Rcx, Context, NativeOffsets.StackHost);
        _code.Alu(true, X64Alu.Compare, X64.Rcx, Context, NativeOffsets.FrameLimit);
        notReached = _code.JumpIf(Condition.AboveOrEqual);
    }

    private void EmitDistance(in ColdAccess access)
    {
        _code.Alu(true, X64Alu.Sub, X64.Rcx, Register(access.Base));
        _code.Lea(X64.Rcx, X64.Rcx, -access.Offset);
    }

    private void GoBack(in ColdAccess access)
    {
        if (access.KeepsGroup)
            _code.LoadWide(X64.Rdx, Context, NativeOffsets.Spill + 56);
        _code.JumpTo(access.Back);
    }

    private readonly void PatchHere(int at)
    {
        if (at != 0)
            _code.Patch(at, _code.Position);
    }
}
