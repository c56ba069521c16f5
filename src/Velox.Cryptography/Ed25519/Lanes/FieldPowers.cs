using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>Inverses and roots of <see cref="FieldLanes{T}"/>: the addition chain of Bernstein's reference code.</summary>
[SkipLocalsInit]
internal static class FieldPowers<T>
    where T : unmanaged, IDoubleLanes<T>
{
    /// <summary>The inverse, and zero for zero: the value to the power p - 2 = 2^255 - 21.</summary>
    internal static void Invert(in FieldLanes<T> value, out FieldLanes<T> inverse)
    {
        RaiseToOnes250(in value, out FieldLanes<T> ones250, out FieldLanes<T> power11);
        FieldLanes<T>.Square(in ones250, 5, out ones250);
        FieldLanes<T>.Multiply(in ones250, in power11, out inverse);
    }

    /// <summary>The value to the power (p - 5) / 8 = 2^252 - 3.</summary>
    internal static void RaiseToSquareRootPower(in FieldLanes<T> value, out FieldLanes<T> power)
    {
        RaiseToOnes250(in value, out FieldLanes<T> ones250, out _);
        FieldLanes<T>.Square(in ones250, 2, out ones250);
        FieldLanes<T>.Multiply(in ones250, in value, out power);
    }

    /// <summary>The value to the powers 2^250 - 1 and 11.</summary>
    private static void RaiseToOnes250(
        in FieldLanes<T> value, out FieldLanes<T> ones250, out FieldLanes<T> power11)
    {
        FieldLanes<T>.Square(in value, out FieldLanes<T> power2);
        FieldLanes<T>.Square(in power2, 2, out FieldLanes<T> power8);
        FieldLanes<T>.Multiply(in power8, in value, out FieldLanes<T> power9);
        FieldLanes<T>.Multiply(in power9, in power2, out power11);
        FieldLanes<T>.Square(in power11, out FieldLanes<T> power22);
        FieldLanes<T>.Multiply(in power22, in power9, out FieldLanes<T> ones5);
        Extend(in ones5, 5, in ones5, out FieldLanes<T> ones10);
        Extend(in ones10, 10, in ones10, out FieldLanes<T> ones20);
        Extend(in ones20, 20, in ones20, out FieldLanes<T> ones40);
        Extend(in ones40, 10, in ones10, out FieldLanes<T> ones50);
        Extend(in ones50, 50, in ones50, out FieldLanes<T> ones100);
        Extend(in ones100, 100, in ones100, out FieldLanes<T> ones200);
        Extend(in ones200, 50, in ones50, out ones250);
    }

    /// <summary>From the power 2^a - 1 to 2^(a + count) - 1.</summary>
    private static void Extend(
        in FieldLanes<T> ones, int count, in FieldLanes<T> onesOfCount, out FieldLanes<T> extended)
    {
        FieldLanes<T>.Square(in ones, count, out FieldLanes<T> shifted);
        FieldLanes<T>.Multiply(in shifted, in onesOfCount, out extended);
    }
}
