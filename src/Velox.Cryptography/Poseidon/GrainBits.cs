using System.Numerics;

namespace Velox.Cryptography;

/// <summary>The shift register Grain in its self-shrinking mode, from which Poseidon's constants are drawn.</summary>
/// <remarks>Grassi, Khovratovich, Rechberger, Roy, Schofnegger, "Poseidon" (2021), appendix E.</remarks>
internal struct GrainBits
{
    private const int WarmUpBits = 160;

    // The latest bit that a new one depends on is the 63rd of 80: so many can be made at once, and two are a pair.
    private const int StepBits = 16;
    private const int PairsOfStep = StepBits / 2;

    // The oldest bit is the lowest; the state's last 16 bits are in a word of their own.
    private ulong _low;
    private ulong _high;
    private ulong _pairs;
    private int _pairCount;

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
        for (int i = 0; i < WarmUpBits; i += StepBits)
            Step();
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
        while (true)
        {
            if (_pairCount == 0)
            {
                _pairs = Step();
                _pairCount = PairsOfStep;
            }

            ulong pair = _pairs & 3;
            _pairs >>= 2;
            _pairCount--;
            if ((pair & 1) != 0)
                return (uint)(pair >> 1);
        }
    }

    /// <summary>The next 16 bits, the first being the lowest: each the sum of bits 62, 51, 38, 23, 13 and 0 before it.</summary>
    private ulong Step()
    {
        ulong from62 = (_low >> 62) | (_high << 2);
        ulong from51 = (_low >> 51) | (_high << 13);
        ulong bits = (from62 ^ from51 ^ (_low >> 38) ^ (_low >> 23) ^ (_low >> 13) ^ _low) & ((1 << StepBits) - 1);
        _low = (_low >> StepBits) | (_high << (64 - StepBits));
        _high = bits;
        return bits;
    }

    private void Append(int value, int bits, ref int position)
    {
        for (int bit = bits - 1; bit >= 0; bit--, position++)
        {
            ulong set = (ulong)((value >> bit) & 1);
            if (position < 64)
                _low |= set << position;
            else
                _high |= set << (position - 64);
        }
    }
}
