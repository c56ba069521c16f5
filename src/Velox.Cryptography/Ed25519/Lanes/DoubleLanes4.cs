using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Velox.Cryptography;

/// <summary>Four lanes: AVX2 with FMA.</summary>
internal readonly unsafe struct DoubleLanes4(Vector256<double> value) : IDoubleLanes<DoubleLanes4>
{
    private readonly Vector256<double> _value = value;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 Broadcast(double value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 BroadcastBits(long value) => new(Vector256.Create(value).AsDouble());

    public static void Gather(double** rows, int length, DoubleLanes4* destination)
    {
        int i = 0;
        for (; Avx.IsSupported && i + Count <= length; i += Count)
            Transpose(rows, i, destination + i);
        double* row0 = rows[0], row1 = rows[1], row2 = rows[2], row3 = rows[3];
        for (; i < length; i++)
            destination[i] = new(Vector256.Create(row0[i], row1[i], row2[i], row3[i]));
    }

    /// <summary>Four elements of each row at once: half the loads and shuffles of one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(double** rows, int index, DoubleLanes4* destination)
    {
        const byte LowHalves = 0x20;
        const byte HighHalves = 0x31;
        Vector256<double> row0 = Vector256.Load(rows[0] + index);
        Vector256<double> row1 = Vector256.Load(rows[1] + index);
        Vector256<double> row2 = Vector256.Load(rows[2] + index);
        Vector256<double> row3 = Vector256.Load(rows[3] + index);
        Vector256<double> even01 = Avx.UnpackLow(row0, row1);
        Vector256<double> odd01 = Avx.UnpackHigh(row0, row1);
        Vector256<double> even23 = Avx.UnpackLow(row2, row3);
        Vector256<double> odd23 = Avx.UnpackHigh(row2, row3);
        destination[0] = new(Avx.Permute2x128(even01, even23, LowHalves));
        destination[1] = new(Avx.Permute2x128(odd01, odd23, LowHalves));
        destination[2] = new(Avx.Permute2x128(even01, even23, HighHalves));
        destination[3] = new(Avx.Permute2x128(odd01, odd23, HighHalves));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 operator +(DoubleLanes4 left, DoubleLanes4 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 operator -(DoubleLanes4 left, DoubleLanes4 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 operator *(DoubleLanes4 left, DoubleLanes4 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 MultiplyAdd(DoubleLanes4 left, DoubleLanes4 right, DoubleLanes4 addend) =>
        new(Vector256.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 AddBits(DoubleLanes4 left, DoubleLanes4 right) =>
        new((left._value.AsInt64() + right._value.AsInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 AndBits(DoubleLanes4 left, DoubleLanes4 right) => new(left._value & right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 XorBits(DoubleLanes4 left, DoubleLanes4 right) => new(left._value ^ right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 ShiftBitsLeft(DoubleLanes4 value, int count) => new((value._value.AsInt64() << count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 ShiftBitsRight(DoubleLanes4 value, int count) => new((value._value.AsInt64() >>> count).AsDouble());

    public static DoubleLanes4 MaskOf(uint laneSet)
    {
        Vector256<long> bits = Vector256.Create((long)laneSet) & Vector256.Create(1L, 2L, 4L, 8L);
        return new(Vector256.OnesComplement(Vector256.Equals(bits, Vector256<long>.Zero)).AsDouble());
    }

    /// <summary>Other values for each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static DoubleLanes4 Create(double lane0, double lane1, double lane2, double lane3) =>
        new(Vector256.Create(lane0, lane1, lane2, lane3));

    /// <summary>[value[lane0], value[lane1], ...]; the lanes must be constants, so that it is one instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static DoubleLanes4 Permute(
        DoubleLanes4 value,
        [ConstantExpected] long lane0,
        [ConstantExpected] long lane1,
        [ConstantExpected] long lane2,
        [ConstantExpected] long lane3) =>
        new(Vector256.Shuffle(value._value, Vector256.Create(lane0, lane1, lane2, lane3)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 Select(DoubleLanes4 mask, DoubleLanes4 whenSet, DoubleLanes4 whenClear) =>
        new(Vector256.ConditionalSelect(mask._value, whenSet._value, whenClear._value));
}
