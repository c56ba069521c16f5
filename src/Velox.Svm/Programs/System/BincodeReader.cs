using System.Buffers.Binary;
using System.Text.Unicode;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>
/// Reads bincode fields (fixed-size little-endian integers, u64 text lengths) from untrusted bytes. A field that is not
/// there reads as zero and sets <see cref="HasFailed"/>; bytes after the last field are allowed, as in Agave.
/// </summary>
public ref struct BincodeReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>Bytes of instruction data that Agave's programs read, as many as a packet has; what is behind is as if it were not there.</summary>
    private const int MaxInstructionBytes = 1_232;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>A reader of instruction data (limited_deserialize in Agave).</summary>
    public static BincodeReader OfInstruction(ReadOnlySpan<byte> data) => new(data[..Math.Min(data.Length, MaxInstructionBytes)]);

    /// <summary>Whether any field so far was cut off or was no UTF-8 text.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Notes that a field has a value that does not exist.</summary>
    public void Fail() => HasFailed = true;

    public byte Byte()
    {
        ReadOnlySpan<byte> field = Take(sizeof(byte));
        return HasFailed ? (byte)0 : field[0];
    }

    public ushort UInt16()
    {
        ReadOnlySpan<byte> field = Take(sizeof(ushort));
        return HasFailed ? (ushort)0 : BinaryPrimitives.ReadUInt16LittleEndian(field);
    }

    public uint UInt32()
    {
        ReadOnlySpan<byte> field = Take(sizeof(uint));
        return HasFailed ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(field);
    }

    public ulong UInt64()
    {
        ReadOnlySpan<byte> field = Take(sizeof(ulong));
        return HasFailed ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(field);
    }

    public Address Address()
    {
        ReadOnlySpan<byte> field = Take(Primitives.Address.Size);
        return HasFailed ? default : new Address(field);
    }

    /// <summary>A byte that is 0 or 1.</summary>
    public bool Boolean()
    {
        byte value = Byte();
        if (value > 1)
            HasFailed = true;
        return value == 1;
    }

    public Hash256 Hash()
    {
        ReadOnlySpan<byte> field = Take(Hash256.Size);
        return HasFailed ? default : new Hash256(field);
    }

    /// <summary>A 0, or a 1 and a number.</summary>
    public ulong? OptionalUInt64() => Boolean() ? UInt64() : null;

    /// <summary>A 0, or a 1 and an address.</summary>
    public Address? OptionalAddress() => Boolean() ? Address() : null;

    /// <summary>Bytes after their count, a u64.</summary>
    public ReadOnlySpan<byte> Blob() => Take(UInt64());

    /// <summary>The UTF-8 bytes of a text.</summary>
    public ReadOnlySpan<byte> Text()
    {
        ReadOnlySpan<byte> text = Take(UInt64());
        if (!Utf8.IsValid(text))
            HasFailed = true;
        return text;
    }

    /// <summary>So many bytes as they are.</summary>
    public ReadOnlySpan<byte> Bytes(int count) => Take((ulong)count);

    /// <summary>A length in Solana's compact form, the shortest only.</summary>
    public int CompactLength()
    {
        if (HasFailed || CompactU16.Decode(_rest, out ushort value, out int length) != WireError.None)
        {
            HasFailed = true;
            return 0;
        }

        _rest = _rest[length..];
        return value;
    }

    /// <summary>A number in groups of 7 bits, the lowest first, in the shortest form only.</summary>
    public ulong VariableUInt64()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte group = Byte();
            value |= (ulong)(group & 0x7F) << shift;
            if (group >= 0x80)
                continue;
            bool isShortest = group != 0 || shift == 0;
            bool fits = (byte)(value >> shift) == group;
            HasFailed |= !isShortest || !fits;
            return value;
        }

        HasFailed = true;
        return 0;
    }

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
