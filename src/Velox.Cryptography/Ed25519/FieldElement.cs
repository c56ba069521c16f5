using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>An integer modulo p = 2^255 - 19, in five limbs of 51 bits.</summary>
/// <remarks>
/// <para>
/// Limbs may exceed 51 bits. Every operator takes limbs below 2^54. Every operator returns limbs below 2^51 + 2^18,
/// except +, which adds limb by limb: so a sum of up to seven results is still an operand.
/// </para>
/// <para>
/// No branch and no index depends on a value, so secrets may pass through. The exceptions are equality and
/// <see cref="IsZero"/>: for public values only.
/// </para>
/// </remarks>
internal readonly partial struct FieldElement : IEquatable<FieldElement>
{
    internal const int Size = 32;

    private const int LimbBits = 51;
    private const ulong LimbMask = (1UL << LimbBits) - 1;

    // 16 p, limb by limb: larger than any operand, so that a difference stays positive.
    private const ulong SubtractBias0 = 16 * (LimbMask - 18);
    private const ulong SubtractBias = 16 * LimbMask;

    private readonly ulong _limb0;
    private readonly ulong _limb1;
    private readonly ulong _limb2;
    private readonly ulong _limb3;
    private readonly ulong _limb4;

    internal FieldElement(ulong limb0, ulong limb1, ulong limb2, ulong limb3, ulong limb4)
    {
        _limb0 = limb0;
        _limb1 = limb1;
        _limb2 = limb2;
        _limb3 = limb3;
        _limb4 = limb4;
    }

    /// <summary>Reads 32 bytes, little-endian; the top bit is ignored, p and above are reduced.</summary>
    internal FieldElement(ReadOnlySpan<byte> bytes)
    {
        ulong word0 = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        ulong word1 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        ulong word2 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        ulong word3 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
        _limb0 = word0 & LimbMask;
        _limb1 = ((word0 >> 51) | (word1 << 13)) & LimbMask;
        _limb2 = ((word1 >> 38) | (word2 << 26)) & LimbMask;
        _limb3 = ((word2 >> 25) | (word3 << 39)) & LimbMask;
        _limb4 = (word3 >> 12) & LimbMask;
    }

    internal static FieldElement Zero => default;

    internal static FieldElement One => new(1, 0, 0, 0, 0);

    /// <summary>2^((p - 1) / 4), a square root of -1.</summary>
    internal static FieldElement SquareRootOfMinusOne =>
        new(0x61b274a0ea0b0, 0xd5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d);

    /// <summary>All ones if the value is odd once reduced, else zero: the sign of x in RFC 8032.</summary>
    internal ulong NegativeMask
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Size];
            WriteBytes(bytes);
            return 0UL - (bytes[0] & 1UL);
        }
    }

    internal bool IsZero => Equals(Zero);

    public static FieldElement operator +(in FieldElement left, in FieldElement right) => new(
        left._limb0 + right._limb0,
        left._limb1 + right._limb1,
        left._limb2 + right._limb2,
        left._limb3 + right._limb3,
        left._limb4 + right._limb4);

    public static FieldElement operator -(in FieldElement left, in FieldElement right) => Carry(
        left._limb0 + SubtractBias0 - right._limb0,
        left._limb1 + SubtractBias - right._limb1,
        left._limb2 + SubtractBias - right._limb2,
        left._limb3 + SubtractBias - right._limb3,
        left._limb4 + SubtractBias - right._limb4);

    public static FieldElement operator -(in FieldElement value) => Zero - value;

    public static FieldElement operator *(in FieldElement left, in FieldElement right)
    {
        // One factor is shifted by 10 bits and the other by 3: the 128-bit product of two limbs then splits at bit 51
        // by itself. The high word belongs to the next column, so columns are plain 64-bit sums and need no carry.
        ulong a0 = left._limb0 << 10, a1 = left._limb1 << 10, a2 = left._limb2 << 10;
        ulong a3 = left._limb3 << 10, a4 = left._limb4 << 10;
        ulong b0 = right._limb0 << 3, b1 = right._limb1 << 3, b2 = right._limb2 << 3;
        ulong b3 = right._limb3 << 3, b4 = right._limb4 << 3;
        ulong column0 = 0, column1 = 0, column2 = 0, column3 = 0, column4 = 0;
        ulong column5 = 0, column6 = 0, column7 = 0, column8 = 0, column9 = 0;

        AddProduct(a0, b0, ref column0, ref column1);
        AddProduct(a0, b1, ref column1, ref column2);
        AddProduct(a1, b0, ref column1, ref column2);
        AddProduct(a0, b2, ref column2, ref column3);
        AddProduct(a1, b1, ref column2, ref column3);
        AddProduct(a2, b0, ref column2, ref column3);
        AddProduct(a0, b3, ref column3, ref column4);
        AddProduct(a1, b2, ref column3, ref column4);
        AddProduct(a2, b1, ref column3, ref column4);
        AddProduct(a3, b0, ref column3, ref column4);
        AddProduct(a0, b4, ref column4, ref column5);
        AddProduct(a1, b3, ref column4, ref column5);
        AddProduct(a2, b2, ref column4, ref column5);
        AddProduct(a3, b1, ref column4, ref column5);
        AddProduct(a4, b0, ref column4, ref column5);
        AddProduct(a1, b4, ref column5, ref column6);
        AddProduct(a2, b3, ref column5, ref column6);
        AddProduct(a3, b2, ref column5, ref column6);
        AddProduct(a4, b1, ref column5, ref column6);
        AddProduct(a2, b4, ref column6, ref column7);
        AddProduct(a3, b3, ref column6, ref column7);
        AddProduct(a4, b2, ref column6, ref column7);
        AddProduct(a3, b4, ref column7, ref column8);
        AddProduct(a4, b3, ref column7, ref column8);
        AddProduct(a4, b4, ref column8, ref column9);

        // 2^255 = 19. A sum stays below 2^64: it has five high words below 2^57 and five low words below 2^51, of
        // which all may come times 19.
        return Carry(
            column0 + (19 * column5),
            column1 + (19 * column6),
            column2 + (19 * column7),
            column3 + (19 * column8),
            column4 + (19 * column9));
    }

    internal FieldElement Square()
    {
        // As the product, with the equal pairs taken once: c is b doubled.
        ulong a0 = _limb0 << 10, a1 = _limb1 << 10, a2 = _limb2 << 10, a3 = _limb3 << 10, a4 = _limb4 << 10;
        ulong c1 = _limb1 << 4, c2 = _limb2 << 4, c3 = _limb3 << 4, c4 = _limb4 << 4;
        ulong column0 = 0, column1 = 0, column2 = 0, column3 = 0, column4 = 0;
        ulong column5 = 0, column6 = 0, column7 = 0, column8 = 0, column9 = 0;

        AddProduct(a0, _limb0 << 3, ref column0, ref column1);
        AddProduct(a0, c1, ref column1, ref column2);
        AddProduct(a0, c2, ref column2, ref column3);
        AddProduct(a1, _limb1 << 3, ref column2, ref column3);
        AddProduct(a0, c3, ref column3, ref column4);
        AddProduct(a1, c2, ref column3, ref column4);
        AddProduct(a0, c4, ref column4, ref column5);
        AddProduct(a1, c3, ref column4, ref column5);
        AddProduct(a2, _limb2 << 3, ref column4, ref column5);
        AddProduct(a1, c4, ref column5, ref column6);
        AddProduct(a2, c3, ref column5, ref column6);
        AddProduct(a2, c4, ref column6, ref column7);
        AddProduct(a3, _limb3 << 3, ref column6, ref column7);
        AddProduct(a3, c4, ref column7, ref column8);
        AddProduct(a4, _limb4 << 3, ref column8, ref column9);

        return Carry(
            column0 + (19 * column5),
            column1 + (19 * column6),
            column2 + (19 * column7),
            column3 + (19 * column8),
            column4 + (19 * column9));
    }

    /// <summary>This value squared <paramref name="count"/> times in a row, for a public count of at least 1.</summary>
    internal FieldElement Square(int count)
    {
        FieldElement result = Square();
        for (int i = 1; i < count; i++)
            result = result.Square();
        return result;
    }

    /// <summary>The inverse, and zero for zero: this value to the power p - 2 = 2^255 - 21.</summary>
    internal FieldElement Invert()
    {
        (FieldElement ones250, FieldElement power11) = RaiseToOnes250();
        return ones250.Square(5) * power11;
    }

    /// <summary>This value to the power (p - 5) / 8 = 2^252 - 3.</summary>
    internal FieldElement RaiseToSquareRootPower()
    {
        (FieldElement ones250, _) = RaiseToOnes250();
        return ones250.Square(2) * this;
    }

    /// <summary>The first value if the mask is all ones, the second if it is zero.</summary>
    internal static FieldElement Select(ulong mask, in FieldElement whenSet, in FieldElement whenClear) => new(
        whenClear._limb0 ^ (mask & (whenClear._limb0 ^ whenSet._limb0)),
        whenClear._limb1 ^ (mask & (whenClear._limb1 ^ whenSet._limb1)),
        whenClear._limb2 ^ (mask & (whenClear._limb2 ^ whenSet._limb2)),
        whenClear._limb3 ^ (mask & (whenClear._limb3 ^ whenSet._limb3)),
        whenClear._limb4 ^ (mask & (whenClear._limb4 ^ whenSet._limb4)));

    /// <summary>Writes the canonical form: 32 bytes, little-endian, below p.</summary>
    internal void WriteBytes(Span<byte> bytes)
    {
        FieldElement value = Carry(_limb0, _limb1, _limb2, _limb3, _limb4);
        // The value is below 2p. Adding 19 carries into bit 255 exactly if it is p or more; then p is taken off.
        ulong excess = (value._limb0 + 19) >> LimbBits;
        excess = (value._limb1 + excess) >> LimbBits;
        excess = (value._limb2 + excess) >> LimbBits;
        excess = (value._limb3 + excess) >> LimbBits;
        excess = (value._limb4 + excess) >> LimbBits;

        ulong limb0 = value._limb0 + (19 * excess);
        ulong limb1 = value._limb1 + (limb0 >> LimbBits);
        ulong limb2 = value._limb2 + (limb1 >> LimbBits);
        ulong limb3 = value._limb3 + (limb2 >> LimbBits);
        ulong limb4 = (value._limb4 + (limb3 >> LimbBits)) & LimbMask;
        limb0 &= LimbMask;
        limb1 &= LimbMask;
        limb2 &= LimbMask;
        limb3 &= LimbMask;

        BinaryPrimitives.WriteUInt64LittleEndian(bytes, limb0 | (limb1 << 51));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], (limb1 >> 13) | (limb2 << 38));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], (limb2 >> 26) | (limb3 << 25));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], (limb3 >> 39) | (limb4 << 12));
    }

    /// <summary>Equality modulo p.</summary>
    public bool Equals(FieldElement other)
    {
        Span<byte> left = stackalloc byte[Size];
        Span<byte> right = stackalloc byte[Size];
        WriteBytes(left);
        other.WriteBytes(right);
        return left.SequenceEqual(right);
    }

    public override bool Equals(object? obj) => obj is FieldElement other && Equals(other);

    public override int GetHashCode()
    {
        Span<byte> bytes = stackalloc byte[Size];
        WriteBytes(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProduct(ulong a, ulong b, ref ulong column, ref ulong nextColumn)
    {
        nextColumn += UInt256.MultiplyHigh(a, b);
        column += (a * b) >> 13;
    }

    /// <summary>Moves what exceeds 51 bits to the next limb, all limbs at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FieldElement Carry(ulong limb0, ulong limb1, ulong limb2, ulong limb3, ulong limb4) => new(
        (limb0 & LimbMask) + (19 * (limb4 >> LimbBits)),
        (limb1 & LimbMask) + (limb0 >> LimbBits),
        (limb2 & LimbMask) + (limb1 >> LimbBits),
        (limb3 & LimbMask) + (limb2 >> LimbBits),
        (limb4 & LimbMask) + (limb3 >> LimbBits));

    /// <summary>This value to the powers 2^250 - 1 and 11: the part that both exponentiations share.</summary>
    private (FieldElement Ones250, FieldElement Power11) RaiseToOnes250()
    {
        FieldElement power2 = Square();
        FieldElement power9 = power2.Square(2) * this;
        FieldElement power11 = power9 * power2;
        FieldElement ones5 = power11.Square() * power9;
        FieldElement ones10 = ones5.Square(5) * ones5;
        FieldElement ones20 = ones10.Square(10) * ones10;
        FieldElement ones40 = ones20.Square(20) * ones20;
        FieldElement ones50 = ones40.Square(10) * ones10;
        FieldElement ones100 = ones50.Square(50) * ones50;
        FieldElement ones200 = ones100.Square(100) * ones100;
        FieldElement ones250 = ones200.Square(50) * ones50;
        return (ones250, power11);
    }
}
