using System.Buffers.Binary;
using System.Text;

namespace Velox.Bpf;

/// <summary>
/// Reads debug information from front to back. Past the end everything is 0 and <see cref="IsBroken"/> is set: a reader
/// looks at that once a loop instead of once a field.
/// </summary>
internal ref struct DwarfCursor(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    internal bool IsBroken { get; private set; }

    internal readonly bool HasMore => !IsBroken && !_rest.IsEmpty;

    /// <summary>The next bytes; none, and broken, where there are fewer.</summary>
    internal ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
        {
            IsBroken = true;
            _rest = default;
            return default;
        }

        ReadOnlySpan<byte> taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    /// <summary>A little-endian number of 1 to 8 bytes.</summary>
    internal ulong Unsigned(int bytes)
    {
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        value.Clear();
        Take((ulong)bytes).CopyTo(value);
        return BinaryPrimitives.ReadUInt64LittleEndian(value);
    }

    internal byte Byte() => (byte)Unsigned(1);

    /// <summary>ULEB128; bits above 64 are lost.</summary>
    internal ulong Leb()
    {
        ulong value = 0;
        int shift = 0;
        while (true)
        {
            byte next = Byte();
            if (shift < 64)
                value |= (ulong)(next & 0x7f) << shift;
            shift += 7;
            if (next < 0x80)
                return value;
        }
    }

    /// <summary>SLEB128.</summary>
    internal long SignedLeb()
    {
        long value = 0;
        int shift = 0;
        while (true)
        {
            byte next = Byte();
            if (shift < 64)
                value |= (long)(next & 0x7f) << shift;
            shift += 7;
            if (next < 0x80)
                return shift < 64 && (next & 0x40) != 0 ? value | (-1L << shift) : value;
        }
    }

    /// <summary>A string ended by 0; only so many bytes of it are kept.</summary>
    internal string Text(int maxBytes)
    {
        int length = _rest.IndexOf((byte)0);
        ReadOnlySpan<byte> text = Take(length < 0 ? ulong.MaxValue : (ulong)length);
        Take(1);
        return text.IsEmpty ? "" : Encoding.UTF8.GetString(text[..Math.Min(text.Length, maxBytes)]);
    }
}
