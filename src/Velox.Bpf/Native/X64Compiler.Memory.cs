namespace Velox.Bpf;

/// <summary>Loads and stores: directly in the frame, else checked against the window of a guessed or looked-up segment.</summary>
/// <remarks>
/// A check leaves the distance from the program's addresses to the host's in a free register, and the access adds it: so the
/// load need not wait for its check. Accesses of one block through the same unchanged register share one check of the whole
/// span: the distance then stays in rdx. A failing check of a span means nothing yet: the out-of-line part looks the segment up, then asks the memory
/// map, and only then leaves, before the first access of the span.
/// </remarks>
internal unsafe ref partial struct X64Compiler
{
    private const int NoGroup = -1;

    /// <summary>Longest span of accesses that share a check.</summary>
    private const int MaxGroupBytes = 256;

    /// <summary>How far ahead accesses are looked for that could share a check.</summary>
    private const int MaxGroupInstructions = 64;

    private void EmitAccess(in Instruction instruction)
    {
        bool isStore = instruction.Operation >= Operation.Store8Imm;
        int baseRegister = isStore ? instruction.Destination : instruction.Source;
        int offset = instruction.Target;
        int bytes = AccessSize.Of(instruction.Operation);
        if (IsInFrame(baseRegister, offset, bytes))
        {
            EmitTransfer(in instruction, bytes, new X64Memory(Frame, offset), X64.Rcx);
        }
        else if (_groupBase == baseRegister && _index <= _groupEnd)
        {
            EmitTransfer(in instruction, bytes, At(baseRegister, X64.Rdx, offset), X64.Rcx);
        }
        else
        {
            Span span = FindSpan(baseRegister);
            EmitCheck(in span, baseRegister);
            if (span.IsGroup)
                (_groupBase, _groupEnd) = (baseRegister, span.Last);
            X64 distance = span.IsGroup ? X64.Rdx : X64.Rcx;
            EmitTransfer(in instruction, bytes, At(baseRegister, distance, offset), span.IsGroup ? X64.Rcx : X64.Rdx);
        }

        if (!isStore && instruction.Destination == _groupBase)
            _groupBase = NoGroup;
    }

    /// <summary>
    /// The host's memory of an access. r10, which is no program's address in its register, is part of its distance.
    /// </summary>
    private readonly X64Memory At(int baseRegister, X64 distance, int offset) => IsHostFrame(baseRegister)
        ? new X64Memory(distance, offset)
        : new X64Memory(distance, offset, Register(baseRegister));

    private readonly bool IsHostFrame(int register) => register == FramePointer && _hasHostFrame;

    /// <summary>r10 cannot leave the stack where the program cannot write it, and a frame below it is always there.</summary>
    private readonly bool IsInFrame(int baseRegister, int offset, int bytes) =>
        _hasHostFrame && baseRegister == FramePointer && offset >= -_dialect.FrameBytes && offset + bytes <= 0;

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

    /// <summary>Checks a span and leaves the distance to the host's memory in rdx (a group) or rcx.</summary>
    private void EmitCheck(in Span span, int baseRegister)
    {
        X64 distance = span.IsGroup ? X64.Rdx : X64.Rcx;
        bool keepsGroup = !span.IsGroup && _groupBase != NoGroup;
        int segment = _guess[baseRegister];
        ColdAccess cold = Cold(in span, baseRegister) with { KeepsGroup = keepsGroup, LooksUp = segment != RegionGuess.Unknown };
        if (segment == RegionGuess.Unknown)
        {
            EmitLookUp(in cold, out int jump, out int jump2);
            if (!span.IsGroup)
                _groupBase = NoGroup; // rdx was used
            _scratch.Accesses.Add(cold with { At = jump, At2 = jump2, Back = _code.Position, KeepsGroup = false });
            return;
        }

        int window = NativeOffsets.Windows + (segment * WindowBytes);
        EmitAddress(X64.Rcx, baseRegister, span.Low);
        _code.Alu(true, X64Alu.Sub, X64.Rcx, Context, window);
        int first, second = 0;
        if (span.IsGroup)
        {
            first = _code.JumpIf(Condition.Below);
            _code.Alu(true, X64Alu.Add, X64.Rcx, span.Bytes);
            int bytes = window + BytesField(span.IsStore);
            KeepOnLine(DisplacementBytes(bytes) + JumpBytes);
            _code.Alu(true, X64Alu.Compare, X64.Rcx, Context, bytes);
            second = _code.JumpIf(Condition.Above);
        }
        else
        {
            int limit = window + LimitField(span.Bytes, span.IsStore);
            KeepOnLine(DisplacementBytes(limit) + JumpBytes);
            _code.Alu(true, X64Alu.Compare, X64.Rcx, Context, limit);
            first = _code.JumpIf(Condition.AboveOrEqual);
        }

        _code.LoadWide(distance, Context, window + NativeOffsets.WindowDistance);
        AddHostFrame(distance, baseRegister);
        _scratch.Accesses.Add(cold with { At = first, At2 = second, Back = _code.Position });
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

    /// <summary>Where r10 holds no program's address: the distance is made the host's address of r10.</summary>
    private void AddHostFrame(X64 distance, int baseRegister)
    {
        if (!IsHostFrame(baseRegister))
            return;
        X64 other = distance == X64.Rcx ? X64.Rdx : X64.Rcx;
        _code.Alu(true, X64Alu.Add, distance, Read(FramePointer, other));
    }

    private readonly ColdAccess Cold(in Span span, int baseRegister) => new(
        0, 0, 0, _index, _unitsAfter + 1, (byte)baseRegister, span.Low, span.Bytes, span.IsStore, span.IsGroup, false, false);

    /// <summary>Finds the window by the address's segment, checks, and leaves the distance. Uses both free registers.</summary>
    private void EmitLookUp(in ColdAccess access, out int jump, out int jump2)
    {
        int windows = NativeOffsets.Windows;
        EmitAddress(X64.Rcx, access.Base, access.Offset);
        // Bits above the segment's number are caught by the comparison with the window's start.
        _code.Move(true, X64.Rdx, X64.Rcx);
        _code.ShiftImmediate(true, X64Shift.Right, X64.Rdx, 32 - 7);
        _code.Alu(false, X64Alu.And, X64.Rdx, (MemoryMap.Segments - 1) * WindowBytes);
        _code.Alu(X64Alu.Sub, X64.Rcx, new X64Memory(Context, windows, X64.Rdx));
        if (access.IsGroup)
        {
            jump = _code.JumpIf(Condition.Below);
            _code.Alu(true, X64Alu.Add, X64.Rcx, access.Bytes);
            _code.Alu(X64Alu.Compare, X64.Rcx, new X64Memory(Context, windows + BytesField(access.IsStore), X64.Rdx));
            jump2 = _code.JumpIf(Condition.Above);
        }
        else
        {
            jump2 = 0;
            _code.Alu(X64Alu.Compare, X64.Rcx, new X64Memory(Context, windows + LimitField(access.Bytes, access.IsStore), X64.Rdx));
            jump = _code.JumpIf(Condition.AboveOrEqual);
        }

        X64 distance = access.IsGroup ? X64.Rdx : X64.Rcx;
        _code.Load(8, false, distance, new X64Memory(Context, windows + NativeOffsets.WindowDistance, X64.Rdx));
        AddHostFrame(distance, access.Base);
    }

    private static int BytesField(bool isStore) => isStore ? NativeOffsets.WindowWriteBytes : NativeOffsets.WindowReadBytes;

    private static int LimitField(int bytes, bool isStore) =>
        (isStore ? NativeOffsets.WindowWriteLimits : NativeOffsets.WindowReadLimits) + (8 * int.Log2(bytes));

    /// <summary>The out-of-line part of an access: the window of the real segment, then the memory map, then leave.</summary>
    private void EmitColdAccess(in ColdAccess access)
    {
        PatchHere(access.At);
        PatchHere(access.At2);
        _index = access.Index;
        _unitsAfter = access.Units - 1;
        if (access.KeepsGroup)
            _code.StoreWide(X64.Rdx, Context, NativeOffsets.Spill + 56);
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
        // The host's address of the span becomes the distance, or the host's address of r10.
        if (!IsHostFrame(access.Base))
            _code.Alu(true, X64Alu.Sub, X64.Rcx, Register(access.Base));
        if (access.Offset != 0)
            _code.Lea(X64.Rcx, X64.Rcx, -access.Offset);
        if (access.IsGroup)
            _code.Move(true, X64.Rdx, X64.Rcx);
        GoBack(in access);
        _code.Patch(failed, _code.Position);
        Leave();
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

    /// <summary>The accesses from here down that can share one check with this one.</summary>
    private readonly Span FindSpan(int baseRegister)
    {
        Instruction[] code = _program.Instructions;
        var span = new Span(int.MaxValue, int.MinValue, false, _index, 0);
        int end = Math.Min(code.Length, _index + MaxGroupInstructions);
        for (int i = _index; i < end; i++)
        {
            ref readonly Instruction instruction = ref code[i];
            Operation operation = instruction.Operation;
            if (i > _index && _flow.IsLeader(i))
                break;
            if (operation is >= Operation.Load8 and <= Operation.Store64Reg)
            {
                bool isStore = operation >= Operation.Store8Imm;
                int bytes = AccessSize.Of(operation);
                bool isMember = (isStore ? instruction.Destination : instruction.Source) == baseRegister
                    && !IsInFrame(baseRegister, instruction.Target, bytes);
                if (isMember && !span.TryAdd(instruction.Target, bytes, isStore, i))
                    break;
            }

            if (instruction.Destination == baseRegister && operation < Operation.Store8Imm)
                break;
            if (UsesRdx(operation) || operation is >= Operation.AtomicAdd32 and <= Operation.CompareExchange64)
                break;
        }

        return span;
    }

    private static bool UsesRdx(Operation operation) =>
        operation is >= Operation.Div64Imm and <= Operation.SMulHigh64Reg or >= Operation.Div32Imm and <= Operation.SModOrTrap32Reg;

    /// <summary>A run of accesses through one register.</summary>
    private record struct Span(int Low, int High, bool IsStore, int Last, int Count)
    {
        internal readonly int Bytes => High - Low;

        internal readonly bool IsGroup => Count > 1;

        internal bool TryAdd(int offset, int bytes, bool isStore, int index)
        {
            int low = Math.Min(Low, offset);
            int high = Math.Max(High, offset + bytes);
            if (high - low > MaxGroupBytes)
                return false;
            this = new Span(low, high, IsStore | isStore, index, Count + 1);
            return true;
        }
    }
}
