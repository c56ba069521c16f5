using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

// Products. Column k is the sum of the products a_i b_j with i + j = k, without a carry anywhere: of their lower 52 bits, and
// of the bits from 52 on of those in the column before. Factors are shifted by 6 bits each, so that what is to be taken off
// begins at the 64th. To multiply twice for the two halves is faster than the one instruction that gives both, one of them
// through memory; of the arrangements of these sums that were measured, this one keeps the most in registers.
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
        ulong x0 = a._limb0 << FactorShift, x1 = a._limb1 << FactorShift, x2 = a._limb2 << FactorShift;
        ulong x3 = a._limb3 << FactorShift, x4 = a._limb4 << FactorShift;
        ulong y0 = b._limb0 << FactorShift, y1 = b._limb1 << FactorShift, y2 = b._limb2 << FactorShift;
        ulong y3 = b._limb3 << FactorShift, y4 = b._limb4 << FactorShift;

        ulong high0 = High(x0, y0);
        ulong column0 = Low(x0, y0);
        ulong high1 = High(x0, y1) + High(x1, y0);
        ulong column1 = Low(x0, y1) + Low(x1, y0) + high0;
        ulong high2 = High(x0, y2) + High(x1, y1) + High(x2, y0);
        ulong column2 = Low(x0, y2) + Low(x1, y1) + Low(x2, y0) + high1;
        ulong high3 = High(x0, y3) + High(x1, y2) + High(x2, y1) + High(x3, y0);
        ulong column3 = Low(x0, y3) + Low(x1, y2) + Low(x2, y1) + Low(x3, y0) + high2;
        ulong high4 = High(x0, y4) + High(x1, y3) + High(x2, y2) + High(x3, y1) + High(x4, y0);
        ulong column4 = Low(x0, y4) + Low(x1, y3) + Low(x2, y2) + Low(x3, y1) + Low(x4, y0) + high3;
        ulong high5 = High(x1, y4) + High(x2, y3) + High(x3, y2) + High(x4, y1);
        ulong column5 = Low(x1, y4) + Low(x2, y3) + Low(x3, y2) + Low(x4, y1) + high4;
        ulong high6 = High(x2, y4) + High(x3, y3) + High(x4, y2);
        ulong column6 = Low(x2, y4) + Low(x3, y3) + Low(x4, y2) + high5;
        ulong high7 = High(x3, y4) + High(x4, y3);
        ulong column7 = Low(x3, y4) + Low(x4, y3) + high6;
        ulong high8 = High(x4, y4);
        ulong column8 = Low(x4, y4) + high7;
        FoldColumns(column0, column1, column2, column3, column4, column5, column6, column7, column8, high8, out product);
    }

    /// <summary>a squared; a magnitude of at most 16.</summary>
    /// <param name="a">The number.</param>
    /// <param name="square">Of magnitude 1; may be a.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Square(in Secp256k1Field a, out Secp256k1Field square)
    {
        ulong x0 = a._limb0 << FactorShift, x1 = a._limb1 << FactorShift, x2 = a._limb2 << FactorShift;
        ulong x3 = a._limb3 << FactorShift, x4 = a._limb4 << FactorShift;

        // Products of different limbs come twice.
        ulong y0 = x0 << 1, y1 = x1 << 1, y2 = x2 << 1, y3 = x3 << 1;

        ulong high0 = High(x0, x0);
        ulong column0 = Low(x0, x0);
        ulong high1 = High(y0, x1);
        ulong column1 = Low(y0, x1) + high0;
        ulong high2 = High(y0, x2) + High(x1, x1);
        ulong column2 = Low(y0, x2) + Low(x1, x1) + high1;
        ulong high3 = High(y0, x3) + High(y1, x2);
        ulong column3 = Low(y0, x3) + Low(y1, x2) + high2;
        ulong high4 = High(y0, x4) + High(y1, x3) + High(x2, x2);
        ulong column4 = Low(y0, x4) + Low(y1, x3) + Low(x2, x2) + high3;
        ulong high5 = High(y1, x4) + High(y2, x3);
        ulong column5 = Low(y1, x4) + Low(y2, x3) + high4;
        ulong high6 = High(y2, x4) + High(x3, x3);
        ulong column6 = Low(y2, x4) + Low(x3, x3) + high5;
        ulong high7 = High(y3, x4);
        ulong column7 = Low(y3, x4) + high6;
        ulong high8 = High(x4, x4);
        ulong column8 = Low(x4, x4) + high7;
        FoldColumns(column0, column1, column2, column3, column4, column5, column6, column7, column8, high8, out square);
    }

    /// <summary>A product's bits from 52 on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong High(ulong shiftedA, ulong shiftedB) => UInt256.MultiplyHigh(shiftedA, shiftedB);

    /// <summary>A product's lower 52 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Low(ulong shiftedA, ulong shiftedB) => (shiftedA * shiftedB) >> (2 * FactorShift);

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
