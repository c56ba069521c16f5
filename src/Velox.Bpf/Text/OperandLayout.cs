namespace Velox.Bpf;

/// <summary>One operand as it is written, and the field of the encoding that it fills.</summary>
internal enum OperandSlot : byte
{
    /// <summary>A register in the destination field.</summary>
    Destination,

    /// <summary>A register in the source field.</summary>
    Source,

    /// <summary>A number of 32 bits.</summary>
    Immediate,

    /// <summary>A number of 64 bits over two slots.</summary>
    WideImmediate,

    /// <summary><c>[dst+off]</c>.</summary>
    DestinationMemory,

    /// <summary><c>[src+off]</c>.</summary>
    SourceMemory,

    /// <summary>A label or distance, in the offset.</summary>
    Target,

    /// <summary>A label or distance, in the immediate.</summary>
    FarTarget,

    /// <summary>A function, in the immediate.</summary>
    Callee,

    /// <summary>A register, in the field that the dialect says.</summary>
    CallRegister,
}

/// <summary>How the operands of each form are written: what assembler and disassembler share.</summary>
internal static class OperandLayout
{
    private static readonly OperandSlot[][] Layouts = [.. Enum.GetValues<OperandForm>().Select(Make)];

    /// <summary>The operands of a form in the order in which they are written.</summary>
    internal static OperandSlot[] Of(OperandForm form) => Layouts[(int)form];

    /// <summary>The operands in words, for errors.</summary>
    internal static string Describe(OperandForm form) => Of(form) is { Length: > 0 } slots
        ? string.Join(", ", slots.Select(Describe))
        : "no operand";

    /// <summary>The fields that operands or the row itself set; the others have no meaning in an instruction.</summary>
    internal static FieldUse FieldsOf(Dialect dialect, OpcodeEntry entry) => entry.Form switch
    {
        OperandForm.Call => new(false, entry.Selector == OpcodeSelector.Source, false, true),
        OperandForm.CallRegister => new(
            dialect.CallRegisterField == CallRegisterField.Destination, dialect.CallRegisterField == CallRegisterField.Source,
            false, dialect.CallRegisterField == CallRegisterField.Immediate),
        _ => entry.Uses,
    };

    /// <summary>The source field of a call without annotation: compilers mark local calls with 1.</summary>
    internal static byte CallSource(OpcodeEntry entry, bool isLocal) =>
        entry.Selector == OpcodeSelector.Source ? (byte)entry.Key : isLocal ? (byte)1 : (byte)0;

    private static OperandSlot[] Make(OperandForm form) => form switch
    {
        OperandForm.Immediate => [OperandSlot.Destination, OperandSlot.Immediate],
        OperandForm.Register => [OperandSlot.Destination, OperandSlot.Source],
        OperandForm.Unary => [OperandSlot.Destination],
        OperandForm.Wide => [OperandSlot.Destination, OperandSlot.WideImmediate],
        OperandForm.Load => [OperandSlot.Destination, OperandSlot.SourceMemory],
        OperandForm.StoreImmediate => [OperandSlot.DestinationMemory, OperandSlot.Immediate],
        OperandForm.StoreRegister or OperandForm.Atomic => [OperandSlot.DestinationMemory, OperandSlot.Source],
        OperandForm.Jump => [OperandSlot.Target],
        OperandForm.JumpFar => [OperandSlot.FarTarget],
        OperandForm.JumpImmediate => [OperandSlot.Destination, OperandSlot.Immediate, OperandSlot.Target],
        OperandForm.JumpRegister => [OperandSlot.Destination, OperandSlot.Source, OperandSlot.Target],
        OperandForm.Call => [OperandSlot.Callee],
        OperandForm.CallRegister => [OperandSlot.CallRegister],
        _ => [],
    };

    private static string Describe(OperandSlot slot) => slot switch
    {
        OperandSlot.Immediate => "number",
        OperandSlot.WideImmediate => "64-bit number or label of data",
        OperandSlot.DestinationMemory or OperandSlot.SourceMemory => "[register+offset]",
        OperandSlot.Target or OperandSlot.FarTarget => "label or distance",
        OperandSlot.Callee => "function",
        _ => "register",
    };
}
