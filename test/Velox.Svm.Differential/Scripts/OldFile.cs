using System.Buffers.Binary;
using System.Text;
using Velox.Bpf;

namespace Velox.Svm.Differential;

/// <summary>A small ELF file of sBPF V0 with all that the old loader looks at: sections, symbols, every kind of relocation.</summary>
public static class OldFile
{
    private const int HeaderBytes = 64;
    private const int SegmentBytes = 56;
    private const int SectionBytes = 64;
    private const int Segments = 3;
    private const int Host = 1;
    private const int Function = 2;
    private const int Entry = 3;
    private const int Data = 4;

    private static readonly string[] Names =
        ["", ".text", ".rodata", ".data.rel.ro", ".dynamic", ".dynsym", ".dynstr", ".rel.dyn", ".symtab", ".strtab", ".shstrtab"];

    private static readonly string[] Symbols = ["", "sol_log_", "helper", "entrypoint", "table"];

    public static byte[] Bytes { get; } = Write();

    private static byte[] Write()
    {
        byte[] code = [.. Assembler.Assemble(
            """
                call 11
                lddw r1, 1
                mov64 r2, 5
                mov64 r0, 0
                mov64 r0, 0
                lddw r3, 4
                mov64 r0, 0
                mov64 r0, 0
                exit
                mov64 r0, 7
                exit
            """, Dialect.SbpfV0).Text.Span];
        // Calls: to the function behind the program, and two that relocations fill in.
        Call(code, 0, 10);
        Call(code, 4, -1);
        Call(code, 5, -1);
        byte[][] contents = new byte[Names.Length][];
        contents[0] = [];
        contents[1] = code;
        contents[2] = "hello, world!!!!"u8.ToArray();
        contents[3] = [0, 0, 0, 0, 0x80, 1, 0, 0, .. new byte[8]];
        contents[4] = new byte[6 * 16];
        contents[5] = new byte[Symbols.Length * 24];
        contents[6] = StringTable(Symbols);
        contents[7] = new byte[5 * 16];
        contents[8] = new byte[Symbols.Length * 24];
        contents[9] = contents[6];
        contents[10] = StringTable(Names);
        int[] offsets = Place(contents, out int sectionTable);
        Relocations(contents[7], offsets);
        SymbolTable(contents[5], offsets);
        SymbolTable(contents[8], offsets);
        Dynamic(contents[4], offsets, contents[7].Length);
        WriteAddress(code, 1, offsets[2]);

        byte[] file = new byte[sectionTable + (Names.Length * SectionBytes)];
        Header(file, offsets[1], sectionTable);
        for (int i = 1; i < Names.Length; i++)
            contents[i].CopyTo(file, offsets[i]);
        Segment(file, 0, 1, 5, offsets[1], code.Length);
        Segment(file, 1, 1, 4, offsets[2], offsets[8] - offsets[2]);
        Segment(file, 2, 2, 4, offsets[4], contents[4].Length);
        uint[] types = [0, 1, 1, 1, 6, 11, 3, 9, 2, 3, 3];
        for (int i = 1; i < Names.Length; i++)
            Section(file.AsSpan(sectionTable + (i * SectionBytes)), i, types[i], offsets[i], contents[i].Length);
        return file;
    }

    private static int[] Place(byte[][] contents, out int end)
    {
        int[] offsets = new int[contents.Length];
        end = HeaderBytes + (Segments * SegmentBytes);
        for (int i = 1; i < contents.Length; i++)
        {
            offsets[i] = end;
            end = (end + contents[i].Length + 7) & ~7;
        }

        return offsets;
    }

    private static void Call(byte[] code, int index, int distance)
    {
        code.AsSpan(index * 8, 8).Clear();
        code[index * 8] = 0x85;
        BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan((index * 8) + 4), distance);
    }

    private static void WriteAddress(byte[] code, int index, int address) =>
        BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan((index * 8) + 4), address);

    private static byte[] StringTable(string[] names) => Encoding.ASCII.GetBytes(string.Concat(names.Select(name => name + "\0")));

    private static int OffsetOf(string[] names, int index) => names.Take(index).Sum(name => name.Length + 1);

    private static void Relocations(byte[] table, int[] offsets)
    {
        (int Offset, uint Type, uint Symbol)[] entries =
        [
            (offsets[1] + 8, 8, 0), (offsets[1] + (4 * 8), 10, Host), (offsets[1] + (5 * 8), 10, Function),
            (offsets[1] + (6 * 8), 1, Data), (offsets[3], 8, 0),
        ];
        for (int i = 0; i < entries.Length; i++)
        {
            UInt64(table, i * 16, (ulong)entries[i].Offset);
            UInt64(table, (i * 16) + 8, ((ulong)entries[i].Symbol << 32) | entries[i].Type);
        }
    }

    private static void SymbolTable(byte[] table, int[] offsets)
    {
        ulong[] values = [0, 0, (ulong)offsets[1] + 88, (ulong)offsets[1], (ulong)offsets[2]];
        byte[] infos = [0, 0x10, 0x12, 0x12, 0x11];
        for (int i = 1; i < Symbols.Length; i++)
        {
            Span<byte> entry = table.AsSpan(i * 24);
            BinaryPrimitives.WriteInt32LittleEndian(entry, OffsetOf(Symbols, i));
            entry[4] = infos[i];
            entry[6] = (byte)(i == Entry || i == Function ? 1 : 0);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], values[i]);
        }
    }

    private static void Dynamic(byte[] table, int[] offsets, int relocationBytes)
    {
        (ulong Tag, ulong Value)[] entries =
            [(17, (ulong)offsets[7]), (18, (ulong)relocationBytes), (19, 16), (6, (ulong)offsets[5]), (5, (ulong)offsets[6]), (0, 0)];
        for (int i = 0; i < entries.Length; i++)
        {
            UInt64(table, i * 16, entries[i].Tag);
            UInt64(table, (i * 16) + 8, entries[i].Value);
        }
    }

    private static void Header(byte[] file, int entry, int sectionTable)
    {
        ReadOnlySpan<byte> identity = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        identity.CopyTo(file);
        UInt16(file, 16, 3);
        UInt16(file, 18, 247);
        UInt16(file, 20, 1);
        UInt64(file, 24, (ulong)entry);
        UInt64(file, 32, HeaderBytes);
        UInt64(file, 40, (ulong)sectionTable);
        UInt16(file, 52, HeaderBytes);
        UInt16(file, 54, SegmentBytes);
        UInt16(file, 56, Segments);
        UInt16(file, 58, SectionBytes);
        UInt16(file, 60, (ushort)Names.Length);
        UInt16(file, 62, (ushort)(Names.Length - 1));
    }

    private static void Segment(byte[] file, int index, uint type, uint flags, int offset, int length)
    {
        int at = HeaderBytes + (index * SegmentBytes);
        UInt64(file, at, ((ulong)flags << 32) | type);
        foreach (int field in (int[])[8, 16, 24])
            UInt64(file, at + field, (ulong)offset);
        UInt64(file, at + 32, (ulong)length);
        UInt64(file, at + 40, (ulong)length);
    }

    private static void Section(Span<byte> section, int index, uint type, int offset, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(section, OffsetOf(Names, index));
        BinaryPrimitives.WriteUInt32LittleEndian(section[4..], type);
        section[8] = 2; // in memory
        BinaryPrimitives.WriteInt64LittleEndian(section[16..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(section[24..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(section[32..], length);
    }

    private static void UInt16(byte[] file, int offset, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(offset), value);

    private static void UInt64(byte[] file, int offset, ulong value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(offset), value);
}
