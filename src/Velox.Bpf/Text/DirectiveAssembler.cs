using System.Buffers.Binary;

namespace Velox.Bpf;

/// <summary>Lines that begin with a dot: sections, data, functions, the entry, raw slots.</summary>
internal static class DirectiveAssembler
{
    /// <exception cref="AssemblyException">The line is wrong.</exception>
    internal static void Assemble(ProgramBuilder program, string word, int column, ref LineReader reader)
    {
        switch (word)
        {
            case ".text":
                program.IsInData = false;
                break;
            case ".rodata":
                program.IsInData = true;
                break;
            case ".byte":
                AddNumbers(program, sizeof(byte), sbyte.MinValue, byte.MaxValue, ref reader);
                break;
            case ".quad":
                AddNumbers(program, sizeof(ulong), long.MinValue, ulong.MaxValue, ref reader);
                break;
            case ".ascii":
                program.AddData(reader.TakeText(), column, in reader);
                break;
            case ".entry":
                program.SetEntry(reader.TakeOperand(), in reader);
                break;
            case ".function":
                string name = reader.TakeWord();
                if (name.Length == 0)
                    throw reader.Unexpected("write .function and a label, then perhaps a comma and the key.");
                program.AddFunction(name, column, reader.TryTake(',') ? reader.TakeOperand() : null, in reader);
                break;
            case ".raw":
                AddRaw(program, ref reader);
                break;
            default:
                throw reader.Error(column, word,
                    "the directives are '.entry LABEL', '.function LABEL, KEY', '.raw NUMBER', '.text', '.rodata', '.byte', '.quad' and '.ascii'.");
        }
    }

    private static void AddNumbers(ProgramBuilder program, int bytes, long least, ulong most, ref LineReader reader)
    {
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        do
        {
            int column = reader.Column;
            Literal number = reader.TakeNumber("write numbers with commas between them, such as 1, 0x2f.");
            if (!number.TryGet(least, most, out long bits))
                throw reader.Error(column, "", $"a number has {8 * bytes} bits here.");
            BinaryPrimitives.WriteInt64LittleEndian(value, bits);
            program.AddData(value[..bytes], column, in reader);
        }
        while (reader.TryTake(','));
    }

    private static void AddRaw(ProgramBuilder program, ref LineReader reader)
    {
        int column = reader.Column;
        Literal slot = reader.TakeNumber("write the slot's 8 bytes as one little-endian number, such as .raw 0x95.");
        if (!slot.TryGet(long.MinValue, ulong.MaxValue, out long bits))
            throw reader.Error(column, "", "a slot has 64 bits.");
        Span<byte> bytes = stackalloc byte[InstructionWord.Bytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bits);
        program.Add(InstructionWord.Read(bytes, 0), column, in reader);
    }
}
