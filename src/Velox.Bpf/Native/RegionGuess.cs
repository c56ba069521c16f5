namespace Velox.Bpf;

/// <summary>
/// Guesses, for each register, which 4 GiB segment it points into, by following the text downwards once.
/// </summary>
/// <remarks>A guess only: wrong ones cost time, never correctness, so joins of control flow are not looked at.</remarks>
internal unsafe struct RegionGuess
{
    /// <summary>Not known: the segment is looked up.</summary>
    internal const sbyte Unknown = -1;

    private const int StackSegment = (int)(MemoryMap.StackAddress >> 32);
    private const int InputSegment = (int)(MemoryMap.InputAddress >> 32);
    private const int Slots = 64;

    private fixed sbyte _registers[11];
    private fixed sbyte _slots[Slots];

    internal sbyte this[int register] => _registers[register];

    /// <summary>Forgets everything but what a function starts with.</summary>
    internal void EnterFunction()
    {
        for (int i = 0; i < 10; i++)
            _registers[i] = Unknown;
        for (int i = 0; i < Slots; i++)
            _slots[i] = Unknown;
        _registers[1] = InputSegment;
        _registers[10] = StackSegment;
    }

    internal void Follow(in Instruction instruction)
    {
        int destination = instruction.Destination;
        switch (instruction.Operation)
        {
            case Operation.Mov64Reg:
                _registers[destination] = _registers[instruction.Source];
                break;
            case Operation.MovWide:
                _registers[destination] = SegmentOf(instruction.Immediate);
                break;
            case Operation.Add64Reg:
                if (_registers[destination] == Unknown)
                    _registers[destination] = _registers[instruction.Source];
                break;
            case Operation.Add64Imm or Operation.Sub64Imm or Operation.Sub64Reg or Operation.And64Imm:
                break;
            case Operation.Load64:
                _registers[destination] = SlotOf(in instruction, instruction.Source) is { } loaded ? _slots[loaded] : Unknown;
                break;
            case Operation.Store64Reg:
                if (SlotOf(in instruction, destination) is { } stored)
                    _slots[stored] = _registers[instruction.Source];
                break;
            case > Operation.Overrun and <= Operation.LoadSx32:
                _registers[destination] = Unknown;
                break;
            case Operation.Added:
                _registers[destination] = Unknown;
                break;
            case Operation.CallHost or Operation.CallHostRegister or Operation.CallLocal or Operation.CallRegister:
                _registers[0] = Unknown;
                break;
        }
    }

    /// <summary>Never 0: for the window of the first segment the end of a span at the address space's end would wrap into range.</summary>
    private static sbyte SegmentOf(long value)
    {
        ulong segment = (ulong)value >> 32;
        return segment is > 0 and < MemoryMap.Segments ? (sbyte)segment : Unknown;
    }

    /// <summary>The spill slot, an aligned word of the frame's first 512 bytes.</summary>
    private static int? SlotOf(in Instruction instruction, int baseRegister)
    {
        int offset = -instruction.Target;
        return baseRegister == 10 && offset > 0 && offset % 8 == 0 && offset / 8 <= Slots ? (offset / 8) - 1 : null;
    }
}
