namespace Velox.Bpf;

/// <summary>One line: labels, then a directive or an instruction, then perhaps fields in braces.</summary>
internal static class StatementAssembler
{
    /// <exception cref="AssemblyException">The line is wrong.</exception>
    internal static void AssembleLine(ProgramBuilder program, LineReader reader)
    {
        while (!reader.IsAtEnd)
        {
            int column = reader.Column;
            string word = reader.TakeWord();
            if (word.Length == 0)
                throw reader.Unexpected("a line is 'label:', an instruction such as 'mov64 r1, 5', or a comment after ; # or //.");
            if (reader.TryTake(':'))
            {
                program.DefineLabel(word, column, in reader);
                continue;
            }

            if (word[0] == '.')
                DirectiveAssembler.Assemble(program, word, column, ref reader);
            else
                AssembleInstruction(program, word, column, ref reader);
            if (!reader.IsAtEnd)
                throw reader.Unexpected("the line is complete before this: begin a new one, or a comment with ; # or //.");
        }
    }

    private static void AssembleInstruction(ProgramBuilder program, string word, int column, ref LineReader reader)
    {
        string mnemonic = word == "lock" ? TakeLocked(ref reader) : word;
        OpcodeEntry[]? rows = program.Mnemonics.Find(mnemonic);
        bool isCall = mnemonic is "syscall" or "call";
        if (rows is null && !isCall)
            throw Unknown(program.Dialect, mnemonic, column, in reader);

        bool isForcedLocal = false;
        bool isForcedHost = mnemonic == "syscall";
        List<Operand> operands = [];
        if (!reader.IsAtEnd && !reader.IsAt('{'))
        {
            operands.Add(reader.TakeOperand());
            // bpf_conformance writes 'call local label' and 'call helper 5'.
            if (mnemonic == "call" && operands[0] is { Kind: OperandKind.Name, Text: "local" or "helper" } kind
                && !reader.IsAtEnd && !reader.IsAt('{'))
            {
                isForcedLocal = kind.Text == "local";
                isForcedHost = !isForcedLocal;
                operands[0] = reader.TakeOperand();
            }

            while (reader.TryTake(','))
                operands.Add(reader.TakeOperand());
        }

        if (!reader.IsAtEnd && !reader.IsAt('{'))
            throw reader.Unexpected("a comma stands between operands; after the last only fields in braces or a comment.");

        OpcodeEntry entry = isCall && operands is [{ Kind: OperandKind.Number or OperandKind.Name }]
            ? program.Mnemonics.Call(IsLocal(operands[0], isForcedLocal, isForcedHost))
            : isCall && !isForcedLocal && operands is [{ Kind: OperandKind.Register }]
                ? program.Mnemonics.CallRegister
                : Choose(rows ?? [program.Mnemonics.Call(isLocal: false)], operands, mnemonic, column, in reader);
        var encoded = EncodedInstruction.Of(entry);
        OperandSlot[] layout = OperandLayout.Of(entry.Form);
        for (int i = 0; i < layout.Length; i++)
        {
            if (layout[i] == OperandSlot.Callee)
                EncodeCallee(program, entry, ref encoded, operands[i], IsLocal(operands[i], isForcedLocal, isForcedHost), in reader);
            else
                EncodeOperand(program, ref encoded, layout[i], operands[i], in reader);
        }

        if (reader.TryTake('{'))
            AssembleFields(program.Dialect, entry, ref encoded, ref reader);
        if (!ReferenceEquals(program.Dialect.Find(in encoded.First), entry))
            throw reader.Error(column, mnemonic, "with these fields this is another instruction: leave out the braces.");
        if (entry.Operation == Operation.Exit)
            program.NoteExit();
        program.Add(encoded.First, column, in reader);
        if (encoded.IsWide)
            program.Add(encoded.Second, column, in reader);
    }

    private static bool IsLocal(in Operand callee, bool isForcedLocal, bool isForcedHost) =>
        isForcedLocal || (!isForcedHost && (callee.Kind == OperandKind.Name || callee.Number.HasSign));

    private static OpcodeEntry Choose(OpcodeEntry[] rows, List<Operand> operands, string mnemonic, int column, in LineReader reader)
    {
        foreach (OpcodeEntry row in rows)
        {
            OperandSlot[] layout = OperandLayout.Of(row.Form);
            bool fits = layout.Length == operands.Count;
            for (int i = 0; fits && i < layout.Length; i++)
                fits = operands[i].Fits(layout[i]);
            if (fits)
                return row;
        }

        string forms = string.Join(" or ", rows.Select(row => OperandLayout.Describe(row.Form)).Distinct());
        throw reader.Error(column, mnemonic, $"it takes {forms}.");
    }

