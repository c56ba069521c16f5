using System.Buffers.Binary;

namespace Velox.Bpf;

/// <summary>The source lines of an eBPF object, whose line information still has to be relocated.</summary>
internal static class EbpfLines
{
    private const string LineSection = ".debug_line";

    internal static LineTable? Read(EbpfObject file, EbpfLayout layout)
    {
        int section = Array.IndexOf(file.SectionNames, LineSection);
        if (section < 0)
            return null;
        byte[] lines = file.BytesOf(section).ToArray();
        int relocations = Array.FindIndex(
            file.Sections, table => table.Type == ElfFormat.SectionRelocations && table.Info == (uint)section);
        if (relocations >= 0)
            Relocate(file, layout, file.BytesOf(relocations).Span, lines);
        return DwarfLineReader.Read(new DwarfLines(
            lines, BytesOf(file, ".debug_line_str"), BytesOf(file, ".debug_str"), TextAddress: 0, layout.Text.Length));
    }

    private static ReadOnlyMemory<byte> BytesOf(EbpfObject file, string name) =>
        Array.IndexOf(file.SectionNames, name) is >= 0 and int section ? file.BytesOf(section) : default;

    /// <summary>Addresses of text become offsets in the merged text, others none; offsets of strings stay what they are.</summary>
    private static void Relocate(EbpfObject file, EbpfLayout layout, ReadOnlySpan<byte> table, Span<byte> lines)
    {
        for (int i = 0; i < table.Length / ElfRelocation.Bytes; i++)
        {
            var relocation = ElfRelocation.Read(table, i);
            if (!ElfSymbol.TryRead(file.Symbols.Span, relocation.Symbol, out ElfSymbol symbol))
                continue;
            int bytes = relocation.Type == ElfFormat.RelocationAbsolute64 ? sizeof(ulong) : sizeof(uint);
            if (relocation.Offset > (ulong)lines.Length || (ulong)(lines.Length - bytes) < relocation.Offset || lines.Length < bytes)
                continue;
            Span<byte> place = lines[(int)relocation.Offset..];
            if (relocation.Type == ElfFormat.RelocationAbsolute64)
            {
                int text = symbol.Section < file.Sections.Length ? layout.TextOffset[symbol.Section] : -1;
                ulong address = BinaryPrimitives.ReadUInt64LittleEndian(place) + symbol.Value + (ulong)text;
                BinaryPrimitives.WriteUInt64LittleEndian(place, text < 0 ? ulong.MaxValue : address);
            }
            else if (relocation.Type is ElfFormat.RelocationAbsolute32 or ElfFormat.RelocationNoDynamicLoad32)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(place, BinaryPrimitives.ReadUInt32LittleEndian(place) + (uint)symbol.Value);
            }
        }
    }
}
