namespace Velox.Bpf;

/// <summary>Loads and stores: directly in the frame, else checked against the window of a guessed or looked-up segment.</summary>
/// <remarks>As in <see cref="X64Compiler"/>; the host address of a span that shares a check stays in x8.</remarks>
internal unsafe ref partial struct Arm64Compiler
{
    /// <summary>The segment whose window <see cref="Windows"/> points to: from there to the input's, pairs are in reach.</summary>
    private const int AnchorSegment = (int)(MemoryMap.ProgramAddress >> 32);

    private const int LastSegmentInReach = (int)(MemoryMap.InputAddress >> 32);

    public void EmitFrameAccess(in Instruction instruction, int bytes) => EmitTransfer(in instruction, bytes, Frame, instruction.Target);

    public void EmitGroupAccess(in Instruction instruction, int bytes) =>
        EmitTransfer(in instruction, bytes, Group, instruction.Target - _state.GroupLow);

    /// <summary>Moves the data between register and [host + offset].</summary>
    private void EmitTransfer(in Instruction instruction, int bytes, Arm64 host, int offset)
    {
        Operation operation = instruction.Operation;
        if (!Arm64Assembler.IsOffset(bytes, offset))
        {
            Sum(true, Arm64Sum.Add, Offset, host, offset);
            (host, offset) = (Offset, 0);
        }

        if (operation <= Operation.LoadSx32)
            _code.Load(bytes, operation >= Operation.LoadSx8, Register(instruction.Destination), host, offset);
        else
            _code.Store(bytes, StoredValue(in instruction), host, offset);
    }

    public void EmitLoneAccess(in Instruction instruction, int bytes)
    {
        Operation operation = instruction.Operation;
        if (operation <= Operation.LoadSx32)
            _code.LoadIndexed(bytes, operation >= Operation.LoadSx8, Register(instruction.Destination), Host, Offset);
        else
            _code.StoreIndexed(bytes, StoredValue(in instruction), Host, Offset);
    }

    private Arm64 StoredValue(in Instruction instruction) =>
        Operand(in instruction, isRegister: ((instruction.Operation - Operation.Store8Imm) & 1) != 0);

    /// <summary>
    /// Puts the checked host address of a span into <see cref="Group"/>, or that of one access into <see cref="Host"/> and
    /// <see cref="Offset"/>.
    /// </summary>
    public void EmitCheck(in AccessSpan span, int baseRegister)
    {
        int segment = _state.Guess[baseRegister];
        bool isGuessed = segment is >= AnchorSegment and <= LastSegmentInReach;
        ColdAccess cold = _state.ColdAccessOf(in span, baseRegister) with { LooksUp = isGuessed };
        int jump;
        if (isGuessed)
        {
            int window = (segment - AnchorSegment) * NativeOffsets.WindowStep;
            _code.LoadPair(Start, Host, Windows, window);
            _code.Load(sizeof(ulong), isSigned: false, Limit, Windows, window + LimitField(in cold));
            _code.Sum(true, Arm64Sum.Sub, Offset, Read(baseRegister, Free), Start);
            if (span.Low != 0)
                Sum(true, Arm64Sum.Add, Offset, Offset, span.Low);
            jump = EmitLimitCheck(in cold);
        }
        else
        {
            jump = EmitLookUp(in cold);
        }

        _state.Scratch.Accesses.Add(cold with { At = jump, Back = _code.Position });
    }

    /// <summary>Finds the window by the address's segment.</summary>
    /// <returns>The jump of those outside.</returns>
    private int EmitLookUp(in ColdAccess access)
    {
        EmitAddress(in access);
        // Bits above the segment's number are caught by the comparison with the window's start.
        _code.ExtractBits(Window, Offset, 32, int.Log2(MemoryMap.Segments));
        _code.Sum(true, Arm64Sum.Add, Window, Windows, Window, shiftLeft: int.Log2(NativeOffsets.WindowStep));
        const int toWindow = -AnchorSegment * NativeOffsets.WindowStep;
        _code.LoadPair(Start, Host, Window, toWindow);
        _code.Load(sizeof(ulong), isSigned: false, Limit, Window, toWindow + LimitField(in access));
        _code.Sum(true, Arm64Sum.Sub, Offset, Offset, Start);
        return EmitLimitCheck(in access);
    }

    private void EmitAddress(in ColdAccess access)
    {
        Arm64 from = Read(access.Base, Free);
        if (access.Offset == 0)
            _code.Move(true, Offset, from);
        else
            Sum(true, Arm64Sum.Add, Offset, from, access.Offset);
    }

    /// <summary>Compares the distance from the window's start with the limit.</summary>
    private int EmitLimitCheck(in ColdAccess access)
    {
        int jump;
        if (!access.IsGroup)
        {
            _code.Sum(true, Arm64Sum.SubFlags, Arm64.Zero, Offset, Limit);
            jump = JumpIf(Arm64Condition.AboveOrEqual);
        }
        else
        {
            // A sum that wraps is outside too: carry without zero is "above".
            _code.TrySum(true, Arm64Sum.AddFlags, Window, Offset, access.Bytes);
            _code.CompareIf(Arm64Condition.Below, Window, Limit, otherwise: 0b0010);
            jump = JumpIf(Arm64Condition.Above);
            _code.Sum(true, Arm64Sum.Add, Group, Host, Offset);
        }

        return jump;
    }

    private static int LimitField(in ColdAccess access) => access.IsGroup
        ? NativeOffsets.WindowBytesField(access.IsStore)
        : NativeOffsets.WindowLimitField(access.Bytes, access.IsStore);

    public void EmitColdAccess(in ColdAccess access)
    {
        _code.PatchHere(access.At);
        if (access.LooksUp)
        {
            int jump = EmitLookUp(in access);
            _code.JumpTo(access.Back);
            _code.PatchHere(jump);
        }

        EmitAddress(in access);
        int kind = (access.IsStore ? NativeGateway.StoreFlag : 0) | (access.IsGroup ? NativeGateway.GroupFlag : 0);
        _code.MoveImmediate(Free, access.Bytes | kind);
        _code.CallTo(_translatePosition);
        int failed = JumpIfZero(wide: true, isZero: true, Offset);
        _code.Move(true, access.IsGroup ? Group : Host, Offset);
        if (!access.IsGroup)
            _code.MoveImmediate(Offset, 0);
        _code.JumpTo(access.Back);
        _code.PatchHere(failed);
        Leave(access.Index, access.Units);
    }
}