    private static void EncodeOperand(
        ProgramBuilder program, ref EncodedInstruction encoded, OperandSlot slot, in Operand operand, in LineReader reader)
    {
        switch (slot)
        {
            case OperandSlot.Destination:
                encoded.First = encoded.First with { Destination = operand.Register };
                break;
            case OperandSlot.Source:
                encoded.First = encoded.First with { Source = operand.Register };
                break;
            case OperandSlot.DestinationMemory:
                encoded.First = encoded.First with { Destination = operand.Register, Offset = Offset(in operand, in reader) };
                break;
            case OperandSlot.SourceMemory:
                encoded.First = encoded.First with { Source = operand.Register, Offset = Offset(in operand, in reader) };
                break;
            case OperandSlot.Immediate:
                encoded.First = encoded.First with { Immediate = Immediate(in operand, in reader) };
                break;
            case OperandSlot.WideImmediate when operand.Kind == OperandKind.Name:
                program.AddReference(ReferenceKind.Data, in operand, in reader);
                break;
            case OperandSlot.WideImmediate:
                if (!operand.Number.TryGet(long.MinValue, ulong.MaxValue, out long bits))
                    throw reader.Error(operand.Column, operand.Text, "a wide number has 64 bits.");
                encoded.First = encoded.First with { Immediate = (int)bits };
                encoded.Second = encoded.Second with { Immediate = (int)(bits >> 32) };
                break;
            case OperandSlot.CallRegister:
                encoded.First = program.Dialect.CallRegisterField switch
                {
                    CallRegisterField.Source => encoded.First with { Source = operand.Register },
                    CallRegisterField.Immediate => encoded.First with { Immediate = operand.Register },
                    _ => encoded.First with { Destination = operand.Register },
                };
                break;
            default:
                program.AddReference(slot == OperandSlot.Target ? ReferenceKind.Offset : ReferenceKind.Immediate, in operand, in reader);
                break;
        }
    }

    private static void EncodeCallee(
        ProgramBuilder program, OpcodeEntry entry, ref EncodedInstruction encoded, in Operand operand, bool isLocal, in LineReader reader)
    {
        encoded.First = encoded.First with { Source = OperandLayout.CallSource(entry, isLocal) };
        if (isLocal)
            program.AddReference(ReferenceKind.Function, in operand, in reader);
        else if (operand.Kind == OperandKind.Name)
            encoded.First = encoded.First with { Immediate = (int)FunctionKey.OfName(operand.Text) };
        else
            encoded.First = encoded.First with { Immediate = Immediate(in operand, in reader) };
    }

    private static short Offset(in Operand operand, in LineReader reader) =>
        operand.Number.TryGet(short.MinValue, (ulong)short.MaxValue, out long bits)
            ? (short)bits
            : throw reader.Error(operand.Column, operand.Text, "an offset is -32768 to 32767: add the rest to the register first.");

    private static int Immediate(in Operand operand, in LineReader reader) =>
        operand.Number.TryGet(int.MinValue, uint.MaxValue, out long bits)
            ? (int)bits
            : throw reader.Error(operand.Column, operand.Text, "a number has 32 bits here, -0x80000000 to 0xffffffff: load it into a register first.");

    private static void AssembleFields(Dialect dialect, OpcodeEntry entry, ref EncodedInstruction encoded, ref LineReader reader)
    {
        do
        {
            int column = reader.Column;
            string field = reader.TakeWord();
            if (!EncodedInstruction.FieldNames.Contains(field))
                throw reader.Error(column, field, $"in braces stand fields without meaning: {string.Join(", ", EncodedInstruction.FieldNames)}.");
            if (!EncodedInstruction.IsFree(field, dialect, entry))
                throw reader.Error(column, field, $"{entry.Mnemonic} of {dialect} gives this field by name or operand: it cannot stand in braces.");
            reader.Take('=', "write field=number.");
            column = reader.Column;
            Literal number = reader.TakeNumber("write field=number.");
            if (!encoded.TrySet(field, number))
                throw reader.Error(column, field, "the number does not fit: registers have 4 bits, off and off2 16, imm 32.");
        }
        while (reader.TryTake(','));
        reader.Take('}', "close the fields with }.");
    }

    /// <summary>bpf_conformance writes <c>lock add</c>, <c>lock fetch add</c>, <c>lock xchg</c>.</summary>
    private static string TakeLocked(ref LineReader reader)
    {
        string word = reader.TakeWord();
        const string fetch = "fetch_";
        if (word == "fetch")
            return "af" + reader.TakeWord();
        return word.StartsWith(fetch, StringComparison.Ordinal) ? "af" + word[fetch.Length..] : "a" + word;
    }

    private static AssemblyException Unknown(Dialect dialect, string mnemonic, int column, in LineReader reader)
    {
        string[] others = MnemonicTable.DialectsWith(mnemonic);
        string remedy = others.Length > 0
            ? $"{string.Join(", ", others)} {(others.Length == 1 ? "has" : "have")} it: choose that dialect, or another instruction."
            : "no dialect has it; is the name misspelled?";
        return reader.Error(column, mnemonic, $"not an instruction of {dialect}; {remedy}");
    }
}
