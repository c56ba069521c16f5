namespace Velox.Bpf;

/// <summary>Which fields of an encoding mean something.</summary>
internal readonly record struct FieldUse(bool Destination, bool Source, bool Offset, bool Immediate)
{
    internal static FieldUse Of(OpcodeEntry entry)
    {
        FieldUse use = entry.Form switch
        {
            OperandForm.None => default,
            OperandForm.Immediate or OperandForm.Wide => new(true, false, false, true),
            OperandForm.Register => new(true, true, false, false),
            OperandForm.Unary => new(true, false, false, false),
            OperandForm.Load or OperandForm.StoreRegister or OperandForm.JumpRegister => new(true, true, true, false),
            OperandForm.StoreImmediate or OperandForm.JumpImmediate => new(true, false, true, true),
            OperandForm.Atomic => new(true, true, true, true),
            OperandForm.Jump => new(false, false, true, false),
            OperandForm.JumpFar => new(false, false, false, true),
            OperandForm.Call => new(false, true, false, true),
            _ => new(true, false, false, false),
        };
        return entry.Selector switch
        {
            OpcodeSelector.Offset => use with { Offset = true },
            OpcodeSelector.Immediate => use with { Immediate = true },
            OpcodeSelector.Source => use with { Source = true },
            _ => use,
        };
    }
}
