namespace Velox.Bpf.Tests;

/// <summary>Jumps, loops and calls; their targets are chosen when all slots are there.</summary>
internal sealed partial class ProgramGenerator
{
    private void EmitJump(OpcodeEntry entry)
    {
        FixupKind kind = entry.Form == OperandForm.JumpFar ? FixupKind.JumpFar : FixupKind.Jump;
        _fixups.Add(new Fixup(_words.Count, kind, _function, _random.Below(100) < _wildness));
        int immediate = entry.Form == OperandForm.JumpImmediate ? (int)_random.Value() : 0;
        bool mayReadFrame = _dialect.SbpfVersion is null;
        EmitEntry(entry, _random.Below(mayReadFrame ? 11 : 10), _random.Below(11), 0, immediate);
    }

    /// <summary>A loop with a counter that its body leaves alone.</summary>
    private void EmitLoop(int depth)
    {
        if (depth > 1 || _highest < 9)
        {
            EmitArithmetic();
            return;
        }

        int outer = _reserved;
        int counter = 9 - depth;
        Emit(0xb7, counter, immediate: _random.Between(1, 6));
        _reserved = counter;
        int start = _words.Count;
        EmitItems(_random.Between(1, 5), depth + 1);
        Emit(0x07, counter, immediate: -1);
        Emit(0x55, counter, offset: start - _words.Count - 1);
        _reserved = outer;
    }

    private void EmitCall()
    {
        // Downwards only, where runs are to end; else recursion finds the depth limit.
        bool isWild = _random.Chance(20 + _wildness);
        if (!isWild && _function == _functionCount - 1)
            return;
        int function = isWild ? _random.Below(_functionCount) : _random.Between(_function + 1, _functionCount - 1);
        PassPointer();
        _fixups.Add(new Fixup(_words.Count, FixupKind.Call, function, _random.Below(100) < _wildness));
        Emit(0x85, source: _dialect.Calls == CallConvention.Key ? 0 : 1);
        AfterCall();
    }

    private void EmitCallByAddress()
    {
        int register = Destination();
        if (_dialect.SbpfVersion is not { } version)
        {
            bool isKnown = _random.Below(100) >= _wildness;
            EmitConstant(register, isKnown ? FuzzHost.KeyOf(_dialect, _random.Below(FuzzHost.TameCount)) : (ulong)_random.Value());
            Emit(0x8d, register);
            AfterCall();
            return;
        }

        bool isWild = _random.Chance(10 + _wildness);
        if (!isWild && _function == _functionCount - 1)
            return;
        int function = isWild ? _random.Below(_functionCount) : _random.Between(_function + 1, _functionCount - 1);
        _fixups.Add(new Fixup(_words.Count, FixupKind.Address, function, isWild));
        EmitConstant(register, 0);
        if (_random.Chance(50))
            PassPointer(register);
        switch (version)
        {
            case 2: Emit(0x8d, source: register); break;
            case 3: Emit(0x8d, register); break;
            default: Emit(0x8d, immediate: register); break;
        }

        AfterCall();
    }

    private void EmitHostCall()
    {
        bool isTame = _random.Below(100) >= Math.Max(_wildness, 3);
        int function = _random.Below(isTame ? FuzzHost.TameCount : FuzzHost.Count);
        if (function is 3 or 4 or 5 || _random.Chance(20))
            PassPointer();
        if (FuzzHost.IsInline(function))
            PassRanges();
        Emit(0x85, immediate: (int)FuzzHost.KeyOf(_dialect, function));
        AfterCall();
    }

    /// <summary>What memory functions take: two addresses, a length that is mostly short, and an address for the result.</summary>
    private void PassRanges()
    {
        foreach (int register in (ReadOnlySpan<int>)[1, 2, 4])
        {
            if (register != _reserved && _random.Chance(90))
                EmitPointer(register);
        }

        if (_reserved != 3 && _random.Chance(95))
            EmitConstant(3, _random.Chance(90) ? (ulong)_random.Below(72) : (ulong)_random.Value());
    }

    private void PassPointer(int except = -1)
    {
        if (except != 1 && _reserved != 1)
            EmitPointer(1);
    }

    /// <summary>What was known of r0 to r5 is not any more.</summary>
    private void AfterCall() => Array.Clear(_known, 0, 6);

    private void EmitFrameStep()
    {
        if (_dialect.MovesFramePointer)
            Emit(0x07, 10, immediate: _random.Between(-4, 3) * 64 * (_random.Chance(90) ? 1 : 1000));
    }

    private void Fix(Fixup fixup)
    {
        InstructionWord word = _words[fixup.At];
        int next = fixup.At + 1;
        switch (fixup.Kind)
        {
            case FixupKind.Jump:
                _words[fixup.At] = word with { Offset = (short)(PickTarget(fixup) - next) };
                break;
            case FixupKind.JumpFar:
                _words[fixup.At] = word with { Immediate = PickTarget(fixup) - next };
                break;
            case FixupKind.Call:
                int target = fixup.IsWild ? _random.Below(_words.Count) : _starts[fixup.Function];
                if (_dialect.SbpfVersion is null && IsSecondSlot(target))
                    target--;
                _words[fixup.At] = word with
                {
                    Immediate = _dialect.Calls == CallConvention.Key ? (int)AddFunction(target) : target - next,
                };
                break;
            default:
                int slot = fixup.IsWild ? _random.Between(-2, _words.Count + 1) : _starts[fixup.Function];
                ulong address = _textAddress + (ulong)(slot * 8L) + (ulong)(_random.Chance(80) ? 0 : _random.Below(8));
                _words[fixup.At] = word with { Immediate = (int)address };
                _words[next] = _words[next] with { Immediate = (int)(address >> 32) };
                break;
        }
    }

    private uint AddFunction(int index)
    {
        uint key = FunctionKey.OfIndex(index);
        _functions[key] = new FunctionSymbol($"function_{index}", index);
        return key;
    }

    /// <summary>Mostly forwards within the function; sometimes backwards, sometimes anywhere.</summary>
    private int PickTarget(Fixup fixup)
    {
        (int start, int end) = (_starts[fixup.Function], _starts[fixup.Function + 1]);
        bool isAnywhere = fixup.IsWild && _random.Chance(40);
        int target = isAnywhere ? _random.Below(_words.Count)
            : fixup.At + 1 >= end || _random.Chance(10) ? _random.Between(start, end - 1)
            : _random.Between(fixup.At + 1, Math.Min(end - 1, fixup.At + 12));
        return IsSecondSlot(target) ? target - 1 : target;
    }

    private bool IsSecondSlot(int index) => _words[index].Opcode == 0;
}
