using System.Globalization;
using System.Text;

namespace Velox.Bpf;

/// <summary>Read-only data as assembly: a label at each address that a wide load holds, and rows of bytes or text.</summary>
/// <remarks>
/// Only where the assembler would put it at the same address. Where it would not, as in most sBPF files, addresses stay numbers.
/// </remarks>
internal sealed class DataListing
{
    private const int RowBytes = 32;

    private readonly ReadOnlyMemory<byte> _data;
    private readonly SortedDictionary<int, string> _labels = [];

    internal DataListing(ProgramImage image, ProgramLabels labels)
    {
        bool isAssemblersOwn = image is { ReadOnlyAddress: MemoryMap.ProgramAddress, TextAddress: MemoryMap.ProgramAddress }
            && image.ReadOnlyData.Length <= Assembler.MaxDataBytes;
        _data = isAssemblersOwn ? image.ReadOnlyData : default;
        for (int index = 0; index < labels.Count && _data.Length > 0; index++)
        {
            if (labels.EntryAt(index)?.Form != OperandForm.Wide)
                continue;
            var word = InstructionWord.Read(image.Text.Span, index);
            ulong address = ((ulong)(uint)InstructionWord.Read(image.Text.Span, index + 1).Immediate << 32) | (uint)word.Immediate;
            ulong offset = address - image.ReadOnlyAddress;
            if (offset < (ulong)_data.Length && !_labels.ContainsKey((int)offset))
                _labels.Add((int)offset, labels.Claim(string.Create(CultureInfo.InvariantCulture, $"data_{offset}")));
        }
    }

    /// <summary>The label of an address, or null.</summary>
    internal string? LabelOf(ulong address)
    {
        ulong offset = address - MemoryMap.ProgramAddress;
        return offset < (ulong)_data.Length ? _labels.GetValueOrDefault((int)offset) : null;
    }

    internal void Write(TextWriter writer)
    {
        if (_data.IsEmpty)
            return;
        writer.WriteLine(".rodata");
        int start = 0;
        foreach ((int offset, string label) in _labels)
        {
            WriteRows(writer, _data.Span[start..offset]);
            writer.WriteLine($"{label}:");
            start = offset;
        }

        WriteRows(writer, _data.Span[start..]);
    }

    private static void WriteRows(TextWriter writer, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length > 0; bytes = bytes[Math.Min(RowBytes, bytes.Length)..])
        {
            ReadOnlySpan<byte> row = bytes[..Math.Min(RowBytes, bytes.Length)];
            writer.WriteLine(IsText(row) ? $"    .ascii \"{Quoted(row)}\"" : $"    .byte {Numbers(row)}");
        }
    }

    /// <summary>Printable characters and line ends, and at its end perhaps zeros.</summary>
    private static bool IsText(ReadOnlySpan<byte> row)
    {
        ReadOnlySpan<byte> text = row.TrimEnd((byte)0);
        foreach (byte value in text)
        {
            if (value is not ((>= 0x20 and <= 0x7e) or (byte)'\n'))
                return false;
        }

        return text.Length > 0;
    }

    private static string Quoted(ReadOnlySpan<byte> row)
    {
        var text = new StringBuilder();
        foreach (byte value in row)
        {
            text.Append(value switch
            {
                (byte)'\n' => "\\n",
                0 => "\\0",
                (byte)'"' or (byte)'\\' => $"\\{(char)value}",
                _ => ((char)value).ToString(),
            });
        }

        return text.ToString();
    }

    private static string Numbers(ReadOnlySpan<byte> row)
    {
        var text = new StringBuilder();
        foreach (byte value in row)
            text.Append(text.Length == 0 ? "" : ", ").Append(CultureInfo.InvariantCulture, $"0x{value:x2}");
        return text.ToString();
    }
}
