using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>
/// The chain on disk: one append-only file of blocks, each with a checksum, each durable before the next.
/// </summary>
/// <remarks>One thread at a time.</remarks>
public sealed class Journal : IDisposable
{
    private readonly IJournalStorage _storage;
    private readonly ulong _marker;
    private readonly long _recordsOffset;
    private long _endOffset;
    private byte[] _record = new byte[1 << 16];
    private bool _hasFailed;

    /// <summary>Opens a journal: checks every record and cuts an unfinished last one off.</summary>
    /// <param name="storage">The file, the journal's from now on, even when it is refused.</param>
    /// <param name="isReadOnly">Whether the unfinished record stays in the file and is only passed over.</param>
    /// <exception cref="LedgerException">
    /// NotAJournal, UnsupportedVersion, CorruptHeader, CorruptMiddle or MalformedBlock.
    /// </exception>
    public Journal(IJournalStorage storage, bool isReadOnly = false)
    {
        _storage = storage;
        try
        {
            var header = JournalHeader.Read(storage);
            var scan = JournalScan.Run(storage, header);
            if (scan.Tail is not null && !isReadOnly)
            {
                storage.Truncate(scan.EndOffset);
                storage.Flush();
            }

            _marker = header.Marker;
            _recordsOffset = header.RecordsOffset;
            _endOffset = scan.EndOffset;
            (Genesis, GenesisRoot, LastSlot, CutTail) = (header.Genesis, header.GenesisRoot, scan.LastSlot, scan.Tail);
        }
        catch
        {
            storage.Dispose();
            throw;
        }
    }

    public Genesis Genesis { get; }

    /// <summary>State root of the genesis when the journal was made.</summary>
    public Hash256 GenesisRoot { get; }

    /// <summary>Slot of the last block; 0 when there is none.</summary>
    public ulong LastSlot { get; private set; }

    /// <summary>What was cut off when the journal was opened (passed over when read-only), or null.</summary>
    public TornTail? CutTail { get; }

    /// <summary>Bytes of the file.</summary>
    public long Length => _endOffset;

    /// <summary>Creates the file of a new chain; a crash leaves it whole or absent.</summary>
    /// <exception cref="IOException">The file exists already or cannot be written.</exception>
    public static void Create(string path, Genesis genesis, Hash256 genesisRoot) =>
        DurableFile.Create(path, JournalHeader.Create(genesis, genesisRoot).ToBytes());

    /// <exception cref="IOException">The file does not exist or is open elsewhere.</exception>
    /// <exception cref="LedgerException">As for the constructor.</exception>
    public static Journal Open(string path) => new(new FileJournalStorage(path));

    /// <summary>Opens the file for reading alone: nothing in it changes.</summary>
    /// <exception cref="IOException">The file does not exist or is open for writing elsewhere.</exception>
    /// <exception cref="LedgerException">As for the constructor.</exception>
    public static Journal OpenReadOnly(string path) =>
        new(new FileJournalStorage(path, isReadOnly: true), isReadOnly: true);

    /// <summary>The blocks in order, one in memory at a time.</summary>
    /// <exception cref="LedgerException">
    /// MalformedBlock, or CorruptMiddle when the file changed since it was opened.
    /// </exception>
    public IEnumerable<JournalBlock> ReadBlocks()
    {
        byte[] buffer = [];
        long end = _endOffset;
        ulong slot = 1;
        for (long offset = _recordsOffset; offset < end; slot++)
        {
            yield return ReadBlock(offset, slot, ref buffer, out int payloadLength);
            offset += JournalFrame.Size + payloadLength;
        }
    }

    /// <summary>Adds a block with one write and one sync; when this returns it is durable.</summary>
    /// <exception cref="IOException">
    /// The disk failed. The journal takes no more blocks: reopening cuts the torn record.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// An earlier append failed, or the block is not the next one.
    /// </exception>
    public void Append(Block block)
    {
        if (_hasFailed)
            throw new InvalidOperationException($"'{_storage.Name}' failed before: reopen the ledger.");
        if (block.Header.Slot != LastSlot + 1)
            throw new InvalidOperationException($"The block of slot {block.Header.Slot} does not follow slot {LastSlot}.");

        Span<byte> record = Encode(block);
        // Set first: after a failure nobody knows what is on the disk, whichever exception says so.
        _hasFailed = true;
        _storage.Write(_endOffset, record);
        _storage.Flush();
        _hasFailed = false;
        _endOffset += record.Length;
        LastSlot = block.Header.Slot;
    }

    public void Dispose() => _storage.Dispose();

    private Span<byte> Encode(Block block)
    {
        int size = JournalFrame.Size + JournalBlock.SizeOf(block);
        if (_record.Length < size)
            _record = new byte[Math.Max(size, 2 * _record.Length)];
        Span<byte> record = _record.AsSpan(0, size);
        JournalBlock.Write(block, record[JournalFrame.Size..]);
        JournalFrame.Seal(_marker, record);
        return record;
    }

    private JournalBlock ReadBlock(long offset, ulong slot, ref byte[] buffer, out int payloadLength)
    {
        if (!JournalFrame.TryRead(_storage, _marker, offset, ref buffer, out payloadLength))
        {
            throw new LedgerException(
                LedgerFault.CorruptMiddle,
                $"'{_storage.Name}' cannot be read at offset {offset}, the block of slot {slot}. {JournalScan.Remedy}");
        }

        return JournalBlock.TryRead(buffer.AsSpan(0, payloadLength), out string error) ?? throw new LedgerException(
            LedgerFault.MalformedBlock,
            $"'{_storage.Name}' has no block of slot {slot} at offset {offset}: {error}. {JournalScan.Remedy}");
    }
}
