using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>ECDSA signatures on P-256 over SHA-256, with s in the lower half (SIMD-0075).</summary>
/// <remarks>Data as for Ed25519, with keys of 33 bytes; 1 to 8 signatures.</remarks>
internal sealed class Secp256r1Precompile : Precompile
{
    private const int HeaderSize = 2;
    private const int EntrySize = 14;
    private const int MaxSignatures = 8;

    public override Address Id => ProgramIds.Secp256r1Precompile;

    private protected override PrecompileError? Check(ReadOnlySpan<byte> data, in TransactionView transaction)
    {
        if (data.Length < HeaderSize)
            return PrecompileError.InvalidInstructionDataSize;
        int count = data[0];
        if (count is 0 or > MaxSignatures || data.Length < HeaderSize + (count * EntrySize))
            return PrecompileError.InvalidInstructionDataSize;
        for (int i = 0; i < count; i++)
        {
            if (CheckEntry(data, data.Slice(HeaderSize + (i * EntrySize), EntrySize), in transaction) is { } error)
                return error;
        }

        return null;
    }

    private static PrecompileError? CheckEntry(
        ReadOnlySpan<byte> data, ReadOnlySpan<byte> entry, in TransactionView transaction)
    {
        bool isThere = TrySlice(
            data, in transaction, Field(entry, 1), Field(entry, 0), Secp256r1.SignatureSize, out ReadOnlySpan<byte> signature);
        isThere &= TrySlice(
            data, in transaction, Field(entry, 3), Field(entry, 2), Secp256r1.PublicKeySize, out ReadOnlySpan<byte> key);
        isThere &= TrySlice(
            data, in transaction, Field(entry, 6), Field(entry, 4), Field(entry, 5), out ReadOnlySpan<byte> message);
        if (!isThere)
            return PrecompileError.InvalidDataOffsets;
        return Secp256r1.Verify(key, signature, message) switch
        {
            Secp256r1Result.Valid => null,
            Secp256r1Result.InvalidPublicKey => PrecompileError.InvalidPublicKey,
            _ => PrecompileError.InvalidSignature,
        };
    }
}
