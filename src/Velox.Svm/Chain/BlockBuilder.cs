using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The block under construction: its transactions so far.</summary>
public sealed class BlockBuilder
{
    // Several of the longest transactions.
    private const int HashBufferBytes = 32 * 1024;

    private readonly BlockRecords _records = new();
    private readonly BlockContext _context;

    internal BlockBuilder(BlockContext context) => _context = context;

    public ulong Slot => _context.Slot;

    public BlockContext Context => _context;

    public BlockRecords Records => _records;

    /// <summary>Lamports taken for signatures so far.</summary>
    public ulong SignatureFees { get; private set; }

    /// <summary>Lamports taken for priority so far.</summary>
    public ulong PriorityFees { get; private set; }

    internal void Add(InFlightTransaction transaction)
    {
        _records.Add(transaction.Bytes, transaction.Place);
        RecordView record = transaction.RecordView;
        SignatureFees += record.Fee - record.PriorityFee;
        PriorityFees += record.PriorityFee;
    }

    internal BlockHeader Finish(Hash256 parentHash, Hash256 stateRoot) => new(
        Slot, parentHash, _context.UnixTimestamp, _records.Count, HashTransactions(), stateRoot);

    /// <summary>SHA-256 of all transactions in order, each behind its length as u16.</summary>
    private Hash256 HashTransactions()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        // Calls into the system's library cost more than copies of a transaction.
        byte[] buffer = ArrayPool<byte>.Shared.Rent(HashBufferBytes);
        int end = 0;
        for (int i = 0; i < _records.Count; i++)
        {
            byte[] bytes = _records.View(i).Bytes;
            if (end + sizeof(ushort) + bytes.Length > buffer.Length)
            {
                hash.AppendData(buffer.AsSpan(0, end));
                end = 0;
            }

            BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(end), (ushort)bytes.Length);
            bytes.CopyTo(buffer.AsSpan(end + sizeof(ushort)));
            end += sizeof(ushort) + bytes.Length;
        }

        hash.AppendData(buffer.AsSpan(0, end));
        ArrayPool<byte>.Shared.Return(buffer);
        Span<byte> digest = stackalloc byte[Hash256.Size];
        hash.GetHashAndReset(digest);
        return new Hash256(digest);
    }
}
