using System.Globalization;
using System.Text;

namespace Velox.Bpf;

/// <summary>Writes programs as assembly that <see cref="Assembler"/> turns into the same bytes.</summary>
/// <remarks>
/// Takes any bytes, verified or not: what is no instruction becomes <c>.raw</c>, fields without meaning stand in braces. Jump
/// targets and functions get labels; functions of an image keep their names where those can be written. Linear in the
/// text. Immutable once made.
/// </remarks>
public sealed class Disassembler
{
    private readonly ProgramImage _image;
    private readonly ProgramLabels _labels;
    private readonly DataListing _data;
    private readonly Dictionary<uint, string> _hostNames = [];

    /// <param name="image">Any program.</param>
    /// <param name="host">Functions to name in calls, or null.</param>
    public Disassembler(ProgramImage image, HostFunctionTable? host = null)
    {
        _image = image;
        _labels = new ProgramLabels(image);
        _data = new DataListing(image, _labels);
        foreach (HostFunctionEntry entry in host?.Entries ?? [])
        {
            // A number has a name for people only: the text must lead back to the number.
            if (FunctionKey.OfName(entry.Name) == entry.Key && LabelName.IsValid(entry.Name))
                _hostNames[entry.Key] = entry.Name;
        }
    }

    /// <summary>Slots of the text.</summary>
    public int Count => _labels.Count;

    /// <summary>The program as a text.</summary>
    public static string ToText(ProgramImage image, HostFunctionTable? host = null)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        new Disassembler(image, host).Write(writer);
        return writer.ToString();
    }

    /// <summary>Writes the program.</summary>
    public void Write(TextWriter writer)
    {
        writer.WriteLine($"; {_image.Dialect}, {Count} slots");
        if (_labels.EntryDirective is { } entry)
            writer.WriteLine($"    .entry {entry}");
        foreach ((string label, uint key) in _labels.Declared)
            writer.WriteLine($"    .function {label}, 0x{key:x8}");
        for (int index = 0; index < Count; index += SlotsAt(index))
        {
            foreach (string label in LabelsAt(index))
                writer.WriteLine($"{label}:");
            writer.WriteLine($"    {InstructionAt(index)}");
        }

        int rest = _image.Text.Length % InstructionWord.Bytes;
        if (rest > 0)
            writer.WriteLine($"; {rest} bytes behind the last slot: {Convert.ToHexStringLower(_image.Text.Span[^rest..])}");
        _data.Write(writer);
    }

    /// <summary>The labels of a slot.</summary>
    public IEnumerable<string> LabelsAt(int index) => _labels.At(index);

    /// <summary>The function or label by which a slot is called or jumped to, or null.</summary>
    public string? NameAt(int index) => _labels.At(index).FirstOrDefault();

    /// <summary>2 for a wide load, else 1.</summary>
    public int SlotsAt(int index) => index + 1 < Count && _labels.IsSecondSlot(index + 1) ? 2 : 1;

    /// <summary>One instruction, without labels.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such slot.</exception>
    public string InstructionAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        ReadOnlySpan<byte> text = _image.Text.Span;
        var word = InstructionWord.Read(text, index);
        OpcodeEntry? entry = _labels.EntryAt(index);
        if (entry is null)
            return Raw(text, index);
        var encoded = new EncodedInstruction { First = word, IsWide = entry.Form == OperandForm.Wide };
        if (encoded.IsWide)
            encoded.Second = InstructionWord.Read(text, index + 1);
        return entry.Form == OperandForm.Call ? Call(entry, encoded, index) : Plain(entry, encoded, index);
    }

    private static string Raw(ReadOnlySpan<byte> text, int index) =>
        $".raw 0x{System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(text[(index * InstructionWord.Bytes)..]):x16}";

    private string Plain(OpcodeEntry entry, in EncodedInstruction encoded, int index)
    {
        var line = new StringBuilder(entry.Mnemonic);
        string separator = " ";
        foreach (OperandSlot slot in OperandLayout.Of(entry.Form))
        {
            line.Append(separator).Append(Operand(slot, in encoded, index));
            separator = ", ";
        }

        return AppendFields(line, entry, in encoded, source: 0);
    }

    private string Operand(OperandSlot slot, in EncodedInstruction encoded, int index)
    {
        InstructionWord word = encoded.First;
        return slot switch
        {
            OperandSlot.Destination => $"r{word.Destination}",
            OperandSlot.Source => $"r{word.Source}",
            OperandSlot.Immediate => Number(word.Immediate),
            OperandSlot.WideImmediate => Wide(((ulong)(uint)encoded.Second.Immediate << 32) | (uint)word.Immediate),
            OperandSlot.DestinationMemory => $"[r{word.Destination}{Signed(word.Offset)}]",
            OperandSlot.SourceMemory => $"[r{word.Source}{Signed(word.Offset)}]",
            OperandSlot.Target => Target(index, word.Offset),
            OperandSlot.FarTarget => Target(index, word.Immediate),
            _ => $"r{ProgramLabels.CallRegister(_image.Dialect, in word)}",
        };
    }

    private string Wide(ulong number) => _data.LabelOf(number) ?? $"0x{number:x}";

    private string Call(OpcodeEntry entry, in EncodedInstruction encoded, int index)
    {
        InstructionWord word = encoded.First;
        uint key = (uint)word.Immediate;
        bool isKey = _image.Dialect.Calls == CallConvention.Key;
        string? callee = _hostNames.ContainsKey(key) ? null : isKey ? _labels.OfKey(key) : null;
        // In sBPF V3 a source above 1 calls nothing: a distance, but no function.
        if (!isKey && entry.Operation == Operation.CallLocal)
            callee = word.Source == 1 ? Target(index, word.Immediate) : Signed(word.Immediate);
        bool isLocal = callee is not null;
        callee ??= _hostNames.GetValueOrDefault(key);
        bool isSyscall = !isLocal && (_image.Dialect.Calls != CallConvention.Ebpf || callee is not null);
        var line = new StringBuilder(isSyscall ? "syscall " : "call ");
        line.Append(callee ?? (key < 1024 ? Number(word.Immediate) : $"0x{key:x8}"));
        return AppendFields(line, entry, in encoded, OperandLayout.CallSource(entry, isLocal));
    }

    /// <summary>Adds the fields that have no meaning and are not what the assembler makes them.</summary>
    private string AppendFields(StringBuilder line, OpcodeEntry entry, in EncodedInstruction encoded, byte source)
    {
        string separator = " {";
        foreach (string field in EncodedInstruction.FieldNames)
        {
            int value = encoded.Get(field);
            if (value == (field == "src" ? source : 0) || !EncodedInstruction.IsFree(field, _image.Dialect, entry))
                continue;
            line.Append(separator).Append(field).Append('=').Append(Number(value));
            separator = ", ";
        }

        if (separator == ", ")
            line.Append('}');
        return line.ToString();
    }

    private string Target(int index, long distance)
    {
        long target = index + 1 + distance;
        return target >= 0 && target < Count && NameAt((int)target) is { } name ? name : Signed(distance);
    }

    private static string Signed(long value) => value < 0 ? Number(value) : "+" + Number(value);

    /// <summary>Small numbers are read best as decimals, others as bits.</summary>
    private static string Number(long value)
    {
        const long decimalBound = 1 << 16;
        ulong magnitude = (ulong)Math.Abs(value);
        return magnitude < decimalBound
            ? value.ToString(CultureInfo.InvariantCulture)
            : $"{(value < 0 ? "-" : "")}0x{magnitude:x}";
    }
}
