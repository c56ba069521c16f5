using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>A number modulo p = 2^256 - 2^32 - 977, the field of secp256k1. Variable time: for public values only.</summary>
/// <remarks>
/// <para>
/// Five limbs of 52 bits, which may exceed that: a number of magnitude m has limbs of at most m (2^52 + 2^12). Products are of
/// magnitude 1; sums add magnitudes up and carry nothing. Each operation states what it takes.
/// </para>
/// <para>
/// Results are written in place and not returned: the compiler copies a structure of five limbs by vectors, which wait until
/// the limbs that were just stored one by one have left the store buffer.
/// </para>
/// </remarks>
internal partial struct Secp256k1Field
{
    private const int LimbBits = 52;
    private const ulong LimbMask = (1UL << LimbBits) - 1;

    // p = 2^256 - Excess; the topmost limb of a reduced number has 48 bits.
    private const ulong Excess = 0x1_0000_03D1;
    private const int TopBits = 48;
    private const ulong TopMask = (1UL << TopBits) - 1;

    // 32 p, in limbs that each exceed one of magnitude 1: no difference to them is below zero.
    private const ulong LowestLimbOf32p = (1UL << (LimbBits + 1)) - (32 * Excess);
    private const ulong OtherLimbOf32p = (1UL << (LimbBits + 1)) - 2;

    private ulong _limb0;
    private ulong _limb1;
    private ulong _limb2;
    private ulong _limb3;
    private ulong _limb4;

    internal Secp256k1Field(in UInt256 value)
    {
        _limb0 = value.Limb0 & LimbMask;
        _limb1 = ((value.Limb0 >> 52) | (value.Limb1 << 12)) & LimbMask;
        _limb2 = ((value.Limb1 >> 40) | (value.Limb2 << 24)) & LimbMask;
        _limb3 = ((value.Limb2 >> 28) | (value.Limb3 << 36)) & LimbMask;
        _limb4 = value.Limb3 >> 16;
    }

