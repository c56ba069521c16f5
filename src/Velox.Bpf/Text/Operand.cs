namespace Velox.Bpf;

internal enum OperandKind : byte
{
    Register,
    Number,
    Memory,
    Name,
}

/// <summary>One operand of a line.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Column">Where it starts, from 1.</param>
/// <param name="Text">As written; the name where it is one.</param>
/// <param name="Register">Of a register or memory operand.</param>
/// <param name="Number">The number, or memory's offset.</param>
internal readonly record struct Operand(OperandKind Kind, int Column, string Text, byte Register = 0, Literal Number = default)
{
    /// <summary>Whether it can stand where a form wants an operand.</summary>
    internal bool Fits(OperandSlot slot) => slot switch
    {
        OperandSlot.Immediate => Kind == OperandKind.Number,
        OperandSlot.WideImmediate => Kind is OperandKind.Number or OperandKind.Name,
        OperandSlot.DestinationMemory or OperandSlot.SourceMemory => Kind == OperandKind.Memory,
        OperandSlot.Target or OperandSlot.FarTarget => Kind is OperandKind.Number or OperandKind.Name,
        OperandSlot.Callee => Kind is OperandKind.Number or OperandKind.Name,
        _ => Kind == OperandKind.Register,
    };
}

/// <summary>A number as written: up to 64 bits and a sign.</summary>
internal readonly record struct Literal(ulong Magnitude, bool IsNegative, bool HasSign)
{
    /// <summary>Its low 64 bits, when it lies between two bounds.</summary>
    internal bool TryGet(long least, ulong most, out long bits)
    {
        bits = (long)(IsNegative ? 0 - Magnitude : Magnitude);
        return IsNegative ? Magnitude <= 0 - (ulong)least : Magnitude <= most;
    }
}
