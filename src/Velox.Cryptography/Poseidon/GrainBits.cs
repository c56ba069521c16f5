using System.Numerics;

namespace Velox.Cryptography;

/// <summary>The shift register Grain in its self-shrinking mode, from which Poseidon's constants are drawn.</summary>
/// <remarks>Grassi, Khovratovich, Rechberger, Roy, Schofnegger, "Poseidon" (2021), appendix E.</remarks>
internal struct GrainBits
{
    private const int StateBits = 80;
    private const int WarmUpBits = 160;

    // Bit i of the paper is bit i here: the oldest is the lowest.
    private UInt128 _state;

    /// <param name="fieldBits">Bits of the field's modulus.</param>
    /// <param name="width">Elements of the state.</param>
    /// <param name="fullRounds">Rounds with a power of every element.</param>
    /// <param name="partialRounds">Rounds with a power of the first element only.</param>
    internal GrainBits(int fieldBits, int width, int fullRounds, int partialRounds)
    {
        int position = 0;
        Append(1, 2, ref position); // A prime field.
        Append(0, 4, ref position); // A power x^a.
        Append(fieldBits, 12, ref position);
        Append(width, 12, ref position);
        Append(fullRounds, 10, ref position);
        Append(partialRounds, 10, ref position);
        Append((1 << 30) - 1, 30, ref position);
        for (int i = 0; i < WarmUpBits; i++)
            NextBit();
    }

    /// <summary>A number of so many bits, the highest coming first.</summary>
    internal BigInteger NextNumber(int bits)
    {
        BigInteger number = BigInteger.Zero;
        while (bits > 0)
        {
            int count = Math.Min(bits, 32);
            uint word = 0;
            for (int i = 0; i < count; i++)
                word = (word << 1) | NextKeptBit();
            number = (number << count) | word;
            bits -= count;
        }

        return number;
    }

    /// <summary>Of a pair of bits the first says whether the second is kept.</summary>
    private uint NextKeptBit()
    {
        while (NextBit() == 0)
            NextBit();
        return NextBit();
    }

    private uint NextBit()
    {
        ulong low = (ulong)_state;
        uint bit = (uint)((low >> 62) ^ (low >> 51) ^ (low >> 38) ^ (low >> 23) ^ (low >> 13) ^ low) & 1;
        _state = (_state >> 1) | ((UInt128)bit << (StateBits - 1));
        return bit;
    }

    private void Append(int value, int bits, ref int position)
    {
        for (int bit = bits - 1; bit >= 0; bit--, position++)
            _state |= (UInt128)(uint)((value >> bit) & 1) << position;
    }
}
