using System.Text;

namespace Velox.Bpf;

/// <summary>Sections with line information, and where text is in it.</summary>
/// <param name="Lines">.debug_line, its addresses relocated.</param>
/// <param name="LineStrings">.debug_line_str, or nothing.</param>
/// <param name="Strings">.debug_str, or nothing.</param>
/// <param name="TextAddress">The address that the first instruction has in it.</param>
/// <param name="TextBytes">Bytes of text.</param>
internal readonly record struct DwarfLines(
    ReadOnlyMemory<byte> Lines, ReadOnlyMemory<byte> LineStrings, ReadOnlyMemory<byte> Strings, ulong TextAddress, int TextBytes);

/// <summary>Reads DWARF line tables, versions 2 to 5 (DWARF 5, section 6.2).</summary>
/// <remarks>For people: what cannot be read is left out. Time is linear in the section; rows and files are limited.</remarks>
internal sealed class DwarfLineReader
{
    /// <summary>Most rows kept.</summary>
    internal const int MaxRows = 262_144;

    /// <summary>Most files and folders of all units.</summary>
    internal const int MaxFiles = 16_384;

    /// <summary>Longest file or folder name kept.</summary>
    internal const int MaxNameBytes = 512;

    private const ulong ContentPath = 1;
    private const ulong ContentFolder = 2;

    private readonly DwarfLines _input;
    private readonly List<LineTable.Row> _rows = [];
    private int _files;

    private DwarfLineReader(in DwarfLines input) => _input = input;

    /// <summary>The table, or null where no line is known.</summary>
    internal static LineTable? Read(in DwarfLines input)
    {
        var reader = new DwarfLineReader(in input);
        var cursor = new DwarfCursor(input.Lines.Span);
        while (cursor.HasMore)
        {
            int offsetBytes = 4;
            ulong length = cursor.Unsigned(4);
            if (length == 0xffff_ffff)
            {
                offsetBytes = 8;
                length = cursor.Unsigned(8);
            }

            reader.ReadUnit(new DwarfCursor(cursor.Take(length)), offsetBytes);
        }

        return reader._rows.Count > 0 ? new LineTable(reader._rows) : null;
    }

    private void ReadUnit(DwarfCursor unit, int offsetBytes)
    {
        int version = (int)unit.Unsigned(2);
        if (version is < 2 or > 5)
            return;
        if (version == 5)
            unit.Take(2); // address and selector sizes: addresses have the length of their opcode
        var header = new DwarfCursor(unit.Take(unit.Unsigned(offsetBytes)));
        var program = new LineProgram { MinLength = header.Byte() };
        if (version >= 4)
            header.Take(1); // operations per instruction: BPF has one
        header.Take(1); // whether rows are statements: all are kept
        program.LineBase = (sbyte)header.Byte();
        program.LineRange = header.Byte();
        program.OpcodeBase = header.Byte();
        program.OperandCounts = header.Take((ulong)Math.Max(program.OpcodeBase - 1, 0));
        if (header.IsBroken)
            return;
        List<string> files = version == 5 ? ReadFiles5(ref header, offsetBytes) : ReadFiles2(ref header);
        if (!header.IsBroken && program.LineRange > 0 && program.OpcodeBase > 0)
            Run(program, unit, files);
    }

    /// <summary>Versions 2 to 4: names in place; file 1 is the first.</summary>
    private List<string> ReadFiles2(ref DwarfCursor header)
    {
        List<string> folders = [""];
        while (!header.IsBroken && _files < MaxFiles && header.Text(MaxNameBytes) is { Length: > 0 } folder)
        {
            folders.Add(folder);
            _files++;
        }

        List<string> files = [""];
        while (!header.IsBroken && _files < MaxFiles && header.Text(MaxNameBytes) is { Length: > 0 } name)
        {
            ulong folder = header.Leb();
            header.Leb(); // time
            header.Leb(); // length
            files.Add(Join(folders, folder, name));
            _files++;
        }

        return files;
    }

    /// <summary>Version 5: names by formats; file 0 is the unit's own.</summary>
    private List<string> ReadFiles5(ref DwarfCursor header, int offsetBytes)
    {
        List<string> folders = [.. ReadEntries(ref header, offsetBytes).Select(entry => entry.Name)];
        return [.. ReadEntries(ref header, offsetBytes).Select(entry => Join(folders, entry.Folder, entry.Name))];
    }

