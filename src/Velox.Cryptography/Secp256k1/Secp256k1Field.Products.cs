using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

// Products. Column k is the sum of the products a_i b_j with i + j = k, in two parts without a carry in between: the sum of
// their bits from 52 on, and the rest. The first are the upper halves of products whose factors were shifted by 6 each; the
// rest fits 64 bits, so it is what the wrapping sum of the products has more than the first part.
internal partial struct Secp256k1Field
{
    // Together 12: a product's bits from 52 on begin at 64.
    private const int FactorShift = 6;

    // 2^260 modulo p: column k + 5 counts so often in column k.
    private const ulong Fold = Excess << 4;

    /// <summary>a b; magnitudes of at most 63, and whose product is at most 512.</summary>
    /// <param name="a">A factor.</param>
    /// <param name="b">A factor.</param>
    /// <param name="product">Of magnitude 1; may be a or b.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply(in Secp256k1Field a, in Secp256k1Field b, out Secp256k1Field product)
    {
        ulong a0 = a._limb0, a1 = a._limb1, a2 = a._limb2, a3 = a._limb3, a4 = a._limb4;
        ulong b0 = b._limb0, b1 = b._limb1, b2 = b._limb2, b3 = b._limb3, b4 = b._limb4;
        ulong x0 = a0 << FactorShift, x1 = a1 << FactorShift, x2 = a2 << FactorShift, x3 = a3 << FactorShift, x4 = a4 << FactorShift;
        ulong y0 = b0 << FactorShift, y1 = b1 << FactorShift, y2 = b2 << FactorShift, y3 = b3 << FactorShift, y4 = b4 << FactorShift;

        ulong high0 = High(x0, y0);
        ulong high1 = High(x0, y1) + High(x1, y0);
        ulong high2 = High(x0, y2) + High(x1, y1) + High(x2, y0);
        ulong high3 = High(x0, y3) + High(x1, y2) + High(x2, y1) + High(x3, y0);
        ulong high4 = High(x0, y4) + High(x1, y3) + High(x2, y2) + High(x3, y1) + High(x4, y0);
        ulong high5 = High(x1, y4) + High(x2, y3) + High(x3, y2) + High(x4, y1);
        ulong high6 = High(x2, y4) + High(x3, y3) + High(x4, y2);
        ulong high7 = High(x3, y4) + High(x4, y3);
        ulong high8 = High(x4, y4);

        ulong column0 = (a0 * b0) - (high0 << LimbBits);
        ulong column1 = (a0 * b1) + (a1 * b0) - (high1 << LimbBits) + high0;
        ulong column2 = (a0 * b2) + (a1 * b1) + (a2 * b0) - (high2 << LimbBits) + high1;
        ulong column3 = (a0 * b3) + (a1 * b2) + (a2 * b1) + (a3 * b0) - (high3 << LimbBits) + high2;
        ulong column4 = (a0 * b4) + (a1 * b3) + (a2 * b2) + (a3 * b1) + (a4 * b0) - (high4 << LimbBits) + high3;
        ulong column5 = (a1 * b4) + (a2 * b3) + (a3 * b2) + (a4 * b1) - (high5 << LimbBits) + high4;
        ulong column6 = (a2 * b4) + (a3 * b3) + (a4 * b2) - (high6 << LimbBits) + high5;
        ulong column7 = (a3 * b4) + (a4 * b3) - (high7 << LimbBits) + high6;
        ulong column8 = (a4 * b4) - (high8 << LimbBits) + high7;
        FoldColumns(column0, column1, column2, column3, column4, column5, column6, column7, column8, high8, out product);
    }

