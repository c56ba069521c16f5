using System.Buffers.Binary;
using System.Numerics;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>
/// Finds and sanitises the fields of a serialized v1 transaction (SIMD-0385). What it accepts is what Agave accepts
/// (<c>transaction-view</c>, sanitising included).
/// </summary>
/// <remarks>
/// Layout: version byte, header (3), configuration mask u32, blockhash, instruction count u8, address count u8, addresses,
/// configuration values, for each instruction program index u8, account count u8 and data length u16, then for each account
/// indexes and data, then the signatures without a count.
/// </remarks>
internal static class Version1Parser
{
    internal const byte VersionByte = 0x81;
    internal const int InstructionHeaderSize = 4;
    private const int ConfigValueSize = 4;

    internal static WireError Parse(ReadOnlySpan<byte> bytes, ref TransactionFrame frame)
    {
        if (bytes.Length > WireLimits.MaxVersion1Bytes)
            return WireError.TransactionTooLarge;

        frame.Version = TransactionVersion.Version1;
        var reader = new WireReader(bytes, sizeof(byte));
        WireError error = ReadHeader(ref reader, ref frame, out uint mask);
        if (error == WireError.None)
            error = ReadKeys(ref reader, ref frame);
        if (error == WireError.None)
            error = ReadConfig(ref reader, ref frame, mask);
        if (error == WireError.None)
            error = ReadInstructions(ref reader, ref frame);
        if (error != WireError.None)
            return error;

        frame.MessageEnd = (ushort)reader.Offset;
        frame.SignaturesOffset = (ushort)reader.Offset;
        error = reader.Skip(frame.SignatureCount * Signature.Size);
        return error == WireError.None && !reader.AtEnd ? WireError.TrailingBytes : error;
    }

    private static WireError ReadHeader(ref WireReader reader, ref TransactionFrame frame, out uint mask)
    {
        mask = 0;
        WireError error = reader.ReadByte(out frame.RequiredSignatures);
        if (error == WireError.None)
            error = reader.ReadByte(out frame.ReadonlySigned);
        if (error == WireError.None)
            error = reader.ReadByte(out frame.ReadonlyUnsigned);
        if (error == WireError.None)
            error = reader.ReadUInt32(out mask);
        if (error != WireError.None)
            return error;

        frame.SignatureCount = frame.RequiredSignatures;
        if (frame.RequiredSignatures == 0)
            return WireError.NoSignatures;
        if (frame.RequiredSignatures > WireLimits.MaxSignatures)
            return WireError.TooManySignatures;
        if (frame.ReadonlySigned >= frame.RequiredSignatures)
            return WireError.FeePayerNotWritable;
        uint feeBits = mask & TransactionConfig.PriorityFeeBits;
        bool isKnown = (mask & ~(uint)TransactionConfig.AllBits) == 0 && feeBits is 0 or TransactionConfig.PriorityFeeBits;
        return isKnown ? WireError.None : WireError.InvalidConfigMask;
    }

    private static WireError ReadKeys(ref WireReader reader, ref TransactionFrame frame)
    {
        frame.BlockhashOffset = (ushort)reader.Offset;
        WireError error = reader.Skip(Hash256.Size);
        if (error == WireError.None)
            error = reader.ReadByte(out frame.InstructionCount);
        if (error == WireError.None)
            error = reader.ReadByte(out frame.StaticKeyCount);
        if (error != WireError.None)
            return error;

        if (frame.InstructionCount > WireLimits.MaxInstructions)
            return WireError.TooManyInstructions;
        if (frame.StaticKeyCount < frame.RequiredSignatures)
            return WireError.TooFewStaticKeys;
        if (frame.StaticKeyCount > WireLimits.MaxVersion1Accounts)
            return WireError.TooManyStaticKeys;
        if (frame.ReadonlyUnsigned > frame.StaticKeyCount - frame.RequiredSignatures)
            return WireError.TooManyReadonlyUnsigned;
        frame.StaticKeysOffset = (ushort)reader.Offset;
        return reader.Skip(frame.StaticKeyCount * Address.Size);
    }

    private static WireError ReadConfig(ref WireReader reader, ref TransactionFrame frame, uint mask)
    {
        frame.ConfigMask = (byte)mask;
        frame.ConfigOffset = (ushort)reader.Offset;
        WireError error = reader.ReadBytes(BitOperations.PopCount(mask) * ConfigValueSize, out ReadOnlySpan<byte> values);
        if (error != WireError.None)
            return error;
        uint? heapBytes = ReadConfig(values, frame.ConfigMask).HeapBytes;
        return heapBytes is { } bytes && !ComputeBudget.IsHeapAllowed(bytes) ? WireError.InvalidHeapSize : WireError.None;
    }

    /// <summary>Reads the values that the mask says are there; there must be as many bytes.</summary>
    internal static TransactionConfig ReadConfig(ReadOnlySpan<byte> values, byte mask)
    {
        ulong? priorityFee = null;
        if ((mask & TransactionConfig.PriorityFeeBits) != 0)
        {
            priorityFee = BinaryPrimitives.ReadUInt64LittleEndian(values);
            values = values[sizeof(ulong)..];
        }

        uint? unitLimit = ReadValue(ref values, mask, TransactionConfig.UnitLimitBit);
        uint? loadedDataLimit = ReadValue(ref values, mask, TransactionConfig.LoadedDataLimitBit);
        uint? heapBytes = ReadValue(ref values, mask, TransactionConfig.HeapBytesBit);
        return new TransactionConfig(priorityFee, unitLimit, loadedDataLimit, heapBytes);
    }

    private static uint? ReadValue(ref ReadOnlySpan<byte> values, byte mask, byte bit)
    {
        if ((mask & bit) == 0)
            return null;
        uint value = BinaryPrimitives.ReadUInt32LittleEndian(values);
        values = values[sizeof(uint)..];
        return value;
    }

    private static WireError ReadInstructions(ref WireReader reader, ref TransactionFrame frame)
    {
        frame.InstructionHeadersOffset = (ushort)reader.Offset;
        WireError error = reader.ReadBytes(frame.InstructionCount * InstructionHeaderSize, out ReadOnlySpan<byte> headers);
        for (int i = 0; error == WireError.None && i < frame.InstructionCount; i++)
        {
            frame.InstructionOffsets[i] = (ushort)reader.Offset;
            error = ReadInstruction(ref reader, headers[(i * InstructionHeaderSize)..], frame.StaticKeyCount);
        }

        return error;
    }

    private static WireError ReadInstruction(ref WireReader reader, ReadOnlySpan<byte> header, int keyCount)
    {
        if (header[0] == 0 || header[0] >= keyCount)
            return WireError.InvalidProgramIndex;
        WireError error = reader.ReadBytes(header[1], out ReadOnlySpan<byte> accounts);
        if (error != WireError.None)
            return error;
        foreach (byte index in accounts)
        {
            if (index >= keyCount)
                return WireError.InvalidAccountIndex;
        }

        return reader.Skip(BinaryPrimitives.ReadUInt16LittleEndian(header[2..]));
    }
}
