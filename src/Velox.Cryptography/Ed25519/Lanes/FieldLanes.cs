using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>One integer modulo p = 2^255 - 19 in each lane: five signed limbs of 51 bits, whole numbers kept in doubles.</summary>
/// <remarks>
/// <para>
/// A limb is reduced if its magnitude is at most 2^50 + 2^13: so products, squares and
/// <see cref="Carry"/> leave them. Sums and differences go limb by limb and are not reduced. A product takes limbs whose
/// magnitudes multiply to at most 2^102, for example a reduced factor and a sum of three; a square takes reduced limbs.
/// </para>
/// <para>
/// Doubles, because the fused multiplication is the only one that vectors of 64 bits have and that keeps all 102 bits: once
/// rounded to a multiple of 2^51, once more for the exact rest. Limbs from 2^51 up would not fit 53 bits of precision.
/// </para>
/// </remarks>
[SkipLocalsInit]
internal struct FieldLanes<T>
    where T : unmanaged, IDoubleLanes<T>
{
    internal const int LimbBits = 51;

    // 1.5 * 2^103: what is added to it is rounded to a multiple of 2^51, and its bits then count these multiples.
    private const double HighMagic = 15211807202738752817960438464512.0;
    private const long HighMagicBits = 0x4668000000000000;

    // 1.5 * 2^52: what is added to it, at most 2^51 in magnitude, stands in its bits as an integer.
    private const double LowMagic = 6755399441055744.0;
    private const long LowMagicBits = 0x4338000000000000;

    private const double InverseLimbRadix = 1.0 / (1L << LimbBits);
    private const long LimbMask = (1L << LimbBits) - 1;

    // Columns are below 2^59 in magnitude. 2^62 makes them positive, so that the logical shift, the only one that AVX2 has,
    // does; 2^50 centres the low bits around zero. The shifted 2^62 is taken off again.
    private const long Centre = 1L << (LimbBits - 1);
    private const long ColumnBias = (1L << 62) + Centre;
    private const long CarryBias = 1L << (62 - LimbBits);

    internal T Limb0;
    internal T Limb1;
    internal T Limb2;
    internal T Limb3;
    internal T Limb4;

    /// <summary>The same value in every lane, reduced.</summary>
    internal static unsafe FieldLanes<T> Broadcast(in FieldElement value)
    {
        FieldLanes<T> lanes = default;
        for (int lane = 0; lane < T.Count; lane++)
            value.WriteSignedLimbs((double*)&lanes + lane, T.Count);
        return lanes;
    }

    /// <summary>Puts a value in one lane, reduced.</summary>
    /// <param name="lanes">In native memory or on the stack: it does not move.</param>
    /// <param name="lane">Which lane.</param>
    /// <param name="value">Its new value.</param>
    internal static unsafe void Write(FieldLanes<T>* lanes, int lane, in FieldElement value) =>
        value.WriteSignedLimbs((double*)lanes + lane, T.Count);

    /// <summary>The value of one lane.</summary>
    /// <param name="lanes">In native memory or on the stack: it does not move.</param>
    /// <param name="lane">Which lane.</param>
    internal static unsafe FieldElement Read(FieldLanes<T>* lanes, int lane) =>
        FieldElement.FromSignedLimbs((double*)lanes + lane, T.Count);

    /// <summary>left * right, reduced; the result may be one of the factors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply(in FieldLanes<T> left, in FieldLanes<T> right, out FieldLanes<T> product)
    {
        T a0 = left.Limb0, a1 = left.Limb1, a2 = left.Limb2, a3 = left.Limb3, a4 = left.Limb4;
        T b0 = right.Limb0, b1 = right.Limb1, b2 = right.Limb2, b3 = right.Limb3, b4 = right.Limb4;

        // The upper columns first, each folded into its lower one as soon as it is complete: few sums are under way at once,
        // so that AVX2's sixteen registers nearly suffice. The magic numbers in the sums are taken off once a column.
        Two(a0, b4, a1, b3, out T low4, out T high4);
        AddTwo(a2, b2, a3, b1, ref low4, ref high4);
        AddOne(a4, b0, ref low4, ref high4);
        Two(a1, b4, a2, b3, out T low5, out T high5);
        AddTwo(a3, b2, a4, b1, ref low5, ref high5);
        product.Limb0 = Times19(T.AddBits(low5, high4));
        Two(a2, b4, a3, b3, out T low6, out T high6);
        AddOne(a4, b2, ref low6, ref high6);
        product.Limb1 = Times19(T.AddBits(low6, high5));
        Two(a3, b4, a4, b3, out T low7, out T high7);
        product.Limb2 = Times19(T.AddBits(low7, high6));
        One(a4, b4, out T low8, out T high8);
        product.Limb3 = Times19(T.AddBits(low8, high7));
        product.Limb4 = T.AddBits(low4, Times19(high8));

        One(a0, b0, out T low0, out T high0);
        T column0 = T.AddBits(T.AddBits(low0, product.Limb0), Magic(groups: 1 + (19 * 2), products: 19 * 5));
        Two(a0, b1, a1, b0, out T low1, out T high1);
        T column1 = T.AddBits(T.AddBits(T.AddBits(low1, high0), product.Limb1), Magic(groups: 1 + (19 * 2), products: 1 + (19 * 4)));
        product.Limb1 = Limb(column1, T.ShiftBitsRight(column0, LimbBits), CarryBias);
        Two(a0, b2, a1, b1, out T low2, out T high2);
        AddOne(a2, b0, ref low2, ref high2);
        T column2 = T.AddBits(T.AddBits(T.AddBits(low2, high1), product.Limb2), Magic(groups: 2 + 19, products: 2 + (19 * 3)));
        product.Limb2 = Limb(column2, T.ShiftBitsRight(column1, LimbBits), CarryBias);
        Two(a0, b3, a1, b2, out T low3, out T high3);
        AddTwo(a2, b1, a3, b0, ref low3, ref high3);
        T column3 = T.AddBits(T.AddBits(T.AddBits(low3, high2), product.Limb3), Magic(groups: 2 + 19, products: 3 + (19 * 2)));
        product.Limb3 = Limb(column3, T.ShiftBitsRight(column2, LimbBits), CarryBias);
        T column4 = T.AddBits(T.AddBits(product.Limb4, high3), Magic(groups: 3, products: 4 + 19));
        product.Limb4 = Limb(column4, T.ShiftBitsRight(column3, LimbBits), CarryBias);
        product.Limb0 = Limb(column0, Times19(T.ShiftBitsRight(column4, LimbBits)), 19 * CarryBias);
    }

    /// <summary>value^2, reduced; the result may be the value itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Square(in FieldLanes<T> value, out FieldLanes<T> square)
    {
        T a0 = value.Limb0, a1 = value.Limb1, a2 = value.Limb2, a3 = value.Limb3, a4 = value.Limb4;
        T twice0 = a0 + a0, twice1 = a1 + a1, twice2 = a2 + a2, twice3 = a3 + a3;

        One(a0, a0, out T low0, out T high0);
        One(twice0, a1, out T low1, out T high1);
        Two(twice0, a2, a1, a1, out T low2, out T high2);
        Two(twice0, a3, twice1, a2, out T low3, out T high3);
        Two(twice0, a4, twice1, a3, out T low4, out T high4);
        AddOne(a2, a2, ref low4, ref high4);
        Two(twice1, a4, twice2, a3, out T low5, out T high5);
        Two(twice2, a4, a3, a3, out T low6, out T high6);
        One(twice3, a4, out T low7, out T high7);
        One(a4, a4, out T low8, out T high8);

        T column0 = T.AddBits(T.AddBits(low0, Times19(T.AddBits(low5, high4))), Magic(groups: 1 + 19, products: 19 * 3));
        T column1 = T.AddBits(T.AddBits(T.AddBits(low1, high0), Times19(T.AddBits(low6, high5))), Magic(groups: 1 + 19, products: 1 + (19 * 2)));
        T column2 = T.AddBits(T.AddBits(T.AddBits(low2, high1), Times19(T.AddBits(low7, high6))), Magic(groups: 1 + 19, products: 1 + (19 * 2)));
        T column3 = T.AddBits(T.AddBits(T.AddBits(low3, high2), Times19(T.AddBits(low8, high7))), Magic(groups: 1 + 19, products: 2 + 19));
        T column4 = T.AddBits(T.AddBits(T.AddBits(low4, high3), Times19(high8)), Magic(groups: 2, products: 2 + 19));
        square.Limb1 = Limb(column1, T.ShiftBitsRight(column0, LimbBits), CarryBias);
        square.Limb2 = Limb(column2, T.ShiftBitsRight(column1, LimbBits), CarryBias);
        square.Limb3 = Limb(column3, T.ShiftBitsRight(column2, LimbBits), CarryBias);
        square.Limb4 = Limb(column4, T.ShiftBitsRight(column3, LimbBits), CarryBias);
        square.Limb0 = Limb(column0, Times19(T.ShiftBitsRight(column4, LimbBits)), 19 * CarryBias);
    }

    /// <summary>The value squared <paramref name="count"/> times in a row, for a count of at least 1.</summary>
    internal static void Square(in FieldLanes<T> value, int count, out FieldLanes<T> square)
    {
        Square(in value, out square);
        for (int i = 1; i < count; i++)
            Square(in square, out square);
    }

    /// <summary>left + right, not reduced.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Add(in FieldLanes<T> left, in FieldLanes<T> right, out FieldLanes<T> sum)
    {
        sum.Limb0 = left.Limb0 + right.Limb0;
        sum.Limb1 = left.Limb1 + right.Limb1;
        sum.Limb2 = left.Limb2 + right.Limb2;
        sum.Limb3 = left.Limb3 + right.Limb3;
        sum.Limb4 = left.Limb4 + right.Limb4;
    }

    /// <summary>left - right, not reduced.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Subtract(in FieldLanes<T> left, in FieldLanes<T> right, out FieldLanes<T> difference)
    {
        difference.Limb0 = left.Limb0 - right.Limb0;
        difference.Limb1 = left.Limb1 - right.Limb1;
        difference.Limb2 = left.Limb2 - right.Limb2;
        difference.Limb3 = left.Limb3 - right.Limb3;
        difference.Limb4 = left.Limb4 - right.Limb4;
    }

    /// <summary>Reduces limbs below 2^56 in magnitude; the result may be the value itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Carry(in FieldLanes<T> value, out FieldLanes<T> reduced)
    {
        T limb0 = value.Limb0, limb1 = value.Limb1, limb2 = value.Limb2, limb3 = value.Limb3, limb4 = value.Limb4;
        T excess0 = Excess(limb0), excess1 = Excess(limb1), excess2 = Excess(limb2), excess3 = Excess(limb3), excess4 = Excess(limb4);
        T shift = T.Broadcast(InverseLimbRadix);
        reduced.Limb0 = T.MultiplyAdd(excess4, T.Broadcast(19 * InverseLimbRadix), limb0 - excess0);
        reduced.Limb1 = T.MultiplyAdd(excess0, shift, limb1 - excess1);
        reduced.Limb2 = T.MultiplyAdd(excess1, shift, limb2 - excess2);
        reduced.Limb3 = T.MultiplyAdd(excess2, shift, limb3 - excess3);
        reduced.Limb4 = T.MultiplyAdd(excess3, shift, limb4 - excess4);
    }

    /// <summary>Lane by lane, the first value where the mask is set, else the second.</summary>
    internal static void Select(T mask, in FieldLanes<T> whenSet, in FieldLanes<T> whenClear, out FieldLanes<T> selected)
    {
        selected.Limb0 = T.Select(mask, whenSet.Limb0, whenClear.Limb0);
        selected.Limb1 = T.Select(mask, whenSet.Limb1, whenClear.Limb1);
        selected.Limb2 = T.Select(mask, whenSet.Limb2, whenClear.Limb2);
        selected.Limb3 = T.Select(mask, whenSet.Limb3, whenClear.Limb3);
        selected.Limb4 = T.Select(mask, whenSet.Limb4, whenClear.Limb4);
    }

    /// <summary>The limbs with all signs flipped where the mask is the sign bit, left where it is zero.</summary>
    internal static void Negate(T signMask, in FieldLanes<T> value, out FieldLanes<T> negated)
    {
        negated.Limb0 = T.XorBits(value.Limb0, signMask);
        negated.Limb1 = T.XorBits(value.Limb1, signMask);
        negated.Limb2 = T.XorBits(value.Limb2, signMask);
        negated.Limb3 = T.XorBits(value.Limb3, signMask);
        negated.Limb4 = T.XorBits(value.Limb4, signMask);
    }

    /// <summary>The product of two limbs: the multiples of 2^51 in the high part, the rest in the low one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void One(T a, T b, out T low, out T high)
    {
        T magic = T.Broadcast(HighMagic);
        high = T.MultiplyAdd(a, b, magic);
        low = T.MultiplyAdd(a, b, (magic - high) + T.Broadcast(LowMagic));
    }

    /// <summary>The sum of two products: two rests of at most 2^50 still fit LowMagic's bits together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Two(T a, T b, T c, T d, out T low, out T high)
    {
        T magic = T.Broadcast(HighMagic);
        T first = T.MultiplyAdd(a, b, magic);
        T second = T.MultiplyAdd(c, d, magic);
        low = T.MultiplyAdd(a, b, (magic - first) + T.Broadcast(LowMagic)) + T.MultiplyAdd(c, d, magic - second);
        high = T.AddBits(first, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddOne(T a, T b, ref T low, ref T high)
    {
        One(a, b, out T moreLow, out T moreHigh);
        low = T.AddBits(low, moreLow);
        high = T.AddBits(high, moreHigh);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTwo(T a, T b, T c, T d, ref T low, ref T high)
    {
        Two(a, b, c, d, out T moreLow, out T moreHigh);
        low = T.AddBits(low, moreLow);
        high = T.AddBits(high, moreHigh);
    }

    /// <summary>What makes a biased column of a sum: without LowMagic a group of low parts, HighMagic a product of high ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Magic([ConstantExpected] int groups, [ConstantExpected] int products) =>
        T.BroadcastBits(unchecked(ColumnBias - (groups * LowMagicBits) - (products * HighMagicBits)));

    /// <summary>2^255 = 19: a column of the upper half counts nineteen times in the lower half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Times19(T bits) => T.AddBits(T.AddBits(bits, T.AddBits(bits, bits)), T.ShiftBitsLeft(bits, 4));

    /// <summary>A limb as a double: what is left of its column, and what the column below exceeded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Limb(T column, T carry, [ConstantExpected] long carryBias)
    {
        T integer = T.AddBits(T.AndBits(column, T.BroadcastBits(LimbMask)), carry);
        return T.AddBits(integer, T.BroadcastBits(LowMagicBits - Centre - carryBias)) - T.Broadcast(LowMagic);
    }

    /// <summary>The nearest multiple of 2^51.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Excess(T limb) => (limb + T.Broadcast(HighMagic)) - T.Broadcast(HighMagic);
}
