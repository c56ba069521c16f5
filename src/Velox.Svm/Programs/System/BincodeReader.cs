using System.Buffers.Binary;
using System.Text.Unicode;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>
/// Reads bincode fields (fixed-size little-endian integers, u64 text lengths) from untrusted bytes. A field that is not
/// there reads as zero and sets <see cref="HasFailed"/>; bytes after the last field are allowed, as in Agave.
/// </summary>
internal ref struct BincodeReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether any field so far was cut off or was no UTF-8 text.</summary>
    internal bool HasFailed { get; private set; }

    internal byte Byte()
    {
        ReadOnlySpan<byte> field = Take(sizeof(byte));
        return HasFailed ? (byte)0 : field[0];
    }

    internal ushort UInt16()
    {
        ReadOnlySpan<byte> field = Take(sizeof(ushort));
        return HasFailed ? (ushort)0 : BinaryPrimitives.ReadUInt16LittleEndian(field);
    }

    internal uint UInt32()
    {
        ReadOnlySpan<byte> field = Take(sizeof(uint));
        return HasFailed ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(field);
    }

    internal ulong UInt64()
    {
        ReadOnlySpan<byte> field = Take(sizeof(ulong));
        return HasFailed ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(field);
    }

    internal Address Address()
    {
        ReadOnlySpan<byte> field = Take(Primitives.Address.Size);
        return HasFailed ? default : new Address(field);
    }

    /// <summary>A byte that is 0 or 1.</summary>
    internal bool Boolean()
    {
        byte value = Byte();
        if (value > 1)
            HasFailed = true;
        return value == 1;
    }

    /// <summary>A 0, or a 1 and an address.</summary>
    internal Address? OptionalAddress() => Boolean() ? Address() : null;

    /// <summary>Bytes after their count, a u64.</summary>
    internal ReadOnlySpan<byte> Blob() => Take(UInt64());

    /// <summary>The UTF-8 bytes of a text.</summary>
    internal ReadOnlySpan<byte> Text()
    {
        ReadOnlySpan<byte> text = Take(UInt64());
        if (!Utf8.IsValid(text))
            HasFailed = true;
        return text;
    }

    /// <summary>So many bytes as they are.</summary>
    internal ReadOnlySpan<byte> Bytes(int count) => Take((ulong)count);

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (HasFailed || count > (ulong)_rest.Length)
        {
            HasFailed = true;
            return default;
        }

        ReadOnlySpan<byte> taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
