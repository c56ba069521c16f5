using System.Buffers.Binary;

namespace Velox.Bpf;

/// <summary>Writes sBPF V3 files, as Solana's loaders take them: read-only data at address 0, then the text, and nothing else.</summary>
/// <remarks>Source: SIMD-0189. What <see cref="ElfLoader"/> makes of such a file has the same text, data and entry.</remarks>
/// <example>
/// <code>
/// byte[] elf = SbpfElf.Assemble(
///     """
///         lddw r1, greeting
///         mov64 r2, 5
///         syscall sol_log_
///         mov64 r0, 0
///         exit
///     .rodata
///     greeting:
///         .ascii "hello"
///     """);
/// </code>
/// </example>
public static class SbpfElf
{
    private const ushort SharedObject = 3;
    private const ulong ReadOnlyAddress = 0;
    private const int Version = 3;

    /// <summary>Assembles a program of dialect <c>sbpf-v3</c> into a file. The program is not verified.</summary>
    /// <param name="text">The program: <c>docs/bpf-assembly.md</c>.</param>
    /// <exception cref="AssemblyException">The text is no program.</exception>
    /// <exception cref="ArgumentException">It has no instructions.</exception>
    public static byte[] Assemble(ReadOnlySpan<char> text)
    {
        ProgramImage image = Assembler.Assemble(text, Dialect.SbpfV3, ReadOnlyAddress);
        return Write(image.Text.Span, image.ReadOnlyData.Span, image.EntryIndex);
    }

    /// <summary>Writes a file.</summary>
    /// <param name="text">Encoded instructions: 1 to 1,310,720 slots of 8 bytes.</param>
    /// <param name="readOnlyData">At most 10 MiB; the program sees it at address 0, zeros behind it up to a multiple of 8 bytes.</param>
    /// <param name="entryIndex">The slot to start at.</param>
    /// <exception cref="ArgumentException">One of them is out of its bounds; the text names it and them.</exception>
    public static byte[] Write(ReadOnlySpan<byte> text, ReadOnlySpan<byte> readOnlyData = default, int entryIndex = 0)
    {
        Check(text.Length, readOnlyData.Length, entryIndex);
        int dataBytes = (readOnlyData.Length + InstructionWord.Bytes - 1) & -InstructionWord.Bytes;
        int segments = dataBytes > 0 ? 2 : 1;
        int dataOffset = ElfHeader.Bytes + (segments * ElfSegment.Bytes);
        int textOffset = dataOffset + dataBytes;

        byte[] file = new byte[textOffset + text.Length];
        WriteHeader(file, segments, MemoryMap.ProgramAddress + ((ulong)entryIndex * InstructionWord.Bytes));
        Span<byte> table = file.AsSpan(ElfHeader.Bytes);
        if (dataBytes > 0)
        {
            WriteSegment(table, ElfFormat.SegmentReadable, dataOffset, ReadOnlyAddress, dataBytes);
            table = table[ElfSegment.Bytes..];
        }

        WriteSegment(table, ElfFormat.SegmentExecutable, textOffset, MemoryMap.ProgramAddress, text.Length);
        readOnlyData.CopyTo(file.AsSpan(dataOffset));
        text.CopyTo(file.AsSpan(textOffset));
        return file;
    }

    private static void Check(int textBytes, int dataBytes, int entryIndex)
    {
        int slots = textBytes / InstructionWord.Bytes;
        if (textBytes % InstructionWord.Bytes != 0 || slots is 0 or > Verifier.MaxInstructions)
            throw new ArgumentException($"The text is {textBytes} bytes: 1 to {Verifier.MaxInstructions} slots of 8 bytes are allowed.");
        if (dataBytes > Assembler.MaxDataBytes)
            throw new ArgumentException($"The read-only data is {dataBytes} bytes: at most {Assembler.MaxDataBytes} is allowed.");
        if (entryIndex < 0 || entryIndex >= slots)
            throw new ArgumentOutOfRangeException(nameof(entryIndex), entryIndex, $"entryIndex is 0 to {slots - 1}, a slot of the text.");
    }

    private static void WriteHeader(Span<byte> file, int segments, ulong entry)
    {
        ReadOnlySpan<byte> identity = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        identity.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file[16..], SharedObject);
        BinaryPrimitives.WriteUInt16LittleEndian(file[18..], ElfFormat.MachineBpf);
        BinaryPrimitives.WriteUInt32LittleEndian(file[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(file[24..], entry);
        BinaryPrimitives.WriteUInt64LittleEndian(file[32..], ElfHeader.Bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(file[ElfFormat.FlagsOffset..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(file[52..], ElfHeader.Bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(file[54..], ElfSegment.Bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(file[56..], (ushort)segments);
    }

    private static void WriteSegment(Span<byte> entry, uint flags, int offset, ulong address, int bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(entry, ElfFormat.SegmentLoad);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], flags);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], (ulong)offset);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[24..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], (ulong)bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[40..], (ulong)bytes);
    }
}
