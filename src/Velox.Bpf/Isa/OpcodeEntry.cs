namespace Velox.Bpf;

/// <summary>A field beside the opcode that tells instructions apart.</summary>
public enum OpcodeSelector : byte
{
    None,
    Offset,
    Immediate,
    Source,
}

/// <summary>What an immediate must be.</summary>
public enum ImmediateRule : byte
{
    Any,

    /// <summary>A divisor.</summary>
    NotZero,

    /// <summary>0 to 31.</summary>
    Shift32,

    /// <summary>0 to 63.</summary>
    Shift64,
}

/// <summary>How the 32-bit field becomes the 64-bit operand.</summary>
public enum ImmediateExtension : byte
{
    Sign,
    Zero,

    /// <summary>It is the high half (hor64).</summary>
    High,
}

/// <summary>One row of a dialect's table: an encoding and what it means.</summary>
/// <param name="Opcode">The first byte.</param>
/// <param name="Mnemonic">Its name in assembly.</param>
/// <param name="Operation">What it does.</param>
/// <param name="Form">Its operands.</param>
public sealed record OpcodeEntry(byte Opcode, string Mnemonic, Operation Operation, OperandForm Form)
{
    /// <summary>The field that must equal <see cref="Key"/>.</summary>
    public OpcodeSelector Selector { get; init; }

    public int Key { get; init; }

    public ImmediateRule Rule { get; init; }

    public ImmediateExtension Extension { get; init; }

    /// <summary>Which of the dialect's <see cref="Dialect.AddedInstructions"/> it is; -1 for the dialect's own.</summary>
    public int AddedIndex { get; init; } = -1;

    /// <summary>Set when the table is built: threads that verify at once share it.</summary>
    internal FieldUse Uses { get; private set; }

    internal void FindUses() => Uses = FieldUse.Of(this);

    internal bool Matches(in InstructionWord word) => Selector switch
    {
        OpcodeSelector.Offset => word.Offset == Key,
        OpcodeSelector.Immediate => word.Immediate == Key,
        OpcodeSelector.Source => word.Source == Key,
        _ => true,
    };
}
