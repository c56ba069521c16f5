namespace Velox.Bpf;

/// <summary>Host functions that native code does itself: one routine for each that the program calls.</summary>
/// <remarks>
/// A routine is called in place of <see cref="EmitHostCallCommon"/> and goes there for whatever does not fit: the function then
/// finds everything as the program left it. Data goes through vector registers, which hold nothing of the program's. All loads
/// come before the first store.
/// </remarks>
internal unsafe ref partial struct X64Compiler
{
    /// <summary>Most routines of one program; other functions are called.</summary>
    internal const int MaxRoutines = 8;

    /// <summary>More than a routine needs.</summary>
    internal const int MaxRoutineBytes = 896;

    /// <summary>Shortest range that two accesses of a power of two cover.</summary>
    private const int MinRoutineBytes = 4;

    // Arguments, as the map of registers has them.
    private const X64 Argument1 = X64.Rdi;
    private const X64 Argument2 = X64.Rsi;
    private const X64 Length = X64.R8;
    private const X64 Argument4 = X64.R9;

    // Vector registers that keep a host address while the next one is looked up.
    private const int KeptAddress = 4;
    private const int KeptResult = 5;

    private void EmitRoutines()
    {
        if (!_state.Program.Host.HasInlineForms)
            return;
        foreach (ref readonly Instruction instruction in _state.Program.Instructions.AsSpan())
        {
            if (instruction.Operation != Operation.CallHost)
                continue;
            if (_state.Scratch.Routines.Count == MaxRoutines || _code.Position + MaxRoutineBytes > _state.Limit)
                return;
            int function = (int)instruction.Immediate;
            HostFunctionEntry entry = _state.Program.HostFunctions[function];
            if (entry.Inline == InlineForm.None || entry.PriceUnits > int.MaxValue || HasRoutine(function))
                continue;
            _state.Scratch.Routines.Add((function, _code.Position));
            EmitRoutine(function, entry);
        }
    }

    private readonly bool HasRoutine(int function)
    {
        foreach ((int done, _) in _state.Scratch.Routines)
        {
            if (done == function)
                return true;
        }

        return false;
    }

    private void EmitRoutine(int function, HostFunctionEntry entry)
    {
        int start = _code.Position;
        _state.Scratch.RoutineExits.Clear();
        _code.Lea(X64.Rcx, Length, -MinRoutineBytes);
        _code.Alu(true, X64Alu.Compare, X64.Rcx, MemoryFunctions.MaxInlineBytes - MinRoutineBytes);
        ExitRoutineIf(Condition.Above);
        if (entry.PriceUnits > 0)
        {
            _code.Alu(true, X64Alu.Compare, Units, (int)entry.PriceUnits);
            ExitRoutineIf(Condition.Below);
        }

        switch (entry.Inline)
        {
            case InlineForm.Set:
                EmitSet();
                break;
            case InlineForm.Compare:
                EmitCompare();
                break;
            default:
                EmitCopy(mayOverlap: entry.Inline == InlineForm.Move);
                break;
        }

        if (entry.PriceUnits > 0)
            _code.Alu(true, X64Alu.Sub, Units, (int)entry.PriceUnits);
        _code.MoveImmediate(Register(0), 0);
        _code.Return();

        foreach (int at in _state.Scratch.RoutineExits)
            _code.Patch(at, _code.Position);
        _code.MoveImmediate(X64.Rdx, function);
        _code.JumpTo(_hostCallPosition);
        if (_code.Position - start > MaxRoutineBytes)
            throw new InvalidOperationException($"The routine of {entry.Inline} is longer than {MaxRoutineBytes} bytes.");
    }

    private void EmitCopy(bool mayOverlap)
    {
        if (!mayOverlap)
        {
            // They overlap where -length < target - source < length.
            _code.Move(true, X64.Rcx, Argument1);
            _code.Alu(true, X64Alu.Sub, X64.Rcx, Argument2);
            _code.Lea(X64.Rcx, new X64Memory(X64.Rcx, -1, Length));
            _code.Lea(X64.Rdx, new X64Memory(Length, -1, Length));
            _code.Alu(true, X64Alu.Compare, X64.Rcx, X64.Rdx);
            ExitRoutineIf(Condition.Below);
        }

        TranslateRange(Argument1, isStore: true);
        _code.MoveToVector(KeptAddress, X64.Rdx);
        TranslateRange(Argument2, isStore: false);
        _code.MoveFromVector(X64.Rcx, KeptAddress);
        EmitByLength(RoutineStep.Copy);
    }

    private void EmitSet()
    {
        TranslateRange(Argument1, isStore: true);
        _code.MoveToVector(0, Argument2);
        _code.BroadcastByte(0);
        EmitByLength(RoutineStep.Set);
    }

    private void EmitCompare()
    {
        _code.TestImmediate(false, Argument4, sizeof(int) - 1);
        ExitRoutineIf(Condition.NotEqual);
        TranslateRange(Argument4, isStore: true, sizeof(int));
        _code.MoveToVector(KeptResult, X64.Rdx);
        TranslateRange(Argument1, isStore: false);
        _code.MoveToVector(KeptAddress, X64.Rdx);
        TranslateRange(Argument2, isStore: false);
        _code.MoveFromVector(X64.Rcx, KeptAddress);
        EmitByLength(RoutineStep.Compare);
        _code.MoveMask(X64.Rcx, 0);
        _code.Alu(false, X64Alu.Compare, X64.Rcx, ushort.MaxValue);
        ExitRoutineIf(Condition.NotEqual); // which bytes differ is for the function to find
        _code.MoveFromVector(X64.Rdx, KeptResult);
        _code.StoreImmediate(sizeof(int), 0, new X64Memory(X64.Rdx, 0));
    }

    /// <summary>rdx = the host address of a range in the window of its segment, or in frames that were reached. Uses rcx.</summary>
    /// <param name="address">The program's address.</param>
    /// <param name="isStore">Whether it is written.</param>
    /// <param name="bytes">Its length; 0 for the one in the register.</param>
    private void TranslateRange(X64 address, bool isStore, int bytes = 0)
    {
        int windows = NativeOffsets.Windows;
        _code.Move(true, X64.Rcx, address);
        _code.ShiftImmediate(true, X64Shift.Right, X64.Rcx, 32 - 7);
        _code.Alu(false, X64Alu.And, X64.Rcx, (MemoryMap.Segments - 1) * NativeOffsets.WindowStep);
        _code.Move(true, X64.Rdx, address);
        _code.Alu(X64Alu.Sub, X64.Rdx, new X64Memory(Context, windows, X64.Rcx));
        int below = _code.JumpIf(Condition.Below);
        if (bytes > 0)
            _code.Alu(true, X64Alu.Add, X64.Rdx, bytes);
        else
            _code.Alu(true, X64Alu.Add, X64.Rdx, Length);
        _code.Alu(X64Alu.Compare, X64.Rdx, new X64Memory(Context, windows + NativeOffsets.WindowBytesField(isStore), X64.Rcx));
        int above = _code.JumpIf(Condition.Above);
        _code.Load(8, false, X64.Rdx, new X64Memory(Context, windows + NativeOffsets.WindowDistance, X64.Rcx));
        _code.Alu(true, X64Alu.Add, X64.Rdx, address);
        if (_state.HasGaps)
            TranslateRangeInFrames(address, bytes, below, above);
        else
            _state.Scratch.RoutineExits.AddRange([below, above]);
    }

    /// <summary>What the window does not show, from two jumps on.</summary>
    private void TranslateRangeInFrames(X64 address, int bytes, int below, int above)
    {
        int done = _code.Jump();
        _code.Patch(below, _code.Position);
        _code.Patch(above, _code.Position);
        _code.Move(true, X64.Rcx, address);
        EmitFindInFrames(bytes, out int leavesFrame, out int notReached);
        _state.Scratch.RoutineExits.AddRange([leavesFrame, notReached]);
        _code.Move(true, X64.Rdx, X64.Rcx);
        _code.Patch(done, _code.Position);
    }

    /// <summary>
    /// A range of 4 to 64 bytes as its first and its last 4, 8, 16 or 32 bytes, which may overlap each other.
    /// </summary>
    private void EmitByLength(RoutineStep step)
    {
        _code.Alu(false, X64Alu.Compare, Length, 16);
        int from16 = _code.JumpIf(Condition.AboveOrEqual);
        _code.Alu(false, X64Alu.Compare, Length, 8);
        int from8 = _code.JumpIf(Condition.AboveOrEqual);
        EmitStep(step, 4);
        int done4 = _code.Jump();
        _code.Patch(from8, _code.Position);
        EmitStep(step, 8);
        int done8 = _code.Jump();
        _code.Patch(from16, _code.Position);
        _code.Alu(false, X64Alu.Compare, Length, 32);
        int from33 = _code.JumpIf(Condition.Above);
        EmitStep(step, 16);
        int done16 = _code.Jump();
        _code.Patch(from33, _code.Position);
        EmitStep(step, 32);
        foreach (int at in (ReadOnlySpan<int>)[done4, done8, done16])
            _code.Patch(at, _code.Position);
    }

    /// <summary>Handles the first and last bytes of a range: from rdx to rcx, or both compared with each other.</summary>
    private void EmitStep(RoutineStep step, int bytes)
    {
        int size = Math.Min(bytes, 16);
        int count = bytes == 32 ? 4 : 2;
        for (int i = 0; i < count; i++)
        {
            switch (step)
            {
                case RoutineStep.Copy:
                    _code.LoadVector(size, i, Part(X64.Rdx, i, count, size));
                    break;
                case RoutineStep.Set:
                    _code.StoreVector(size, 0, Part(X64.Rdx, i, count, size));
                    break;
                default:
                    int to = i == 0 ? 0 : 2;
                    _code.LoadVector(size, to, Part(X64.Rcx, i, count, size));
                    _code.LoadVector(size, to + 1, Part(X64.Rdx, i, count, size));
                    _code.CompareBytes(to, to + 1);
                    if (i > 0)
                        _code.AndVector(0, to);
                    break;
            }
        }

        for (int i = 0; step == RoutineStep.Copy && i < count; i++)
            _code.StoreVector(size, i, Part(X64.Rcx, i, count, size));
    }

    /// <summary>One of two or four parts: the first half counts from the range's start, the other from its end.</summary>
    private static X64Memory Part(X64 start, int part, int count, int size) =>
        part < count / 2 ? new X64Memory(start, part * size) : new X64Memory(start, (part - count) * size, Length);

    private void ExitRoutineIf(Condition condition) => _state.Scratch.RoutineExits.Add(_code.JumpIf(condition));

    private enum RoutineStep : byte
    {
        Copy,
        Set,
        Compare,
    }
}
