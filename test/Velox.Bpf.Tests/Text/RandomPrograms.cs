namespace Velox.Bpf.Tests;

/// <summary>Random bytes that look like programs.</summary>
internal static class RandomPrograms
{
    /// <summary>A row with random fields, often ones that a verifier accepts, between other instructions.</summary>
    internal static byte[] Single(Random random, Dialect dialect, OpcodeEntry entry)
    {
        InstructionWord word = Word(random, entry);
        var exit = new InstructionWord(0x95, 0, 0, 0, 0);
        List<InstructionWord> words = [exit, exit, word];
        if (entry.Form == OperandForm.Wide)
        {
            words.Add(random.Next(2) == 0 || dialect.RejectsUnusedFields
                ? new InstructionWord(0, 0, 0, 0, random.Next())
                : new InstructionWord(0, Register(random), Register(random), Offset(random), random.Next()));
        }

        return Encode([.. words, exit, exit]);
    }

    /// <summary>A program of random rows, with some slots of noise, random functions and entry.</summary>
    internal static ProgramImage Image(Random random, Dialect dialect)
    {
        var words = new List<InstructionWord>();
        int count = random.Next(1, 30);
        while (words.Count < count)
        {
            OpcodeEntry entry = dialect.Entries[random.Next(dialect.Entries.Count)];
            words.Add(random.Next(10) == 0
                ? new InstructionWord((byte)random.Next(256), (byte)random.Next(16), (byte)random.Next(16), Offset(random), random.Next())
                : Word(random, entry));
            if (entry.Form == OperandForm.Wide && random.Next(5) != 0)
                words.Add(new InstructionWord(0, 0, 0, 0, random.Next()));
        }

        string[] names = ["main", "entrypoint", "f", "label_3", "function_2", "r1", "has blank", "", "local", "core::fmt", "é", "lock"];
        var functions = new Dictionary<uint, FunctionSymbol>();
        for (int i = random.Next(6); i > 0; i--)
        {
            int index = random.Next(-1, words.Count + 2);
            uint key = random.Next(4) switch
            {
                0 => FunctionKey.EntryPoint,
                1 => (uint)random.Next(),
                _ => FunctionKey.OfIndex(index),
            };
            functions.TryAdd(key, new FunctionSymbol(names[random.Next(names.Length)], index));
        }

        for (int i = 0; i < words.Count; i++)
        {
            if (words[i].Opcode == 0x85 && functions.Count > 0 && random.Next(2) == 0)
                words[i] = words[i] with { Immediate = (int)functions.Keys.ElementAt(random.Next(functions.Count)) };
        }

        return new ProgramImage
        {
            Dialect = dialect,
            Text = Encode([.. words]),
            Functions = functions,
            EntryIndex = random.Next(2) == 0 ? 0 : random.Next(words.Count),
        };
    }

    private static InstructionWord Word(Random random, OpcodeEntry entry)
    {
        bool isClean = random.Next(2) == 0;
        FieldUse use = isClean ? entry.Uses : new FieldUse(true, true, true, true);
        if (entry.Form is OperandForm.CallRegister)
            use = use with { Source = true, Immediate = true };
        int immediate = random.Next(3) switch
        {
            0 => random.Next(-4, 12),
            1 => random.Next(1, 32),
            _ => random.Next(int.MinValue, int.MaxValue),
        };
        return new InstructionWord(
            entry.Opcode,
            use.Destination ? Register(random) : (byte)0,
            entry.Selector == OpcodeSelector.Source ? (byte)entry.Key : use.Source ? Register(random) : (byte)0,
            entry.Selector == OpcodeSelector.Offset ? (short)entry.Key : use.Offset ? Offset(random) : (short)0,
            entry.Selector == OpcodeSelector.Immediate ? entry.Key : use.Immediate ? immediate : 0);
    }

    private static byte Register(Random random) => (byte)(random.Next(20) == 0 ? random.Next(16) : random.Next(10));

    private static short Offset(Random random) => (short)(random.Next(3) == 0 ? random.Next(-40000, 40000) : random.Next(-3, 3));

    private static byte[] Encode(InstructionWord[] words)
    {
        byte[] text = new byte[words.Length * InstructionWord.Bytes];
        for (int i = 0; i < words.Length; i++)
            words[i].Write(text.AsSpan(i * InstructionWord.Bytes));
        return text;
    }
}
