using System.Buffers.Binary;
using System.Security.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>What a block commits to. Its hash is the blockhash that transactions name.</summary>
/// <param name="Slot">Height: every slot has a block, so slots are consecutive.</param>
/// <param name="ParentHash">Hash of the block before; for slot 1 the genesis hash.</param>
/// <param name="UnixTimestamp">Seconds since 1970 at which the slot began; never less than the parent's.</param>
/// <param name="TransactionCount">Transactions recorded.</param>
/// <param name="TransactionsHash">SHA-256 over each transaction's length (u16) and bytes, in order.</param>
/// <param name="StateRoot">Merkle root over all accounts after the block.</param>
public sealed record BlockHeader(
    ulong Slot, Hash256 ParentHash, long UnixTimestamp, int TransactionCount, Hash256 TransactionsHash, Hash256 StateRoot)
{
    /// <summary>Bytes of the serialized header.</summary>
    public const int Size = 8 + 32 + 8 + 4 + 32 + 32;

    /// <summary>
    /// Little-endian: slot u64, parent hash, timestamp i64, transaction count u32, transactions hash, state root.
    /// </summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Slot);
        ParentHash.Span.CopyTo(destination[8..]);
        BinaryPrimitives.WriteInt64LittleEndian(destination[40..], UnixTimestamp);
        BinaryPrimitives.WriteInt32LittleEndian(destination[48..], TransactionCount);
        TransactionsHash.Span.CopyTo(destination[52..]);
        StateRoot.Span.CopyTo(destination[84..]);
    }

    /// <param name="source">At least <see cref="Size"/> bytes.</param>
    public static BlockHeader Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(source),
        new Hash256(source.Slice(8, 32)),
        BinaryPrimitives.ReadInt64LittleEndian(source[40..]),
        BinaryPrimitives.ReadInt32LittleEndian(source[48..]),
        new Hash256(source.Slice(52, 32)),
        new Hash256(source.Slice(84, 32)));

    /// <summary>SHA-256("VELOX-BLOCK-1" || header).</summary>
    public Hash256 ComputeHash()
    {
        ReadOnlySpan<byte> domain = "VELOX-BLOCK-1"u8;
        Span<byte> preimage = stackalloc byte[domain.Length + Size];
        domain.CopyTo(preimage);
        Write(preimage[domain.Length..]);
        Span<byte> digest = stackalloc byte[Hash256.Size];
        SHA256.HashData(preimage, digest);
        return new Hash256(digest);
    }
}