    /// <summary>a squared; a magnitude of at most 16.</summary>
    /// <param name="a">The number.</param>
    /// <param name="square">Of magnitude 1; may be a.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Square(in Secp256k1Field a, out Secp256k1Field square)
    {
        ulong a0 = a._limb0, a1 = a._limb1, a2 = a._limb2, a3 = a._limb3, a4 = a._limb4;
        ulong x0 = a0 << FactorShift, x1 = a1 << FactorShift, x2 = a2 << FactorShift, x3 = a3 << FactorShift, x4 = a4 << FactorShift;

        // Products of different limbs come twice.
        ulong d0 = a0 << 1, d1 = a1 << 1, d2 = a2 << 1, d3 = a3 << 1;
        ulong y0 = x0 << 1, y1 = x1 << 1, y2 = x2 << 1, y3 = x3 << 1;

        ulong high0 = High(x0, x0);
        ulong high1 = High(y0, x1);
        ulong high2 = High(y0, x2) + High(x1, x1);
        ulong high3 = High(y0, x3) + High(y1, x2);
        ulong high4 = High(y0, x4) + High(y1, x3) + High(x2, x2);
        ulong high5 = High(y1, x4) + High(y2, x3);
        ulong high6 = High(y2, x4) + High(x3, x3);
        ulong high7 = High(y3, x4);
        ulong high8 = High(x4, x4);

        ulong column0 = (a0 * a0) - (high0 << LimbBits);
        ulong column1 = (d0 * a1) - (high1 << LimbBits) + high0;
        ulong column2 = (d0 * a2) + (a1 * a1) - (high2 << LimbBits) + high1;
        ulong column3 = (d0 * a3) + (d1 * a2) - (high3 << LimbBits) + high2;
        ulong column4 = (d0 * a4) + (d1 * a3) + (a2 * a2) - (high4 << LimbBits) + high3;
        ulong column5 = (d1 * a4) + (d2 * a3) - (high5 << LimbBits) + high4;
        ulong column6 = (d2 * a4) + (a3 * a3) - (high6 << LimbBits) + high5;
        ulong column7 = (d3 * a4) - (high7 << LimbBits) + high6;
        ulong column8 = (a4 * a4) - (high8 << LimbBits) + high7;
        FoldColumns(column0, column1, column2, column3, column4, column5, column6, column7, column8, high8, out square);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong High(ulong a, ulong b) => UInt256.MultiplyHigh(a, b);

    // Columns are below 5 (512 + 1) 2^52 < 2^64.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FoldColumns(
        ulong column0, ulong column1, ulong column2, ulong column3, ulong column4, ulong column5, ulong column6, ulong column7,
        ulong column8, ulong column9, out Secp256k1Field result)
    {
        ulong high5 = High(column5, Fold << (2 * FactorShift));
        ulong high6 = High(column6, Fold << (2 * FactorShift));
        ulong high7 = High(column7, Fold << (2 * FactorShift));
        ulong high8 = High(column8, Fold << (2 * FactorShift));
        ulong high9 = High(column9, Fold << (2 * FactorShift));
        column0 += (column5 * Fold) & LimbMask;
        column1 += ((column6 * Fold) & LimbMask) + high5;
        column2 += ((column7 * Fold) & LimbMask) + high6;
        column3 += ((column8 * Fold) & LimbMask) + high7;
        column4 += ((column9 * Fold) & LimbMask) + high8;

        // What is above the fifth limb has at most 47 bits, and Fold is 2^36 + 0x3D10.
        ulong above = high9 + (column4 >> LimbBits);
        column0 += ((above & 0xFFFF) << 36) + (above * (Fold & 0xFFFF));
        column1 += above >> 16;

        // One carry each, all at once: a limb exceeds 52 bits by less than 2^12.
        result._limb0 = column0 & LimbMask;
        result._limb1 = (column1 & LimbMask) + (column0 >> LimbBits);
        result._limb2 = (column2 & LimbMask) + (column1 >> LimbBits);
        result._limb3 = (column3 & LimbMask) + (column2 >> LimbBits);
        result._limb4 = (column4 & LimbMask) + (column3 >> LimbBits);
    }
}
