namespace Velox.Bpf;

/// <summary>An instruction under construction: its slot, and the second one of a wide load.</summary>
internal struct EncodedInstruction
{
    internal InstructionWord First;
    internal InstructionWord Second;
    internal bool IsWide;

    /// <summary>The fields that can be written in braces when they mean nothing: <c>{off=3, src2=1}</c>.</summary>
    internal static IReadOnlyList<string> FieldNames { get; } = ["dst", "src", "off", "imm", "dst2", "src2", "off2"];

    /// <summary>An instruction of a row, with what the row itself demands.</summary>
    internal static EncodedInstruction Of(OpcodeEntry entry) => new()
    {
        First = new InstructionWord(
            entry.Opcode, 0,
            entry.Selector == OpcodeSelector.Source ? (byte)entry.Key : (byte)0,
            entry.Selector == OpcodeSelector.Offset ? (short)entry.Key : (short)0,
            entry.Selector == OpcodeSelector.Immediate ? entry.Key : 0),
        IsWide = entry.Form == OperandForm.Wide,
    };

    /// <summary>Whether a field means nothing in instructions of a row.</summary>
    internal static bool IsFree(string field, Dialect dialect, OpcodeEntry entry)
    {
        FieldUse use = OperandLayout.FieldsOf(dialect, entry);
        return field switch
        {
            "dst" => !use.Destination,
            "src" => !use.Source,
            "off" => !use.Offset,
            "imm" => !use.Immediate,
            _ => entry.Form == OperandForm.Wide,
        };
    }

    internal readonly int Get(string field) => field switch
    {
        "dst" => First.Destination,
        "src" => First.Source,
        "off" => First.Offset,
        "imm" => First.Immediate,
        "dst2" => Second.Destination,
        "src2" => Second.Source,
        _ => Second.Offset,
    };

    /// <summary>Sets a field; false when the number does not fit.</summary>
    internal bool TrySet(string field, Literal number)
    {
        (long least, ulong most) = field switch
        {
            "dst" or "src" or "dst2" or "src2" => (0L, 15ul),
            "imm" => (int.MinValue, uint.MaxValue),
            _ => (short.MinValue, (ulong)short.MaxValue),
        };
        if (!number.TryGet(least, most, out long bits))
            return false;
        switch (field)
        {
            case "dst": First = First with { Destination = (byte)bits }; break;
            case "src": First = First with { Source = (byte)bits }; break;
            case "off": First = First with { Offset = (short)bits }; break;
            case "imm": First = First with { Immediate = (int)bits }; break;
            case "dst2": Second = Second with { Destination = (byte)bits }; break;
            case "src2": Second = Second with { Source = (byte)bits }; break;
            default: Second = Second with { Offset = (short)bits }; break;
        }

        return true;
    }
}
