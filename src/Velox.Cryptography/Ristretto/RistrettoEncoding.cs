namespace Velox.Cryptography;

/// <summary>32 bytes for each class of points of edwards25519 that differ by one of small order only (RFC 9496).</summary>
internal readonly struct RistrettoEncoding : ICurveEncoding
{
    // Of the two roots either will do: what is made of it is taken without its sign.
    private static readonly FieldElement InverseRootOfAMinusD = InvertRoot(-FieldElement.One - EdwardsPoint.CurveD);

    /// <summary>RFC 9496, section 4.3.1.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out EdwardsPoint point)
    {
        point = default;
        var s = new FieldElement(bytes);
        if (!IsCanonical(s, bytes) || s.NegativeMask != 0)
            return false;

        FieldElement ss = s.Square();
        FieldElement u1 = FieldElement.One - ss;
        FieldElement u2 = FieldElement.One + ss;
        FieldElement u2Squared = u2.Square();
        FieldElement v = -(EdwardsPoint.CurveD * u1.Square()) - u2Squared;
        if (!EdwardsPoint.TryDivideAndTakeRoot(FieldElement.One, v * u2Squared, out FieldElement inverseRoot))
            return false;

        FieldElement denominatorX = inverseRoot * u2;
        FieldElement denominatorY = inverseRoot * denominatorX * v;
        FieldElement x = Absolute((s + s) * denominatorX);
        FieldElement y = u1 * denominatorY;
        FieldElement t = x * y;
        if (t.NegativeMask != 0 || y.IsZero)
            return false;
        point = new EdwardsPoint(x, y, FieldElement.One, t);
        return true;
    }

    /// <summary>RFC 9496, section 4.3.2.</summary>
    public static void Encode(in EdwardsPoint point, Span<byte> bytes)
    {
        FieldElement u1 = (point.Z + point.Y) * (point.Z - point.Y);
        FieldElement u2 = point.X * point.Y;
        FieldElement inverseRoot = InvertRoot(u1 * u2.Square());
        FieldElement denominator1 = inverseRoot * u1;
        FieldElement denominator2 = inverseRoot * u2;
        FieldElement inverseZ = denominator1 * denominator2 * point.T;

        ulong rotates = (point.T * inverseZ).NegativeMask;
        FieldElement x = FieldElement.Select(rotates, point.Y * FieldElement.SquareRootOfMinusOne, point.X);
        FieldElement y = FieldElement.Select(rotates, point.X * FieldElement.SquareRootOfMinusOne, point.Y);
        FieldElement denominator = FieldElement.Select(rotates, denominator1 * InverseRootOfAMinusD, denominator2);
        y = FieldElement.Select((x * inverseZ).NegativeMask, -y, y);
        Absolute(denominator * (point.Z - y)).WriteBytes(bytes);
    }

    private static bool IsCanonical(in FieldElement s, ReadOnlySpan<byte> bytes)
    {
        Span<byte> canonical = stackalloc byte[FieldElement.Size];
        s.WriteBytes(canonical);
        return canonical.SequenceEqual(bytes);
    }

    /// <summary>1 / sqrt(square), either root, and 0 for 0.</summary>
    private static FieldElement InvertRoot(in FieldElement square)
    {
        EdwardsPoint.TryDivideAndTakeRoot(FieldElement.One, square, out FieldElement root);
        return root;
    }

    private static FieldElement Absolute(in FieldElement value) => FieldElement.Select(value.NegativeMask, -value, value);
}
