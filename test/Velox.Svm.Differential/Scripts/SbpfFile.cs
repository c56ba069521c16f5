using System.Buffers.Binary;

namespace Velox.Svm.Differential;

/// <summary>The smallest ELF file that loaders take: sBPF V3, one segment, the text.</summary>
public static class SbpfFile
{
    private const int HeaderBytes = 64;
    private const int SegmentBytes = 56;
    private const ulong TextAddress = 1UL << 32;

    public static byte[] Write(ReadOnlySpan<byte> text)
    {
        byte[] file = new byte[HeaderBytes + SegmentBytes + text.Length];
        ReadOnlySpan<byte> identity = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        identity.CopyTo(file);
        UInt16(file, 16, 3); // shared object
        UInt16(file, 18, 247); // BPF
        UInt16(file, 20, 1);
        UInt64(file, 24, TextAddress); // entry
        UInt64(file, 32, HeaderBytes); // program headers
        UInt16(file, 48, 3); // flags: sBPF version
        UInt16(file, 52, HeaderBytes);
        UInt16(file, 54, SegmentBytes);
        UInt16(file, 56, 1);

        Span<byte> segment = file.AsSpan(HeaderBytes);
        UInt16(segment, 0, 1); // to be loaded
        UInt16(segment, 4, 1); // executable
        UInt64(segment, 8, HeaderBytes + SegmentBytes);
        UInt64(segment, 16, TextAddress);
        UInt64(segment, 24, TextAddress);
        UInt64(segment, 32, (ulong)text.Length);
        UInt64(segment, 40, (ulong)text.Length);
        text.CopyTo(file.AsSpan(HeaderBytes + SegmentBytes));
        return file;
    }

    private static void UInt16(Span<byte> file, int offset, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(file[offset..], value);

    private static void UInt64(Span<byte> file, int offset, ulong value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(file[offset..], value);
}
