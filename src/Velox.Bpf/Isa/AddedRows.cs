namespace Velox.Bpf;

/// <summary>Makes rows of a dialect's table from added instructions, and holds them against those that are there.</summary>
internal static class AddedRows
{
    /// <summary>Most instructions that a dialect takes.</summary>
    private const int MaxInstructions = 1024;

    internal static OpcodeEntry[] Append(IReadOnlyList<OpcodeEntry> rows, int first, IReadOnlyList<AddedInstruction> instructions)
    {
        if (first + instructions.Count > MaxInstructions)
            throw new ArgumentException($"A dialect takes at most {MaxInstructions} added instructions.", nameof(instructions));
        var all = new List<OpcodeEntry>(rows);
        foreach (AddedInstruction instruction in instructions)
        {
            CheckShape(instruction);
            var row = new OpcodeEntry(instruction.Opcode, instruction.Mnemonic, Operation.Added, instruction.Form)
            {
                Selector = instruction.Selector,
                Key = instruction.Key,
                AddedIndex = first++,
            };
            CheckPlace(row, all);
            row.FindUses();
            all.Add(row);
        }

        return [.. all];
    }

    private static void CheckShape(AddedInstruction instruction)
    {
        string name = instruction.Mnemonic;
        if (!LabelName.IsValid(name))
            throw new ArgumentException($"'{name}' is no mnemonic: letters, digits and '_', first a letter.");
        // The verifier takes opcode 0 for the second slot of a wide load.
        if (instruction.Opcode == 0)
            throw new ArgumentException($"{name}: opcode 0 is taken: it marks the second slot of a wide load.");
        bool isPlain = instruction.Form is OperandForm.None or OperandForm.Unary or OperandForm.Immediate or OperandForm.Register
            or OperandForm.Load or OperandForm.StoreImmediate or OperandForm.StoreRegister;
        if (!isPlain)
            throw new ArgumentException($"{name}: the form {instruction.Form} is for jumps, calls and atomics; an added instruction goes on with the next.");
        if (instruction.Form == OperandForm.None && instruction.WritesDestination)
            throw new ArgumentException($"{name}: without operands it has no destination to write.");
    }

    private static void CheckPlace(OpcodeEntry row, List<OpcodeEntry> rows)
    {
        foreach (OpcodeEntry other in rows)
        {
            if (other.Mnemonic == row.Mnemonic)
                throw new ArgumentException($"{row.Mnemonic}: the name is taken.");
            if (other.Opcode != row.Opcode)
                continue;
            bool isToldApart = row.Selector != OpcodeSelector.None && other.Selector == row.Selector && other.Key != row.Key;
            if (!isToldApart)
                throw new ArgumentException($"{row.Mnemonic}: opcode 0x{row.Opcode:x2} is taken by {other.Mnemonic}, and no key tells them apart.");
        }

        FieldUse own = FieldUse.Of(row with { Selector = OpcodeSelector.None });
        bool selectsOperand = row.Selector switch
        {
            OpcodeSelector.Offset => own.Offset,
            OpcodeSelector.Immediate => own.Immediate,
            OpcodeSelector.Source => own.Source,
            _ => false,
        };
        if (selectsOperand)
            throw new ArgumentException($"{row.Mnemonic}: the {row.Selector} is an operand of its form and cannot tell it from others.");
    }
}
