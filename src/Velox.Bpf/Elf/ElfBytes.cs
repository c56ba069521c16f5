using System.Text;

namespace Velox.Bpf;

/// <summary>The bytes of an untrusted file. Every read is checked and says so; none throws.</summary>
internal readonly struct ElfBytes(ReadOnlyMemory<byte> memory)
{
    /// <summary>Tables start at multiples of this.</summary>
    private const ulong TableAlignment = 8;

    internal ulong Length => (ulong)memory.Length;

    internal bool TrySlice(ElfRange range, out ReadOnlyMemory<byte> slice)
    {
        bool isInside = range.Start <= range.End && range.End <= Length;
        slice = isInside ? memory[(int)range.Start..(int)range.End] : default;
        return isInside;
    }

    /// <summary>A table of entries of one size: whole entries, aligned, inside the file.</summary>
    internal ElfError? ReadTable(string where, ulong offset, ulong bytes, int entryBytes, out ReadOnlyMemory<byte> table)
    {
        table = default;
        if (!ElfRange.TryCreate(offset, bytes, out ElfRange range))
            return new ElfError(ElfRule.TableOutsideFile, where, $"0x{bytes:x} bytes at 0x{offset:x} end beyond 64 bits.");
        if (bytes % (ulong)entryBytes != 0)
            return new ElfError(ElfRule.TableCutOff, where, $"{bytes} bytes are no whole number of entries of {entryBytes}.");
        if (!TrySlice(range, out table))
            return new ElfError(ElfRule.TableOutsideFile, where, $"{range} in a file of 0x{Length:x} bytes.");
        return offset % TableAlignment == 0
            ? null
            : new ElfError(ElfRule.TableMisaligned, where, $"starts at 0x{offset:x}, not at a multiple of {TableAlignment}.");
    }

    /// <summary>A string of a table, ended by a zero byte within so many bytes.</summary>
    /// <param name="where">For the error.</param>
    /// <param name="section">The string table.</param>
    /// <param name="offset">Where in it the string starts.</param>
    /// <param name="maxBytes">Most bytes, the zero included.</param>
    /// <param name="name">One character a byte: comparing names compares bytes.</param>
    internal ElfError? ReadString(string where, in ElfSection section, uint offset, int maxBytes, out string name)
    {
        ElfError? error = FindString(where, in section, offset, maxBytes, out ReadOnlyMemory<byte> bytes);
        name = error is null ? Encoding.Latin1.GetString(bytes.Span) : "";
        return error;
    }

    /// <summary>A name for people, which the file gives as bytes.</summary>
    internal static string ToText(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name);

    /// <summary>As <see cref="ReadString"/>, without making a string of it.</summary>
    internal ElfError? FindString(string where, in ElfSection section, uint offset, int maxBytes, out ReadOnlyMemory<byte> name)
    {
        name = default;
        if (section.Type != ElfFormat.SectionStrings)
            return new ElfError(ElfRule.NotAStringTable, where, $"its names are in a section of type {section.Type}, not 3.");
        if (!ElfRange.TryCreate(section.Offset, offset, out ElfRange skipped)
            || !ElfRange.TryCreate(section.Offset, section.Size, out ElfRange whole)
            || !ElfRange.TryCreate(skipped.End, (ulong)maxBytes, out ElfRange longest)
            || !TrySlice(new ElfRange(skipped.End, Math.Min(whole.End, longest.End)), out ReadOnlyMemory<byte> bytes))
        {
            return new ElfError(ElfRule.NameOutsideFile, where, $"its name is at {offset} of a string table of {section.Size} bytes.");
        }

        int length = bytes.Span.IndexOf((byte)0);
        if (length < 0)
        {
            return new ElfError(ElfRule.NameTooLong, where, $"its name does not end within {maxBytes} bytes or before its table does.")
            {
                Name = ToText(bytes.Span),
                Value = (ulong)maxBytes,
            };
        }

        name = bytes[..length];
        return null;
    }
}
