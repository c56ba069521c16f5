using System.Buffers.Binary;
using System.Text;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Builds instruction data field by field, valid or not.</summary>
public sealed class Bytes
{
    private readonly List<byte> _bytes = [];

    public Bytes Byte(byte value)
    {
        _bytes.Add(value);
        return this;
    }

    public Bytes UInt16(ushort value) => Byte((byte)value).Byte((byte)(value >> 8));

    public Bytes UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Blob(bytes);
    }

    public Bytes UInt64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Blob(bytes);
    }

    public Bytes Key(Address value) => Blob(value.Span);

    /// <summary>Bincode: length u64, then UTF-8.</summary>
    public Bytes Text(string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        return UInt64((ulong)bytes.Length).Blob(bytes);
    }

    public Bytes Blob(ReadOnlySpan<byte> value)
    {
        _bytes.AddRange(value);
        return this;
    }

    /// <summary>Random bytes.</summary>
    public Bytes Raw(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return Blob(bytes);
    }

    public byte[] ToArray() => [.. _bytes];

    public Instruction Build(Address program, params AccountMeta[] accounts) => new(program, accounts, _bytes.ToArray());
}
