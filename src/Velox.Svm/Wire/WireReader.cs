using System.Buffers.Binary;

namespace Velox.Svm;

/// <summary>A cursor over untrusted bytes. Every read checks the bound and reports a <see cref="WireError"/>.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes, int offset = 0)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _offset = offset;

    /// <summary>0 to the number of bytes.</summary>
    internal readonly int Offset => _offset;

    internal readonly bool AtEnd => _offset == _bytes.Length;

    internal WireError ReadByte(out byte value)
    {
        if (AtEnd)
        {
            value = 0;
            return WireError.Truncated;
        }

        value = _bytes[_offset++];
        return WireError.None;
    }

    internal WireError ReadUInt32(out uint value)
    {
        WireError error = ReadBytes(sizeof(uint), out ReadOnlySpan<byte> bytes);
        value = error == WireError.None ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;
        return error;
    }

    internal WireError ReadCompactU16(out ushort value)
    {
        WireError error = CompactU16.Decode(_bytes[_offset..], out value, out int bytesRead);
        _offset += bytesRead;
        return error;
    }

    internal WireError ReadBytes(int count, out ReadOnlySpan<byte> value)
    {
        if (count > _bytes.Length - _offset)
        {
            value = default;
            return WireError.Truncated;
        }

        value = _bytes.Slice(_offset, count);
        _offset += count;
        return WireError.None;
    }

    internal WireError Skip(int count) => ReadBytes(count, out _);

    /// <summary>Reads a list of bytes that carries its length as a compact-u16.</summary>
    internal WireError ReadByteList(out ReadOnlySpan<byte> value)
    {
        value = default;
        WireError error = ReadCompactU16(out ushort length);
        return error == WireError.None ? ReadBytes(length, out value) : error;
    }
}
