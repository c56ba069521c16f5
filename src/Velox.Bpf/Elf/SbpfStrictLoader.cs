namespace Velox.Bpf;

/// <summary>Loads sBPF V3: what the program headers say is what runs, without relocation.</summary>
/// <remarks>Source: SIMD-0189 and anza-xyz/sbpf src/elf.rs, load_with_strict_parser. Text is not readable there.</remarks>
internal static class SbpfStrictLoader
{
    private const ulong ReadOnlyAddress = 0;
    private const ulong RegionBytes = 1UL << 32;

    internal static ElfError? TryLoad(
        ReadOnlyMemory<byte> memory, in ElfHeader header, Dialect dialect, ElfOptions options, out ProgramImage? image)
    {
        image = null;
        var bytes = new ElfBytes(memory);
        if (CheckHeader(in header) is { } headerError)
            return headerError;
        ulong tableBytes = (ulong)header.ProgramHeaderCount * ElfSegment.Bytes;
        ElfError? error = bytes.ReadTable(
            "program header table", ElfHeader.Bytes, tableBytes, ElfSegment.Bytes, out ReadOnlyMemory<byte> table);
        if (error is not null)
            return error;
        error = ReadSegments(in bytes, ElfSegment.ReadAll(table.Span), out ReadOnlyMemory<byte> readOnly, out ElfSegment text);
        if (error is not null)
            return error;

        ElfRange addresses = ElfRange.Saturating(text.Address, text.MemoryBytes);
        if (!addresses.Contains(header.Entry))
            return new ElfError(ElfRule.EntryOutsideText, "file header", $"entry 0x{header.Entry:x}; the text is at {addresses}.");
        if (header.Entry % InstructionWord.Bytes != 0)
            return new ElfError(ElfRule.EntryMisaligned, "file header", $"entry 0x{header.Entry:x} is no multiple of 8.");
        SbpfStrictDebug? debug = options.ReadsDebugInformation ? SbpfStrictDebug.Read(bytes, in header) : null;
        image = new ProgramImage
        {
            Dialect = dialect,
            Text = memory.Slice((int)text.Offset, (int)text.FileBytes),
            TextAddress = text.Address,
            EntryIndex = (int)((header.Entry - text.Address) / InstructionWord.Bytes),
            ReadOnlyData = readOnly,
            ReadOnlyAddress = ReadOnlyAddress,
            Symbols = debug?.ReadSymbols(addresses) ?? [],
            Lines = debug?.ReadLines(in text),
        };
        return null;
    }

    private static ElfError? CheckHeader(in ElfHeader header)
    {
        if (header.CheckIdentity() is { } error)
            return error;
        if (header.Abi != 0 || header.HasPadding)
            return new ElfError(ElfRule.WrongAbi, "file header", $"ABI {header.Abi}; it and the bytes after it must be 0.");
        if (header.Machine != ElfFormat.MachineBpf)
            return new ElfError(ElfRule.WrongMachine, "file header", $"machine {header.Machine}; 247 (BPF) is needed.");
        if (header.ProgramHeaderOffset != ElfHeader.Bytes || header.HeaderBytes != ElfHeader.Bytes
            || header.ProgramHeaderBytes != ElfSegment.Bytes)
        {
            return new ElfError(
                ElfRule.WrongHeaderSize, "file header",
                $"{header.HeaderBytes} bytes, program headers of {header.ProgramHeaderBytes} at 0x{header.ProgramHeaderOffset:x}; "
                    + "64 bytes and 56 at 0x40 are needed.");
        }

        return header.ProgramHeaderCount > 0
            ? null
            : new ElfError(ElfRule.TextSectionCount, "file header", "there are no program headers; the text needs one.");
    }

    /// <summary>The first header may be read-only data; then comes the text. What follows is not looked at.</summary>
    private static ElfError? ReadSegments(
        in ElfBytes bytes, ElfSegment[] segments, out ReadOnlyMemory<byte> readOnly, out ElfSegment text)
    {
        readOnly = default;
        text = default;
        bool hasReadOnly = segments[0].Flags == ElfFormat.SegmentReadable;
        int textIndex = hasReadOnly ? 1 : 0;
        if (textIndex >= segments.Length)
            return new ElfError(ElfRule.TextSectionCount, "program header 0", "read-only data only; the text needs a header of its own.");

        ulong offset = ElfHeader.Bytes + ((ulong)segments.Length * ElfSegment.Bytes);
        if (hasReadOnly)
        {
            ElfError? error = CheckSegment(in bytes, segments, 0, ElfFormat.SegmentReadable, ReadOnlyAddress, offset);
            if (error is not null)
                return error;
            offset += segments[0].FileBytes;
            bytes.TrySlice(ElfRange.Saturating(segments[0].Offset, segments[0].FileBytes), out readOnly);
        }

        text = segments[textIndex];
        return CheckSegment(in bytes, segments, textIndex, ElfFormat.SegmentExecutable, MemoryMap.ProgramAddress, offset);
    }

    private static ElfError? CheckSegment(
        in ElfBytes bytes, ElfSegment[] segments, int index, uint flags, ulong address, ulong offset)
    {
        ElfSegment segment = segments[index];
        string? detail = null;
        if (segment.Type != ElfFormat.SegmentLoad || segment.Flags != flags)
            detail = $"type {segment.Type} and flags {segment.Flags}; {ElfFormat.SegmentLoad} and {flags} are needed.";
        else if (segment.Address != address || segment.PhysicalAddress != address)
            detail = $"addresses 0x{segment.Address:x} and 0x{segment.PhysicalAddress:x}; both must be 0x{address:x}.";
        else if (segment.Offset != offset || offset >= bytes.Length || offset % InstructionWord.Bytes != 0)
            detail = $"offset 0x{segment.Offset:x}; it must be 0x{offset:x}, inside the file, a multiple of 8.";
        else if (segment.FileBytes != segment.MemoryBytes || segment.FileBytes % InstructionWord.Bytes != 0)
            detail = $"0x{segment.FileBytes:x} bytes in the file, 0x{segment.MemoryBytes:x} in memory; equal multiples of 8 are needed.";
        else if (segment.FileBytes > bytes.Length - offset || segment.MemoryBytes >= RegionBytes)
            detail = $"0x{segment.FileBytes:x} bytes at 0x{offset:x} of a file of 0x{bytes.Length:x}.";
        return detail is null ? null : new ElfError(ElfRule.ProgramHeader, $"program header {index}", detail);
    }
}
