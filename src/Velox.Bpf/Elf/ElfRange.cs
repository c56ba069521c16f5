namespace Velox.Bpf;

/// <summary>Offsets or addresses from a start up to an end, which is outside.</summary>
internal readonly record struct ElfRange(ulong Start, ulong End)
{
    internal ulong Length => End > Start ? End - Start : 0;

    internal bool Contains(ulong value) => value >= Start && value < End;

    /// <summary>As anza-xyz/sbpf has it: an empty range inside another overlaps it.</summary>
    internal bool Overlaps(ElfRange other) => End > other.Start && other.End > Start;

    /// <summary>The range of a length; false where its end passes 64 bits.</summary>
    internal static bool TryCreate(ulong start, ulong length, out ElfRange range)
    {
        range = new ElfRange(start, start + length);
        return range.End >= start;
    }

    /// <summary>The range of a length, cut off at 64 bits.</summary>
    internal static ElfRange Saturating(ulong start, ulong length) =>
        TryCreate(start, length, out ElfRange range) ? range : new ElfRange(start, ulong.MaxValue);

    public override string ToString() => $"0x{Start:x} to 0x{End:x}";
}
