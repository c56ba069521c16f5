namespace Velox.Bpf;

/// <summary>Loads and stores: directly in the frame, else checked against the window of a guessed or looked-up segment.</summary>
/// <remarks>
/// Accesses of one block through the same unchanged register share one check of the whole span: the host address then
/// stays in rdx. A failing check of a span means nothing yet: the out-of-line part looks the segment up, then asks the memory
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
            EmitTransfer(in instruction, bytes, Frame, offset, X64.Rcx);
        }
        else if (_groupBase == baseRegister && _index <= _groupEnd)
        {
            EmitTransfer(in instruction, bytes, X64.Rdx, offset - _groupLow, X64.Rcx);
        }
        else
        {
            Span span = FindSpan(baseRegister);
            EmitCheck(in span, baseRegister);
            if (span.IsGroup)
            {
                (_groupBase, _groupEnd, _groupLow) = (baseRegister, span.Last, span.Low);
                EmitTransfer(in instruction, bytes, X64.Rdx, offset - span.Low, X64.Rcx);
            }
            else
            {
                EmitTransfer(in instruction, bytes, X64.Rcx, 0, X64.Rdx);
            }
        }

        if (!isStore && instruction.Destination == _groupBase)
            _groupBase = NoGroup;
    }

    /// <summary>r10 cannot leave the stack where the program cannot write it, and a frame below it is always there.</summary>
    private readonly bool IsInFrame(int baseRegister, int offset, int bytes) =>
        _hasHostFrame && baseRegister == FramePointer && offset >= -_dialect.FrameBytes && offset + bytes <= 0;

    /// <summary>Moves the data between register and [host + displacement].</summary>
    /// <param name="instruction">Which access.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="host">Host address.</param>
    /// <param name="displacement">Added to it.</param>
    /// <param name="free">A register that may be used to compute r10's value.</param>
    private void EmitTransfer(in Instruction instruction, int bytes, X64 host, int displacement, X64 free)
    {
        Operation operation = instruction.Operation;
        if (operation <= Operation.LoadSx32)
        {
            bool isSigned = operation >= Operation.LoadSx8;
            _code.Load(bytes, isSigned, Register(instruction.Destination), host, displacement);
        }
        else if (IsImmediateStore(operation))
        {
            _code.StoreImmediate(bytes, (int)instruction.Immediate, host, displacement);
        }
        else
        {
            _code.Store(bytes, Read(instruction.Source, free), host, displacement);
        }
    }

    private static bool IsImmediateStore(Operation operation) => ((operation - Operation.Store8Imm) & 1) == 0;

    /// <summary>Puts the checked host address of a span into rdx (a group) or rcx.</summary>
    private void EmitCheck(in Span span, int baseRegister)
    {
        X64 address = span.IsGroup ? X64.Rdx : X64.Rcx;
        bool keepsGroup = !span.IsGroup && _groupBase != NoGroup;
        _code.Lea(address, Read(baseRegister, X64.Rcx), span.Low);
        int segment = _guess[baseRegister];
        ColdAccess cold = Cold(in span, baseRegister) with { KeepsGroup = keepsGroup, LooksUp = segment != RegionGuess.Unknown };
        if (segment == RegionGuess.Unknown)
        {
            EmitLookUp(in cold, address, out int jump, out int jump2);
            if (!span.IsGroup)
                _groupBase = NoGroup; // rdx was used
            _scratch.Accesses.Add(cold with { At = jump, At2 = jump2, Back = _code.Position, KeepsGroup = false });
            return;
        }

        int window = NativeOffsets.Windows + (segment * WindowBytes);
        _code.Alu(true, X64Alu.Sub, address, Context, window);
        int first, second = 0;
        if (span.IsGroup)
        {
            first = _code.JumpIf(Condition.Below);
            _code.Lea(X64.Rcx, address, span.Bytes);
            KeepOnLine(13);
            _code.Alu(true, X64Alu.Compare, X64.Rcx, Context, window + BytesField(span.IsStore));
            second = _code.JumpIf(Condition.Above);
        }
        else
        {
            KeepOnLine(13);
            _code.Alu(true, X64Alu.Compare, address, Context, window + LimitField(span.Bytes, span.IsStore));
            first = _code.JumpIf(Condition.AboveOrEqual);
        }

        _code.Alu(true, X64Alu.Add, address, Context, window + NativeOffsets.WindowHost);
        _scratch.Accesses.Add(cold with { At = first, At2 = second, Back = _code.Position });
    }

    private readonly ColdAccess Cold(in Span span, int baseRegister) => new(
        0, 0, 0, _index, _unitsAfter + 1, (byte)baseRegister, span.Low, span.Bytes, span.IsStore, span.IsGroup, false, false);

    /// <summary>Finds the window by the address's segment. Uses the other free register.</summary>
    private void EmitLookUp(in ColdAccess access, X64 address, out int jump, out int jump2)
    {
        X64 index = address == X64.Rcx ? X64.Rdx : X64.Rcx;
        int windows = NativeOffsets.Windows;
        // Bits above the segment's number are caught by the comparison with the window's start.
        _code.Move(true, index, address);
        _code.ShiftImmediate(true, X64Shift.Right, index, 32 - 7);
        _code.Alu(false, X64Alu.And, index, (MemoryMap.Segments - 1) * WindowBytes);
        _code.AluIndexed(X64Alu.Sub, address, Context, index, windows);
        if (access.IsGroup)
        {
            jump = _code.JumpIf(Condition.Below);
            _code.Alu(true, X64Alu.Add, address, access.Bytes);
            _code.AluIndexed(X64Alu.Compare, address, Context, index, windows + BytesField(access.IsStore));
            jump2 = _code.JumpIf(Condition.Above);
            _code.AluIndexed(X64Alu.Add, address, Context, index, windows + NativeOffsets.WindowHost);
            _code.Alu(true, X64Alu.Sub, address, access.Bytes);
        }
        else
        {
            jump2 = 0;
            _code.AluIndexed(X64Alu.Compare, address, Context, index, windows + LimitField(access.Bytes, access.IsStore));
            jump = _code.JumpIf(Condition.AboveOrEqual);
            _code.AluIndexed(X64Alu.Add, address, Context, index, windows + NativeOffsets.WindowHost);
        }
    }

    private static int BytesField(bool isStore) => isStore ? NativeOffsets.WindowWriteBytes : NativeOffsets.WindowReadBytes;

    private static int LimitField(int bytes, bool isStore) =>
        (isStore ? NativeOffsets.WindowWriteLimits : NativeOffsets.WindowReadLimits) + (8 * int.Log2(bytes));

    /// <summary>The out-of-line part of an access: the window of the real segment, then the memory map, then leave.</summary>
    private void EmitColdAccess(in ColdAccess access)
    {
        PatchHere(access.At);
        PatchHere(access.At2);
        X64 address = access.IsGroup ? X64.Rdx : X64.Rcx;
        _index = access.Index;
        _unitsAfter = access.Units - 1;
        if (access.KeepsGroup)
            _code.StoreWide(X64.Rdx, Context, NativeOffsets.Spill + 56);
        if (access.LooksUp)
        {
            _code.Lea(address, Read(access.Base, X64.Rcx), access.Offset);
            EmitLookUp(in access, address, out int jump, out int jump2);
            GoBack(in access);
            PatchHere(jump);
            PatchHere(jump2);
        }

        _code.Lea(X64.Rcx, Read(access.Base, X64.Rcx), access.Offset);
        int kind = (access.IsStore ? NativeGateway.StoreFlag : 0) | (access.IsGroup ? NativeGateway.GroupFlag : 0);
        _code.MoveImmediate(X64.Rdx, access.Bytes | kind);
        _code.CallTo(_translatePosition);
        _code.Test(true, X64.Rcx, X64.Rcx);
        int failed = _code.JumpIf(Condition.Equal);
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
