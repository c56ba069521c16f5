using System.Buffers.Binary;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>ECDSA signatures on secp256k1 over Keccak-256, by the address that Ethereum gives the key.</summary>
/// <remarks>
/// Data: count u8, and for each signature signature offset u16 and instruction u8, address offset u16 and instruction u8,
/// message offset u16, length u16 and instruction u8. A signature is 64 bytes and its recovery id; an address 20. There is no
/// number for "this instruction". Without signatures nothing may follow the count.
/// </remarks>
internal sealed class Secp256k1Precompile : Precompile
{
    private const int HeaderSize = 1;
    private const int EntrySize = 11;
    private const int AddressSize = 20;
    private const int MaxRecoveryId = 3;

    public override Address Id => ProgramIds.Secp256k1Precompile;

    private protected override PrecompileError? Check(ReadOnlySpan<byte> data, in TransactionView transaction)
    {
        if (data.Length < HeaderSize)
            return PrecompileError.InvalidInstructionDataSize;
        int count = data[0];
        if ((count == 0 && data.Length > HeaderSize) || data.Length < HeaderSize + (count * EntrySize))
            return PrecompileError.InvalidInstructionDataSize;
        for (int i = 0; i < count; i++)
        {
            if (CheckEntry(data.Slice(HeaderSize + (i * EntrySize), EntrySize), in transaction) is { } error)
                return error;
        }

        return null;
    }

    private static PrecompileError? CheckEntry(ReadOnlySpan<byte> entry, in TransactionView transaction)
    {
        // A wrong instruction has another error for the signature than for the rest, and so has a wrong offset.
        if (entry[2] >= transaction.InstructionCount)
            return PrecompileError.InvalidInstructionDataSize;
        if (!TrySlice(default, in transaction, entry[2], Number(entry), Secp256k1.SignatureSize + 1, out var signed))
            return PrecompileError.InvalidSignature;
        ReadOnlySpan<byte> signature = signed[..Secp256k1.SignatureSize];
        byte recoveryId = signed[Secp256k1.SignatureSize];
        if (!Secp256k1.IsStandardSignature(signature))
            return PrecompileError.InvalidSignature;
        if (recoveryId > MaxRecoveryId)
            return PrecompileError.InvalidRecoveryId;

        if (Read(entry[3..], AddressSize, entry[5], in transaction, out ReadOnlySpan<byte> address) is { } addressError)
            return addressError;
        if (Read(entry[6..], Number(entry[8..]), entry[10], in transaction, out ReadOnlySpan<byte> message) is { } messageError)
            return messageError;
        return IsSignedBy(address, message, signature, recoveryId) ? null : PrecompileError.InvalidSignature;
    }

    private static PrecompileError? Read(
        ReadOnlySpan<byte> offset, int length, byte instruction, in TransactionView transaction, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (instruction >= transaction.InstructionCount)
            return PrecompileError.InvalidDataOffsets;
        return TrySlice(default, in transaction, instruction, Number(offset), length, out bytes)
            ? null
            : PrecompileError.InvalidSignature;
    }

    private static bool IsSignedBy(
        ReadOnlySpan<byte> address, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, byte recoveryId)
    {
        Span<byte> hash = stackalloc byte[Secp256k1.HashSize];
        Span<byte> key = stackalloc byte[Secp256k1.PublicKeySize];
        Keccak256.Hash(message, hash);
        if (Secp256k1.TryRecover(hash, recoveryId, signature, key) != Secp256k1RecoverError.None)
            return false;
        Keccak256.Hash(key, hash);
        return hash[^AddressSize..].SequenceEqual(address);
    }

    private static ushort Number(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
