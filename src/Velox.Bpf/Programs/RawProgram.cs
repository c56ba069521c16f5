namespace Velox.Bpf;

/// <summary>Programs that are nothing but their instructions.</summary>
public static class RawProgram
{
    /// <summary>An image of raw text that starts at its first instruction.</summary>
    /// <remarks>
    /// In sBPF V0 to V2 local calls hold the hash of their target's index, and the table that leads back is not part of raw
    /// text: it is made again from the calls, so that the program runs. Linear in the text.
    /// </remarks>
    public static ProgramImage Read(Dialect dialect, ReadOnlyMemory<byte> text)
    {
        if (dialect.Calls != CallConvention.Key)
            return new ProgramImage { Dialect = dialect, Text = text };

        int count = text.Length / InstructionWord.Bytes;
        var keys = new HashSet<uint>();
        for (int index = 0; index < count; index++)
        {
            var word = InstructionWord.Read(text.Span, index);
            if (dialect.Find(in word) is { Form: OperandForm.Call })
                keys.Add((uint)word.Immediate);
        }

        var functions = new Dictionary<uint, FunctionSymbol>();
        for (int index = 0; index < count && keys.Count > 0; index++)
        {
            uint key = FunctionKey.OfIndex(index);
            if (keys.Remove(key))
                functions.Add(key, new FunctionSymbol($"function_{index}", index));
        }

        return new ProgramImage { Dialect = dialect, Text = text, Functions = functions };
    }
}
