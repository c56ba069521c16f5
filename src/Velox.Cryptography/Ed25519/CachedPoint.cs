namespace Velox.Cryptography;

/// <summary>A point prepared as the right operand of an addition.</summary>
internal readonly struct CachedPoint(
    in FieldElement yPlusX, in FieldElement yMinusX, in FieldElement z, in FieldElement twiceDT)
{
    internal readonly FieldElement YPlusX = yPlusX;
    internal readonly FieldElement YMinusX = yMinusX;
    internal readonly FieldElement Z = z;
    internal readonly FieldElement TwiceDT = twiceDT;

    public static CachedPoint operator -(in CachedPoint point) =>
        new(point.YMinusX, point.YPlusX, point.Z, -point.TwiceDT);
}

/// <summary>A <see cref="CachedPoint"/> with Z = 1, which saves one multiplication per addition.</summary>
internal readonly struct AffinePoint(in FieldElement yPlusX, in FieldElement yMinusX, in FieldElement twiceDXY)
{
    internal readonly FieldElement YPlusX = yPlusX;
    internal readonly FieldElement YMinusX = yMinusX;
    internal readonly FieldElement TwiceDXY = twiceDXY;

    internal static AffinePoint Identity => new(FieldElement.One, FieldElement.One, FieldElement.Zero);

    public static AffinePoint operator -(in AffinePoint point) =>
        new(point.YMinusX, point.YPlusX, -point.TwiceDXY);

    /// <summary>The first point if the mask is all ones, the second if it is zero.</summary>
    internal static AffinePoint Select(ulong mask, in AffinePoint whenSet, in AffinePoint whenClear) => new(
        FieldElement.Select(mask, whenSet.YPlusX, whenClear.YPlusX),
        FieldElement.Select(mask, whenSet.YMinusX, whenClear.YMinusX),
        FieldElement.Select(mask, whenSet.TwiceDXY, whenClear.TwiceDXY));
}
