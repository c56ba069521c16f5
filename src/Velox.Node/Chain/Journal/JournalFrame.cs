using System.Buffers.Binary;

namespace Velox.Node;

/// <summary>What stands before each block in a journal: 16 bytes, little-endian.</summary>
/// <remarks>
/// <code>
/// offset size field
///  0     8    the journal's marker
///  8     4    payload length, at most <see cref="JournalBlock.MaxBytes"/>
/// 12     4    CRC-32C of bytes 0..11 and the payload
/// 16     -    payload: a <see cref="JournalBlock"/>
/// </code>
/// </remarks>
internal static class JournalFrame
{
    internal const int Size = 16;

    private const int ChecksumOffset = 12;

    /// <summary>Fills in the frame of the payload that stands behind it.</summary>
    internal static void Seal(ulong marker, Span<byte> record)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(record, marker);
        BinaryPrimitives.WriteInt32LittleEndian(record[8..], record.Length - Size);
        BinaryPrimitives.WriteUInt32LittleEndian(
            record[ChecksumOffset..], Crc32C.Compute(record[..ChecksumOffset], record[Size..]));
    }

    /// <summary>
    /// Reads the record at an offset. False when there is no whole and undamaged one; then nothing was allocated beyond
    /// what the file really holds.
    /// </summary>
    /// <param name="storage">The journal's file.</param>
    /// <param name="marker">The journal's marker.</param>
    /// <param name="offset">Where the frame begins.</param>
    /// <param name="buffer">Grown as needed; the payload lies in it.</param>
    /// <param name="payloadLength">Bytes of the payload.</param>
    internal static bool TryRead(
        IJournalStorage storage, ulong marker, long offset, ref byte[] buffer, out int payloadLength)
    {
        payloadLength = 0;
        Span<byte> frame = stackalloc byte[Size];
        if (!storage.TryRead(offset, frame) || BinaryPrimitives.ReadUInt64LittleEndian(frame) != marker)
            return false;

        int length = BinaryPrimitives.ReadInt32LittleEndian(frame[8..]);
        if (length is < 0 or > JournalBlock.MaxBytes || length > storage.Length - offset - Size)
            return false;
        if (buffer.Length < length)
            buffer = new byte[Math.Max(length, 2 * buffer.Length)];
        Span<byte> payload = buffer.AsSpan(0, length);
        if (!storage.TryRead(offset + Size, payload))
            return false;

        payloadLength = length;
        return BinaryPrimitives.ReadUInt32LittleEndian(frame[ChecksumOffset..])
            == Crc32C.Compute(frame[..ChecksumOffset], payload);
    }
}
