using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>Reads a compressed point in each lane, as lenient as <see cref="EdwardsPoint.TryDecompress"/>.</summary>
[SkipLocalsInit]
internal static unsafe class PointDecompression<T>
    where T : unmanaged, IDoubleLanes<T>
{
    /// <summary>The points of as many 32-byte encodings as there are lanes; a lane that has none gets the identity.</summary>
    /// <param name="encodings">One pointer to 32 bytes for each lane.</param>
    /// <param name="point">Receives the points, with Z = 1.</param>
    /// <returns>Bit i is set where lane i has a point.</returns>
    internal static uint Decompress(byte** encodings, PointLanes<T>* point)
    {
        // The pointers below are to this frame and to the caller's memory: nothing moves.
        for (int lane = 0; lane < T.Count; lane++)
            FieldLanes<T>.Write(&point->Y, lane, new FieldElement(new ReadOnlySpan<byte>(encodings[lane], FieldElement.Size)));

        FieldLanes<T> root, rest, opposite;
        TakeRoot(in point->Y, out root, out rest, out opposite);
        uint isRoot = 0, isImaginary = 0;
        for (int lane = 0; lane < T.Count; lane++)
        {
            if (FieldLanes<T>.Read(&rest, lane).IsZero)
                isRoot |= 1u << lane;
            else if (FieldLanes<T>.Read(&opposite, lane).IsZero)
                isImaginary |= 1u << lane;
        }

        FieldLanes<T> imaginary = FieldLanes<T>.Broadcast(FieldElement.SquareRootOfMinusOne);
        FieldLanes<T>.Multiply(in root, in imaginary, out imaginary);
        FieldLanes<T>.Select(T.MaskOf(isImaginary), in imaginary, in root, out point->X);

        uint wrongSign = 0;
        for (int lane = 0; lane < T.Count; lane++)
        {
            ulong isNegative = FieldLanes<T>.Read(&point->X, lane).NegativeMask & 1;
            if (isNegative != (uint)encodings[lane][FieldElement.Size - 1] >> 7)
                wrongSign |= 1u << lane;
        }

        FieldLanes<T>.Negate(T.AndBits(T.MaskOf(wrongSign), T.Broadcast(-0.0)), in point->X, out point->X);
        Complete(point, isRoot | isImaginary);
        return isRoot | isImaginary;
    }

    private static void Complete(PointLanes<T>* point, uint valid)
    {
        // Without a point Z would become zero, and with it the shared inverse of all points of the lane.
        T isValid = T.MaskOf(valid);
        point->Z = FieldLanes<T>.Broadcast(FieldElement.One);
        FieldLanes<T>.Select(isValid, in point->Y, in point->Z, out point->Y);
        FieldLanes<T>.Select(isValid, in point->X, default, out point->X);
        FieldLanes<T>.Multiply(in point->X, in point->Y, out point->ProductXY);
    }

    /// <summary>A candidate for the root of u / v, u = y^2 - 1, v = d y^2 + 1.</summary>
    /// <param name="y">The y coordinate.</param>
    /// <param name="root">u v^3 (u v^7)^((p - 5) / 8).</param>
    /// <param name="rest">v root^2 - u: zero where the candidate is a root.</param>
    /// <param name="opposite">v root^2 + u: zero where the candidate times the root of -1 is.</param>
    private static void TakeRoot(
        in FieldLanes<T> y, out FieldLanes<T> root, out FieldLanes<T> rest, out FieldLanes<T> opposite)
    {
        FieldLanes<T> one = FieldLanes<T>.Broadcast(FieldElement.One);
        FieldLanes<T> v = FieldLanes<T>.Broadcast(EdwardsPoint.CurveD);
        FieldLanes<T>.Square(in y, out FieldLanes<T> u);
        FieldLanes<T>.Multiply(in u, in v, out v);
        FieldLanes<T>.Subtract(in u, in one, out u);
        FieldLanes<T>.Add(in v, in one, out v);
        FieldLanes<T>.Carry(in v, out v);

        FieldLanes<T>.Square(in v, out FieldLanes<T> cubed);
        FieldLanes<T>.Multiply(in cubed, in v, out cubed);
        FieldLanes<T>.Square(in cubed, out FieldLanes<T> seventh);
        FieldLanes<T>.Multiply(in seventh, in v, out seventh);
        FieldLanes<T>.Multiply(in seventh, in u, out seventh);
        FieldPowers<T>.RaiseToSquareRootPower(in seventh, out root);
        FieldLanes<T>.Multiply(in cubed, in root, out root);
        FieldLanes<T>.Multiply(in root, in u, out root);

        FieldLanes<T>.Square(in root, out FieldLanes<T> check);
        FieldLanes<T>.Multiply(in check, in v, out check);
        FieldLanes<T>.Subtract(in check, in u, out rest);
        FieldLanes<T>.Add(in check, in u, out opposite);
    }
}
