using System.Text;

namespace Velox.Bpf.Tests;

/// <summary>Line tables of each version, as a compiler would write them and damaged.</summary>
public sealed class DwarfLineTests
{
    private const int Instructions = 6;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Each_instruction_has_its_line(int version)
    {
        LineTable? table = DwarfLineReader.Read(Input(Write((byte)version)));
        string[] lines = [.. Enumerable.Range(-1, Instructions + 2).Select(index => table!.TryFind(index, out SourceLine line) ? line.ToString() : "-")];
        Assert.Equal(["-", "-", "src/a.c:10", "src/a.c:10", "src/b.c:14", "src/b.c:13", "-", "-"], lines);
    }

    [Fact]
    public void Damaged_tables_never_throw()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = Write((byte)random.Next(2, 6));
            for (int change = random.Next(1, 4); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                LineTable? table = DwarfLineReader.Read(Input(bytes[..random.Next(bytes.Length / 2, bytes.Length + 1)]));
                for (int index = 0; table is not null && index <= Instructions; index++)
                    table.TryFind(index, out _);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}, case {i}: {exception.Message}", exception);
            }
        }
    }

    private static DwarfLines Input(byte[] lines) =>
        new(lines, Encoding.UTF8.GetBytes("src\0a.c\0b.c\0"), default, TextAddress: 0x1000, Instructions * InstructionWord.Bytes);

    /// <summary>One unit: lines for instructions 1 to 4, in two files.</summary>
    private static byte[] Write(byte version)
    {
        using var header = new MemoryStream();
        header.WriteByte(8);                                            // bytes of an instruction
        if (version >= 4)
            header.WriteByte(1);                                        // operations per instruction
        header.Write([1, unchecked((byte)-3), 12, 13]);                 // default statement, line base, range, opcode base
        header.Write([0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1]);             // operands of opcodes 1 to 12
        if (version == 5)
        {
            header.Write([1, 1, 0x1f, 2, 0, 0, 0, 0, 0, 0, 0, 0]);      // 2 folders, both "src": path as line_strp
            header.Write([2, 1, 0x1f, 2, 0x0b, 3]);                     // 3 files: path as line_strp, folder as data1
            header.Write([4, 0, 0, 0, 1, 4, 0, 0, 0, 1, 8, 0, 0, 0, 1]);
        }
        else
        {
            header.Write(Encoding.UTF8.GetBytes("src\0\0a.c\0\u0001\0\0b.c\0\u0001\0\0\0"));
        }

        byte[] program =
        [
            0, 9, 2, 0x08, 0x10, 0, 0, 0, 0, 0, 0,                      // address 0x1008: instruction 1
            3, 9, 1,                                                    // line 10: row
            4, 2,                                                       // file 2
            (byte)(13 + (12 * 2) + 7),                                  // 2 instructions on, 4 lines on: row
            6,                                                          // statement flag
            2, 1, 3, 0x7f, 1,                                           // 1 instruction on, 1 line back: row
            9, 8, 0, 0, 1, 1,                                           // 8 bytes on: end
        ];
        using var unit = new MemoryStream();
        unit.Write([version, 0]);
        if (version == 5)
            unit.Write([8, 0]);
        unit.Write(BitConverter.GetBytes((uint)header.Length));
        unit.Write(header.ToArray());
        unit.Write(program);
        return [.. BitConverter.GetBytes((uint)unit.Length), .. unit.ToArray()];
    }
}
