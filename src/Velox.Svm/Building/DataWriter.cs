using System.Buffers;
using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Appends little-endian fields without padding.</summary>
internal sealed class DataWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(64);

    internal int Length => _buffer.WrittenCount;

    internal DataWriter Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
        return this;
    }

    internal DataWriter UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.GetSpan(sizeof(ushort)), value);
        _buffer.Advance(sizeof(ushort));
        return this;
    }

    internal DataWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(sizeof(uint)), value);
        _buffer.Advance(sizeof(uint));
        return this;
    }

    internal DataWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(sizeof(ulong)), value);
        _buffer.Advance(sizeof(ulong));
        return this;
    }

    internal DataWriter Address(Address value) => Bytes(value.Span);

    internal DataWriter Bytes(ReadOnlySpan<byte> value)
    {
        _buffer.Write(value);
        return this;
    }

    /// <summary>A list length of at most 65,535.</summary>
    internal DataWriter CompactLength(int length)
    {
        Span<byte> destination = _buffer.GetSpan(CompactU16.MaxEncodedLength);
        _buffer.Advance(CompactU16.Encode(checked((ushort)length), destination));
        return this;
    }

    internal byte[] ToArray() => _buffer.WrittenSpan.ToArray();
}
