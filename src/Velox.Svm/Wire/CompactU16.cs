namespace Velox.Svm;

/// <summary>
/// Solana's compact-u16: 7 bits per byte, low bits first, the top bit set on all bytes but the last; 1 to 3 bytes.
/// </summary>
/// <remarks>Only the shortest form is valid, so that a value has one encoding (solana-sdk, <c>short-vec</c>).</remarks>
public static class CompactU16
{
    public const int MaxEncodedLength = 3;

    /// <summary>Decodes the value at the start of <paramref name="source"/>; further bytes are not looked at.</summary>
    /// <param name="source">Untrusted bytes, possibly empty.</param>
    /// <param name="value">The value; 0 on error.</param>
    /// <param name="bytesRead">1 to 3; 0 on error.</param>
    /// <returns>
    /// <see cref="WireError.None"/>, <see cref="WireError.Truncated"/> or <see cref="WireError.InvalidCompactU16"/>.
    /// </returns>
    public static WireError Decode(ReadOnlySpan<byte> source, out ushort value, out int bytesRead)
    {
        value = 0;
        bytesRead = 0;
        int bits = 0;
        for (int index = 0; index < MaxEncodedLength; index++)
        {
            if (index >= source.Length)
                return WireError.Truncated;

            byte current = source[index];
            // A zero byte after the first adds nothing: the same value has a shorter form.
            if (index > 0 && current == 0)
                return WireError.InvalidCompactU16;

            bits |= (current & 0x7F) << (7 * index);
            if (current < 0x80)
            {
                if (bits > ushort.MaxValue)
                    return WireError.InvalidCompactU16;
                value = (ushort)bits;
                bytesRead = index + 1;
                return WireError.None;
            }
        }

        return WireError.InvalidCompactU16;
    }

    /// <summary>The number of bytes of the shortest form: 1 to 3.</summary>
    public static int EncodedLength(ushort value) => value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : 3;

    /// <summary>Writes the shortest form.</summary>
    /// <returns>The number of bytes written: 1 to 3.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public static int Encode(ushort value, Span<byte> destination)
    {
        int length = EncodedLength(value);
        if (destination.Length < length)
        {
            throw new ArgumentException(
                $"Expected at least {length} bytes, got {destination.Length}.", nameof(destination));
        }

        int rest = value;
        for (int index = 0; index < length - 1; index++, rest >>= 7)
            destination[index] = (byte)(rest | 0x80);
        destination[length - 1] = (byte)rest;
        return length;
    }
}
