using System.Numerics;

namespace Velox.Cryptography;

/// <summary>Powers in any field, by squaring and multiplying.</summary>
internal static class FieldPower
{
    private const int WordBits = 64;

    /// <summary>An exponent's words, the least significant first.</summary>
    internal static ulong[] Words(BigInteger exponent)
    {
        var words = new ulong[(int)((exponent.GetBitLength() + WordBits - 1) / WordBits)];
        for (int i = 0; i < words.Length; i++)
            words[i] = (ulong)((exponent >> (WordBits * i)) & ulong.MaxValue);
        return words;
    }

    /// <param name="value">The base.</param>
    /// <param name="exponent">Its words, the least significant first.</param>
    internal static TField Raise<TField>(in TField value, ReadOnlySpan<ulong> exponent)
        where TField : struct, IField<TField>
    {
        TField power = TField.One;
        for (int bit = (WordBits * exponent.Length) - 1; bit >= 0; bit--)
        {
            power = power.Square();
            if (((exponent[bit / WordBits] >> (bit % WordBits)) & 1) != 0)
                power *= value;
        }

        return power;
    }
}
