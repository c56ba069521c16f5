namespace Velox.Bpf;

/// <summary>
/// What most instructions of an opcode are let through by: a few comparisons. It only ever lets through what
/// <see cref="Verifier"/>'s rules allow; what it does not let through they look at.
/// </summary>
internal readonly struct QuickRule
{
    private const int OffsetShift = 16;
    private const int ImmediateShift = 32;
    private const int FramePointer = 10;

    // Fields of an encoded instruction (RFC 9669, 3.1).
    private const ulong Destination = 0x0f00;
    private const ulong Source = 0xf000;
    private const ulong Offset = 0xffffUL << OffsetShift;
    private const ulong Immediate = 0xffff_ffffUL << ImmediateShift;

    private readonly ulong _zeroBits;
    private readonly byte _maxDestination;
    private readonly Kind _kind;

    private QuickRule(Dialect dialect, OpcodeEntry entry)
    {
        _kind = KindOf(entry);
        _zeroBits = (dialect.RejectsUnusedFields ? Unused(entry.Uses) : 0) | Selected(entry.Selector) | Limited(entry.Rule);
        _maxDestination = (byte)(entry.Form is OperandForm.StoreImmediate or OperandForm.StoreRegister ? FramePointer : FramePointer - 1);
    }

    private enum Kind : byte
    {
        /// <summary>Nothing is let through.</summary>
        None,

        /// <summary>Registers and fields are all there is to look at.</summary>
        Plain,

        /// <summary>The offset leads to another instruction.</summary>
        Jump,
    }

    /// <summary>One rule for each opcode.</summary>
    internal static QuickRule[] Build(Dialect dialect)
    {
        var rules = new QuickRule[256];
        // Of the entries that share an opcode, the one whose key is 0; of several the first, as the dialect finds them.
        foreach (OpcodeEntry entry in dialect.Entries.Reverse())
        {
            if (entry is { Key: 0, Rule: not ImmediateRule.NotZero })
                rules[entry.Opcode] = new QuickRule(dialect, entry);
        }

        return rules;
    }

    /// <summary>Whether an instruction certainly keeps every rule.</summary>
    /// <param name="bits">Its slot.</param>
    /// <param name="index">Its index.</param>
    /// <param name="text">All instructions.</param>
    internal bool LetsThrough(ulong bits, int index, ReadOnlySpan<byte> text)
    {
        bool isPlain = (bits & _zeroBits) == 0
            && ((bits >> 8) & 15) <= _maxDestination && ((bits >> 12) & 15) <= FramePointer;
        if (!isPlain || _kind != Kind.Jump)
            return isPlain && _kind == Kind.Plain;
        int target = index + 1 + (short)(bits >> OffsetShift);
        // Only the second slot of a wide load has opcode 0 in a program that passes.
        return (uint)target < (uint)(text.Length / InstructionWord.Bytes) && text[target * InstructionWord.Bytes] != 0;
    }

    private static Kind KindOf(OpcodeEntry entry) => entry.Form switch
    {
        _ when entry.AddedIndex >= 0 => Kind.None,
        OperandForm.None or OperandForm.Immediate or OperandForm.Register or OperandForm.Unary => Kind.Plain,
        OperandForm.Load or OperandForm.StoreImmediate or OperandForm.StoreRegister => Kind.Plain,
        OperandForm.Call when entry.Operation == Operation.CallHost => Kind.Plain,
        OperandForm.Jump or OperandForm.JumpImmediate or OperandForm.JumpRegister => Kind.Jump,
        _ => Kind.None,
    };

    private static ulong Unused(FieldUse use) =>
        (use.Destination ? 0 : Destination) | (use.Source ? 0 : Source) | (use.Offset ? 0 : Offset) | (use.Immediate ? 0 : Immediate);

    private static ulong Selected(OpcodeSelector selector) => selector switch
    {
        OpcodeSelector.Offset => Offset,
        OpcodeSelector.Immediate => Immediate,
        OpcodeSelector.Source => Source,
        _ => 0,
    };

    private static ulong Limited(ImmediateRule rule) => rule switch
    {
        ImmediateRule.Shift32 => Immediate & ~(31UL << ImmediateShift),
        ImmediateRule.Shift64 => Immediate & ~(63UL << ImmediateShift),
        _ => 0,
    };
}