    /// <summary>p.</summary>
    internal static UInt256 Prime => new(unchecked(0UL - Excess), ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    internal static Secp256k1Field One => new(new UInt256(1, 0, 0, 0));

    /// <summary>Whether it is 0 modulo p, for a magnitude of at most 63.</summary>
    internal readonly bool IsZero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            // k p = -k (2^32 + 977) modulo 2^52, and k has few bits: nearly no other number passes.
            ulong negated = (0 - _limb0) & LimbMask;
            return (uint)negated == (negated >> 32) * 977 && IsZeroWhenReduced();
        }
    }

    /// <summary>Whether the number is odd, when reduced below p. Magnitude at most 63.</summary>
    internal readonly bool IsOdd => (ToUInt256().Limb0 & 1) != 0;

    /// <summary>Below p. Magnitude at most 63.</summary>
    internal readonly UInt256 ToUInt256()
    {
        Secp256k1Field reduced = this;
        reduced.Reduce();
        return new UInt256(
            reduced._limb0 | (reduced._limb1 << 52), (reduced._limb1 >> 12) | (reduced._limb2 << 40),
            (reduced._limb2 >> 24) | (reduced._limb3 << 28), (reduced._limb3 >> 36) | (reduced._limb4 << 16));
    }

    /// <summary>a + b; adds up magnitudes, to at most 63.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Add(in Secp256k1Field a, in Secp256k1Field b, out Secp256k1Field sum)
    {
        sum._limb0 = a._limb0 + b._limb0;
        sum._limb1 = a._limb1 + b._limb1;
        sum._limb2 = a._limb2 + b._limb2;
        sum._limb3 = a._limb3 + b._limb3;
        sum._limb4 = a._limb4 + b._limb4;
    }

    /// <summary>a + b + 2 c; adds up magnitudes, to at most 63.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void AddWithTwice(in Secp256k1Field a, in Secp256k1Field b, in Secp256k1Field c, out Secp256k1Field sum)
    {
        sum._limb0 = a._limb0 + b._limb0 + (2 * c._limb0);
        sum._limb1 = a._limb1 + b._limb1 + (2 * c._limb1);
        sum._limb2 = a._limb2 + b._limb2 + (2 * c._limb2);
        sum._limb3 = a._limb3 + b._limb3 + (2 * c._limb3);
        sum._limb4 = a._limb4 + b._limb4 + (2 * c._limb4);
    }

    /// <summary>a - b, of a's magnitude and twice the one that is stated.</summary>
    /// <param name="a">The minuend.</param>
    /// <param name="b">The subtrahend.</param>
    /// <param name="magnitude">Not below the magnitude of b; at most 31.</param>
    /// <param name="difference">May be a or b.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Subtract(in Secp256k1Field a, in Secp256k1Field b, uint magnitude, out Secp256k1Field difference)
    {
        difference._limb0 = a._limb0 + (magnitude * LowestLimbOf32p) - b._limb0;
        difference._limb1 = a._limb1 + (magnitude * OtherLimbOf32p) - b._limb1;
        difference._limb2 = a._limb2 + (magnitude * OtherLimbOf32p) - b._limb2;
        difference._limb3 = a._limb3 + (magnitude * OtherLimbOf32p) - b._limb3;
        difference._limb4 = a._limb4 + (magnitude * OtherLimbOf32p) - b._limb4;
    }

    /// <summary>a - 2 b of a b of magnitude 1; a's magnitude, and 4 more.</summary>
    /// <param name="a">The minuend.</param>
    /// <param name="b">Half of the subtrahend.</param>
    /// <param name="difference">May be a or b.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void SubtractTwice(in Secp256k1Field a, in Secp256k1Field b, out Secp256k1Field difference)
    {
        difference._limb0 = a._limb0 + (2 * LowestLimbOf32p) - (2 * b._limb0);
        difference._limb1 = a._limb1 + (2 * OtherLimbOf32p) - (2 * b._limb1);
        difference._limb2 = a._limb2 + (2 * OtherLimbOf32p) - (2 * b._limb2);
        difference._limb3 = a._limb3 + (2 * OtherLimbOf32p) - (2 * b._limb3);
        difference._limb4 = a._limb4 + (2 * OtherLimbOf32p) - (2 * b._limb4);
    }

    /// <summary>Changes the sign and doubles the magnitude.</summary>
    /// <param name="magnitude">As for <see cref="Subtract"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Negate(uint magnitude) => Subtract(default, this, magnitude, out this);

    /// <summary>Half of three times a number of magnitude 40 at most; of magnitude m makes 3 m / 2 + 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void ThreeHalves(in Secp256k1Field a, out Secp256k1Field result)
    {
        // p, when the number is odd.
        ulong mask = 0 - (a._limb0 & 1);
        ulong limb0 = (3 * a._limb0) + (mask & (LimbMask + 1 - Excess));
        ulong limb1 = (3 * a._limb1) + (mask & LimbMask);
        ulong limb2 = (3 * a._limb2) + (mask & LimbMask);
        ulong limb3 = (3 * a._limb3) + (mask & LimbMask);
        ulong limb4 = (3 * a._limb4) + (mask & TopMask);
        result._limb0 = (limb0 >> 1) + ((limb1 & 1) << (LimbBits - 1));
        result._limb1 = (limb1 >> 1) + ((limb2 & 1) << (LimbBits - 1));
        result._limb2 = (limb2 >> 1) + ((limb3 & 1) << (LimbBits - 1));
        result._limb3 = (limb3 >> 1) + ((limb4 & 1) << (LimbBits - 1));
        result._limb4 = limb4 >> 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool IsZeroWhenReduced() => ToUInt256().IsZero;

    /// <summary>Below p, in limbs of 52 bits.</summary>
    private void Reduce()
    {
        FoldTop();
        FoldTop();
        bool isPrimeOrAbove = _limb4 == TopMask && (_limb3 & _limb2 & _limb1) == LimbMask && _limb0 >= LimbMask + 1 - Excess;
        if (isPrimeOrAbove)
        {
            // What is left is below Excess.
            _limb0 -= LimbMask + 1 - Excess;
            _limb1 = _limb2 = _limb3 = _limb4 = 0;
        }
    }

    /// <summary>2^256 is <see cref="Excess"/>; afterwards the topmost limb has one bit more than its 48 at most.</summary>
    private void FoldTop()
    {
        _limb0 += (_limb4 >> TopBits) * Excess;
        _limb1 += _limb0 >> LimbBits;
        _limb2 += _limb1 >> LimbBits;
        _limb3 += _limb2 >> LimbBits;
        _limb4 = (_limb4 & TopMask) + (_limb3 >> LimbBits);
        _limb0 &= LimbMask;
        _limb1 &= LimbMask;
        _limb2 &= LimbMask;
        _limb3 &= LimbMask;
    }
}
