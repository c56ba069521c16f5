using System.Buffers.Binary;
using Velox.Svm;

namespace Velox.Node;

/// <summary>
/// An unfinished record at the end of a journal: what a crash leaves of the block that was being written.
/// </summary>
/// <param name="Offset">Where it begins, and where the journal was cut.</param>
/// <param name="Length">Bytes that were cut off.</param>
/// <param name="Slot">The slot whose block it was to be.</param>
public sealed record TornTail(long Offset, long Length, ulong Slot);

/// <summary>The check of a whole journal when it is opened.</summary>
/// <param name="LastSlot">Slot of the last whole record; 0 when there is none.</param>
/// <param name="EndOffset">Where it ends.</param>
/// <param name="Tail">What follows it, or null.</param>
/// <remarks>
/// A record is written only after the one before it is durable. So after a crash at most one record, the last, is
/// unfinished, and no marker comes after its own. Where one does, a record that was durable has been damaged: to cut
/// there would take back what clients were told is final, so the journal is refused.
/// </remarks>
internal sealed record JournalScan(ulong LastSlot, long EndOffset, TornTail? Tail)
{
    internal const string Remedy =
        "Restore the ledger directory from a backup, or start a new chain with --reset (all its blocks are lost).";

    private const int SearchBytes = 1 << 16;

    /// <exception cref="LedgerException">CorruptMiddle or MalformedBlock.</exception>
    internal static JournalScan Run(IJournalStorage storage, JournalHeader header)
    {
        byte[] buffer = new byte[SearchBytes];
        ulong marker = header.Marker;
        long length = storage.Length;
        long offset = header.RecordsOffset;
        ulong slot = 0;
        while (offset < length && JournalFrame.TryRead(storage, marker, offset, ref buffer, out int payloadLength))
        {
            CheckSlot(storage, offset, buffer.AsSpan(0, payloadLength), ++slot);
            offset += JournalFrame.Size + payloadLength;
        }

        if (offset == length)
            return new JournalScan(slot, offset, null);

        var tail = new TornTail(offset, length - offset, slot + 1);
        if (FindMarker(storage, marker, offset + 1) is { } next)
        {
            throw new LedgerException(
                LedgerFault.CorruptMiddle,
                $"'{storage.Name}' is damaged at offset {offset}, in the block of slot {tail.Slot}, "
                + $"and goes on at offset {next}. {Remedy}");
        }

        return new JournalScan(slot, offset, tail);
    }

    private static void CheckSlot(IJournalStorage storage, long offset, ReadOnlySpan<byte> payload, ulong expected)
    {
        ulong slot = payload.Length < BlockHeader.Size ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(payload);
        if (slot != expected)
        {
            throw new LedgerException(
                LedgerFault.MalformedBlock,
                $"'{storage.Name}' has the block of slot {slot} at offset {offset}, where slot {expected} is due. "
                + Remedy);
        }
    }

    /// <summary>The first place of the marker at or after an offset, or null.</summary>
    private static long? FindMarker(IJournalStorage storage, ulong marker, long offset)
    {
        Span<byte> wanted = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(wanted, marker);
        byte[] window = new byte[SearchBytes];

        // Windows overlap, so that a marker across a boundary is seen whole in the next one.
        for (; storage.Length - offset >= wanted.Length; offset += window.Length - wanted.Length + 1)
        {
            Span<byte> read = window.AsSpan(0, (int)Math.Min(window.Length, storage.Length - offset));
            if (!storage.TryRead(offset, read))
                return null;
            int index = read.IndexOf(wanted);
            if (index >= 0)
                return offset + index;
        }

        return null;
    }
}
