using System.Buffers.Binary;
using System.Security.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The state of a durable nonce account (solana-sdk, nonce/src/state.rs and versions.rs).</summary>
/// <remarks>
/// Version u32 (0 legacy, 1 current), state u32 (0 uninitialised, 1 initialised); an initialised one goes on with authority,
/// nonce, and the fee for a signature, u64. 80 bytes; bytes behind the state are allowed.
/// </remarks>
/// <param name="IsCurrent">A legacy one serves no transaction: it must be upgraded or advanced first.</param>
/// <param name="IsInitialized">Whether the fields below mean anything.</param>
/// <param name="Authority">Whose signature advances it.</param>
/// <param name="Nonce">What a transaction states in the place of its blockhash.</param>
/// <param name="LamportsPerSignature">The fee when the nonce was last advanced.</param>
public readonly record struct NonceAccount(
    bool IsCurrent, bool IsInitialized, Address Authority, Hash256 Nonce, ulong LamportsPerSignature)
{
    /// <summary>Bytes of an initialised state.</summary>
    internal const int Size = 80;

    private const int UninitializedSize = 8;
    private const int StateOffset = 4;
    private const int AuthorityOffset = 8;
    private const int NonceOffset = 40;
    private const int FeeOffset = 72;

    internal static readonly NonceAccount Uninitialized = new(IsCurrent: true, IsInitialized: false, default, default, 0);

    /// <summary>Bytes that <see cref="WriteTo"/> writes.</summary>
    internal int Length => IsInitialized ? Size : UninitializedSize;

    internal static NonceAccount Initialized(Address authority, Hash256 nonce) =>
        new(IsCurrent: true, IsInitialized: true, authority, nonce, TransactionExecutor.LamportsPerSignature);

    /// <summary>Reads an account's data; false for a cut-off field or an unknown version or state.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out NonceAccount nonce)
    {
        nonce = default;
        if (data.Length < UninitializedSize)
            return false;
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(data);
        uint state = BinaryPrimitives.ReadUInt32LittleEndian(data[StateOffset..]);
        if (version > 1 || state > 1 || (state == 1 && data.Length < Size))
            return false;

        nonce = state == 0
            ? new NonceAccount(version == 1, false, default, default, 0)
            : new NonceAccount(
                version == 1, true,
                new Address(data.Slice(AuthorityOffset, Address.Size)),
                new Hash256(data.Slice(NonceOffset, Hash256.Size)),
                BinaryPrimitives.ReadUInt64LittleEndian(data[FeeOffset..]));
        return true;
    }

    /// <summary>Writes the state; of an uninitialised one version and state alone.</summary>
    internal void WriteTo(Span<byte> data)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(data, IsCurrent ? 1u : 0u);
        BinaryPrimitives.WriteUInt32LittleEndian(data[StateOffset..], IsInitialized ? 1u : 0u);
        if (!IsInitialized)
            return;
        Authority.Span.CopyTo(data[AuthorityOffset..]);
        Nonce.Span.CopyTo(data[NonceOffset..]);
        BinaryPrimitives.WriteUInt64LittleEndian(data[FeeOffset..], LamportsPerSignature);
    }

    /// <summary>The nonce of a blockhash: SHA-256("DURABLE_NONCE" || blockhash), so that no nonce is a blockhash.</summary>
    internal static Hash256 NonceOf(Hash256 blockhash)
    {
        ReadOnlySpan<byte> prefix = "DURABLE_NONCE"u8;
        Span<byte> preimage = stackalloc byte[prefix.Length + Hash256.Size];
        prefix.CopyTo(preimage);
        blockhash.Span.CopyTo(preimage[prefix.Length..]);
        Span<byte> digest = stackalloc byte[Hash256.Size];
        SHA256.HashData(preimage, digest);
        return new Hash256(digest);
    }
}
