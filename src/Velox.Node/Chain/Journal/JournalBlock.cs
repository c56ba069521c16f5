using System.Buffers.Binary;
using Velox.Svm;

namespace Velox.Node;

/// <summary>What a journal keeps of a block: enough to execute it again and to see that it gives the same.</summary>
/// <param name="Header">The block's header.</param>
/// <param name="Transactions">Its transactions, serialized, in order.</param>
public sealed record JournalBlock(BlockHeader Header, IReadOnlyList<byte[]> Transactions)
{
    /// <summary>
    /// The largest block's bytes: header, and as many of the largest transactions as a block may hold.
    /// </summary>
    public const int MaxBytes =
        BlockHeader.Size + (Bank.MaxTransactionsPerBlock * (sizeof(ushort) + WireLimits.MaxTransactionBytes));

    /// <summary>Bytes that <see cref="Write"/> needs.</summary>
    public static int SizeOf(Block block)
    {
        int size = BlockHeader.Size;
        for (int i = 0; i < block.Records.Count; i++)
            size += sizeof(ushort) + block.Records.View(i).Bytes.Length;
        return size;
    }

    /// <summary>The header, then each transaction's length (u16) and bytes.</summary>
    public static void Write(Block block, Span<byte> destination)
    {
        block.Header.Write(destination);
        destination = destination[BlockHeader.Size..];
        for (int i = 0; i < block.Records.Count; i++)
        {
            byte[] bytes = block.Records.View(i).Bytes;
            BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)bytes.Length);
            bytes.CopyTo(destination[sizeof(ushort)..]);
            destination = destination[(sizeof(ushort) + bytes.Length)..];
        }
    }

    /// <summary>Reads a block back; null, with the reason, when the bytes are not exactly one block.</summary>
    public static JournalBlock? TryRead(ReadOnlySpan<byte> bytes, out string error)
    {
        error = "";
        if (bytes.Length < BlockHeader.Size)
            return Refuse($"{bytes.Length} bytes, shorter than a block header ({BlockHeader.Size})", out error);

        var header = BlockHeader.Read(bytes);
        if (header.TransactionCount is < 0 or > Bank.MaxTransactionsPerBlock)
        {
            return Refuse(
                $"transaction count {header.TransactionCount}, allowed are 0 to {Bank.MaxTransactionsPerBlock}", out error);
        }

        bytes = bytes[BlockHeader.Size..];
        var transactions = new List<byte[]>();
        for (int i = 0; i < header.TransactionCount; i++)
        {
            if (!TryTake(ref bytes, out byte[] transaction))
                return Refuse($"transaction {i} is empty, too long or cut off", out error);
            transactions.Add(transaction);
        }

        return bytes.IsEmpty
            ? new JournalBlock(header, transactions)
            : Refuse($"{bytes.Length} bytes after the last transaction", out error);
    }

    private static bool TryTake(ref ReadOnlySpan<byte> bytes, out byte[] transaction)
    {
        transaction = [];
        if (!BinaryPrimitives.TryReadUInt16LittleEndian(bytes, out ushort length))
            return false;
        bytes = bytes[sizeof(ushort)..];
        if (length is 0 or > WireLimits.MaxTransactionBytes || length > bytes.Length)
            return false;
        transaction = bytes[..length].ToArray();
        bytes = bytes[length..];
        return true;
    }

    private static JournalBlock? Refuse(string reason, out string error)
    {
        error = reason;
        return null;
    }
}
