using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Velox.Cryptography;

/// <summary>Two lanes: ARM64.</summary>
internal readonly unsafe struct DoubleLanes2(Vector128<double> value) : IDoubleLanes<DoubleLanes2>
{
    private readonly Vector128<double> _value = value;

    public static int Count => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes2 Broadcast(double value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes2 BroadcastBits(long value) => new(Vector128.Create(value).AsDouble());

    public static void Gather(double** rows, int length, DoubleLanes2* destination)
    {
        double* row0 = rows[0], row1 = rows[1];
        for (int i = 0; i < length; i++)
            destination[i] = new(Vector128.Create(row0[i], row1[i]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes2 operator +(DoubleLanes2 left, DoubleLanes2 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes2 operator -(DoubleLanes2 left, DoubleLanes2 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes2 operator *(DoubleLanes2 left, DoubleLanes2 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes2 MultiplyAdd(DoubleLanes2 left, DoubleLanes2 right, DoubleLanes2 addend) =>
        new(Vector128.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes2 AddBits(DoubleLanes2 left, DoubleLanes2 right) =>
        new((left._value.AsInt64() + right._value.AsInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes2 AndBits(DoubleLanes2 left, DoubleLanes2 right) => new(left._value & right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes2 XorBits(DoubleLanes2 left, DoubleLanes2 right) => new(left._value ^ right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes2 ShiftBitsLeft(DoubleLanes2 value, int count) => new((value._value.AsInt64() << count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes2 ShiftBitsRight(DoubleLanes2 value, int count) => new((value._value.AsInt64() >>> count).AsDouble());

    public static DoubleLanes2 MaskOf(uint laneSet)
    {
        Vector128<long> bits = Vector128.Create((long)laneSet) & Vector128.Create(1L, 2L);
        return new(Vector128.OnesComplement(Vector128.Equals(bits, Vector128<long>.Zero)).AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes2 Select(DoubleLanes2 mask, DoubleLanes2 whenSet, DoubleLanes2 whenClear) =>
        new(Vector128.ConditionalSelect(mask._value, whenSet._value, whenClear._value));
}
