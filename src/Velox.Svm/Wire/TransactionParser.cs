using Velox.Primitives;

namespace Velox.Svm;

/// <summary>
/// Finds and sanitises the fields of a serialized legacy or v0 transaction. What it accepts is what Agave accepts
/// (<c>transaction-view</c>, sanitising included) with SIMD-0160 and SIMD-0406 active. <see cref="Version1Parser"/> does v1.
/// </summary>
internal static class TransactionParser
{
    private const byte VersionFlag = 0x80;

    internal static WireError Parse(ReadOnlySpan<byte> bytes, ref TransactionFrame frame)
    {
        // Looked at first: a v1 transaction may be larger than the others.
        if (bytes.Length > 0 && (bytes[0] & VersionFlag) != 0)
        {
            return bytes[0] == Version1Parser.VersionByte
                ? Version1Parser.Parse(bytes, ref frame)
                : WireError.UnsupportedVersion;
        }

        if (bytes.Length > WireLimits.MaxTransactionBytes)
            return WireError.TransactionTooLarge;

        frame.MessageEnd = (ushort)bytes.Length;
        var reader = new WireReader(bytes);
        WireError error = ReadSignatures(ref reader, ref frame);
        if (error == WireError.None)
            error = ReadHeader(ref reader, ref frame);
        if (error == WireError.None)
            error = ReadStaticKeys(ref reader, ref frame);
        if (error == WireError.None)
            error = ReadBlockhash(ref reader, ref frame);

        int highestAccountIndex = -1;
        if (error == WireError.None)
            error = ReadInstructions(ref reader, ref frame, out highestAccountIndex);
        if (error == WireError.None && frame.Version == TransactionVersion.Version0)
            error = ReadLookups(ref reader, ref frame);
        if (error == WireError.None)
            error = CheckAccounts(in frame, highestAccountIndex);
        if (error == WireError.None && !reader.AtEnd)
            error = WireError.TrailingBytes;
        return error;
    }

    private static WireError ReadSignatures(ref WireReader reader, ref TransactionFrame frame)
    {
        // A compact-u16, but every allowed count is one byte long.
        WireError error = reader.ReadByte(out frame.SignatureCount);
        if (error != WireError.None)
            return error;
        frame.SignaturesOffset = (ushort)reader.Offset;
        if (frame.SignatureCount == 0)
            return WireError.NoSignatures;
        if (frame.SignatureCount > WireLimits.MaxSignatures)
            return WireError.TooManySignatures;
        return reader.Skip(frame.SignatureCount * Signature.Size);
    }

    private static WireError ReadHeader(ref WireReader reader, ref TransactionFrame frame)
    {
        frame.MessageOffset = (ushort)reader.Offset;
        WireError error = reader.ReadByte(out byte first);
        if (error != WireError.None)
            return error;

        frame.Version = TransactionVersion.Legacy;
        frame.RequiredSignatures = first;
        if ((first & VersionFlag) != 0)
        {
            if (first != VersionFlag)
                return WireError.UnsupportedVersion;
            frame.Version = TransactionVersion.Version0;
            error = reader.ReadByte(out frame.RequiredSignatures);
        }

        if (error == WireError.None)
            error = reader.ReadByte(out frame.ReadonlySigned);
        if (error == WireError.None)
            error = reader.ReadByte(out frame.ReadonlyUnsigned);
        if (error != WireError.None)
            return error;

        if (frame.RequiredSignatures != frame.SignatureCount)
            return WireError.SignatureCountMismatch;
        return frame.ReadonlySigned >= frame.RequiredSignatures ? WireError.FeePayerNotWritable : WireError.None;
    }

    private static WireError ReadStaticKeys(ref WireReader reader, ref TransactionFrame frame)
    {
        // A compact-u16, but every allowed count is one byte long.
        WireError error = reader.ReadByte(out frame.StaticKeyCount);
        if (error != WireError.None)
            return error;
        if (frame.StaticKeyCount < frame.RequiredSignatures)
            return WireError.TooFewStaticKeys;
        if (frame.StaticKeyCount > WireLimits.MaxStaticKeys)
            return WireError.TooManyStaticKeys;
        if (frame.ReadonlyUnsigned > frame.StaticKeyCount - frame.RequiredSignatures)
            return WireError.TooManyReadonlyUnsigned;

        frame.StaticKeysOffset = (ushort)reader.Offset;
        return reader.Skip(frame.StaticKeyCount * Address.Size);
    }

