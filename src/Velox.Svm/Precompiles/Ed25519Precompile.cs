using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Ed25519 signatures, under the strict rule of transactions.</summary>
/// <remarks>
/// Data: count u8, one byte unread, and for each signature 7 x u16: signature offset and instruction, key offset and
/// instruction, message offset, length and instruction. Without signatures nothing may follow the two bytes.
/// </remarks>
internal sealed class Ed25519Precompile : Precompile
{
    private const int HeaderSize = 2;
    private const int EntrySize = 14;
    private const byte ScalarTopBits = 0xE0;

    public override Address Id => ProgramIds.Ed25519Precompile;

    private protected override PrecompileError? Check(ReadOnlySpan<byte> data, in TransactionView transaction)
    {
        if (data.Length < HeaderSize)
            return PrecompileError.InvalidInstructionDataSize;
        int count = data[0];
        if ((count == 0 && data.Length > HeaderSize) || data.Length < HeaderSize + (count * EntrySize))
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
        if (!TrySlice(data, in transaction, Field(entry, 1), Field(entry, 0), Signature.Size, out ReadOnlySpan<byte> signature))
            return PrecompileError.InvalidDataOffsets;
        // The rest of the signature's form is judged with its equation, behind the key; these bits are its parser's.
        if ((signature[^1] & ScalarTopBits) != 0)
            return PrecompileError.InvalidSignature;
        if (!TrySlice(data, in transaction, Field(entry, 3), Field(entry, 2), Address.Size, out ReadOnlySpan<byte> key))
            return PrecompileError.InvalidDataOffsets;
        if (!Ed25519.IsOnCurve(key))
            return PrecompileError.InvalidPublicKey;
        if (!TrySlice(data, in transaction, Field(entry, 6), Field(entry, 4), Field(entry, 5), out ReadOnlySpan<byte> message))
            return PrecompileError.InvalidDataOffsets;
        return Ed25519.Verify(key, signature, message) ? null : PrecompileError.InvalidSignature;
    }
}
