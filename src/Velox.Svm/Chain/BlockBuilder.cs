using System.Buffers.Binary;
using System.Security.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The block under construction: its transactions so far.</summary>
public sealed class BlockBuilder
{
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

    private Hash256 HashTransactions()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(ushort)];
        for (int i = 0; i < _records.Count; i++)
        {
            byte[] bytes = _records.View(i).Bytes;
            BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        Span<byte> digest = stackalloc byte[Hash256.Size];
        hash.GetHashAndReset(digest);
        return new Hash256(digest);
    }
}