    private static WireError ReadBlockhash(ref WireReader reader, ref TransactionFrame frame)
    {
        frame.BlockhashOffset = (ushort)reader.Offset;
        return reader.Skip(Hash256.Size);
    }

    /// <remarks>
    /// The highest account index that an instruction names, -1 when none does, can only be judged once the lookups
    /// behind the instructions are known.
    /// </remarks>
    private static WireError ReadInstructions(
        ref WireReader reader, ref TransactionFrame frame, out int highestAccountIndex)
    {
        highestAccountIndex = -1;
        WireError error = reader.ReadCompactU16(out ushort count);
        if (error != WireError.None)
            return error;
        if (count > WireLimits.MaxInstructions)
            return WireError.TooManyInstructions;

        frame.InstructionCount = (byte)count;
        for (int index = 0; index < count; index++)
        {
            frame.InstructionOffsets[index] = (ushort)reader.Offset;
            error = ReadInstruction(ref reader, frame.StaticKeyCount, ref highestAccountIndex);
            if (error != WireError.None)
                return error;
        }

        return WireError.None;
    }

    private static WireError ReadInstruction(ref WireReader reader, int staticKeyCount, ref int highestAccountIndex)
    {
        WireError error = reader.ReadByte(out byte programIndex);
        if (error != WireError.None)
            return error;
        if (programIndex == 0 || programIndex >= staticKeyCount)
            return WireError.InvalidProgramIndex;

        error = reader.ReadByteList(out ReadOnlySpan<byte> accounts);
        if (error != WireError.None)
            return error;
        if (accounts.Length > WireLimits.MaxInstructionAccounts)
            return WireError.TooManyInstructionAccounts;

        foreach (byte accountIndex in accounts)
            highestAccountIndex = Math.Max(highestAccountIndex, accountIndex);
        return reader.ReadByteList(out _);
    }

    private static WireError ReadLookups(ref WireReader reader, ref TransactionFrame frame)
    {
        // A compact-u16, but every allowed count is one byte long.
        WireError error = reader.ReadByte(out frame.LookupCount);
        if (error != WireError.None)
            return error;
        if (frame.LookupCount > WireLimits.MaxLookups)
            return WireError.TooManyLookups;

        for (int index = 0; index < frame.LookupCount; index++)
        {
            frame.LookupOffsets[index] = (ushort)reader.Offset;
            error = ReadLookup(ref reader, ref frame);
            if (error != WireError.None)
                return error;
        }

        return WireError.None;
    }

    private static WireError ReadLookup(ref WireReader reader, ref TransactionFrame frame)
    {
        ReadOnlySpan<byte> writable = default, readOnly = default;
        WireError error = reader.Skip(Address.Size);
        if (error == WireError.None)
            error = reader.ReadByteList(out writable);
        if (error == WireError.None)
            error = reader.ReadByteList(out readOnly);
        if (error != WireError.None)
            return error;
        if (writable.IsEmpty && readOnly.IsEmpty)
            return WireError.EmptyLookup;

        // No overflow: each index is a byte of the transaction, so both sums stay below 1,232.
        frame.WritableLookupAccounts += (ushort)writable.Length;
        frame.ReadonlyLookupAccounts += (ushort)readOnly.Length;
        return WireError.None;
    }

    private static WireError CheckAccounts(in TransactionFrame frame, int highestAccountIndex)
    {
        int accounts = frame.StaticKeyCount + frame.WritableLookupAccounts + frame.ReadonlyLookupAccounts;
        if (accounts > WireLimits.MaxAccounts)
            return WireError.TooManyAccounts;
        return highestAccountIndex >= accounts ? WireError.InvalidAccountIndex : WireError.None;
    }
}