    private List<(string Name, ulong Folder)> ReadEntries(ref DwarfCursor header, int offsetBytes)
    {
        List<(ulong Content, ulong Form)> formats = [];
        for (int count = header.Byte(); count > 0 && !header.IsBroken; count--)
            formats.Add((header.Leb(), header.Leb()));
        List<(string, ulong)> entries = [];
        for (ulong count = header.Leb(); count > 0 && !header.IsBroken && _files < MaxFiles; count--)
        {
            (string name, ulong folder) = ("", 0);
            foreach ((ulong content, ulong form) in formats)
            {
                string? text = ReadForm(ref header, form, offsetBytes, out ulong number);
                if (content == ContentPath)
                    name = text ?? "";
                else if (content == ContentFolder)
                    folder = number;
            }

            entries.Add((name, folder));
            _files++;
        }

        return entries;
    }

    private string? ReadForm(ref DwarfCursor header, ulong form, int offsetBytes, out ulong number)
    {
        number = 0;
        switch (form)
        {
            case 0x08: // string
                return header.Text(MaxNameBytes);
            case 0x1f: // line_strp
                return TextAt(_input.LineStrings, header.Unsigned(offsetBytes));
            case 0x0e: // strp
                return TextAt(_input.Strings, header.Unsigned(offsetBytes));
            case 0x0b: // data1
                number = header.Unsigned(1);
                return null;
            case 0x05: // data2
                number = header.Unsigned(2);
                return null;
            case 0x06: // data4
                number = header.Unsigned(4);
                return null;
            case 0x07: // data8
                number = header.Unsigned(8);
                return null;
            case 0x0f: // udata
                number = header.Leb();
                return null;
            case 0x1e: // data16: a checksum
                header.Take(16);
                return null;
            case 0x09: // block
                header.Take(header.Leb());
                return null;
            default:
                header.Take(ulong.MaxValue); // of unknown length: nothing behind it can be read
                return null;
        }
    }

    private static string TextAt(ReadOnlyMemory<byte> strings, ulong offset)
    {
        if (offset >= (ulong)strings.Length)
            return "";
        // Cut first: many entries may name the start of one endless string.
        ReadOnlySpan<byte> text = strings.Span[(int)offset..];
        text = text[..Math.Min(text.Length, MaxNameBytes)];
        int end = text.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
    }

    private static string Join(List<string> folders, ulong folder, string name) =>
        folder == 0 || folder >= (ulong)folders.Count || name.StartsWith('/') || folders[(int)folder].Length == 0
            ? name
            : $"{folders[(int)folder]}/{name}";

    private void Run(in LineProgram program, DwarfCursor code, List<string> files)
    {
        (ulong address, ulong file, long line) = (0, 1, 1);
        while (code.HasMore && _rows.Count < MaxRows)
        {
            byte opcode = code.Byte();
            if (opcode >= program.OpcodeBase)
            {
                int step = opcode - program.OpcodeBase;
                address += (ulong)(step / program.LineRange) * program.MinLength;
                line += program.LineBase + (step % program.LineRange);
                AddRow(address, files, file, line);
                continue;
            }

            switch (opcode)
            {
                case 0: // extended
                    ulong length = code.Leb();
                    var operands = new DwarfCursor(code.Take(length));
                    switch (operands.Byte())
                    {
                        case 1: // end of sequence
                            AddRow(address, null, 0, 0);
                            (address, file, line) = (0, 1, 1);
                            break;
                        case 2: // set address
                            address = length is > 1 and <= 9 ? operands.Unsigned((int)length - 1) : 0;
                            break;
                    }

                    break;
                case 1: // copy
                    AddRow(address, files, file, line);
                    break;
                case 2: // advance address
                    address += code.Leb() * program.MinLength;
                    break;
                case 3: // advance line
                    line += code.SignedLeb();
                    break;
                case 4: // set file
                    file = code.Leb();
                    break;
                case 8: // advance address by that of special opcode 255
                    address += (ulong)((255 - program.OpcodeBase) / program.LineRange) * program.MinLength;
                    break;
                case 9: // advance by a fixed number
                    address += code.Unsigned(2);
                    break;
                default: // column, statement flag, block, prologue, epilogue, ISA, and unknown ones
                    for (int operand = program.OperandCounts[opcode - 1]; operand > 0; operand--)
                        code.Leb();
                    break;
            }
        }
    }

    private void AddRow(ulong address, List<string>? files, ulong file, long line)
    {
        ulong offset = address - _input.TextAddress;
        if (offset >= (ulong)_input.TextBytes)
            return;
        string? name = files is null ? null : file < (ulong)files.Count ? files[(int)file] : "?";
        _rows.Add(new LineTable.Row((int)(offset / InstructionWord.Bytes), name, (int)Math.Clamp(line, 0, int.MaxValue)));
    }

    /// <summary>What a unit's header says about its line program.</summary>
    private ref struct LineProgram
    {
        internal byte MinLength;
        internal sbyte LineBase;
        internal byte LineRange;
        internal byte OpcodeBase;
        internal ReadOnlySpan<byte> OperandCounts;
    }
}
