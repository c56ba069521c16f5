namespace Velox.Cryptography;

/// <summary>
/// A point of secp256k1, or of a curve y^2 = x^3 + b isomorphic to it, in Jacobian coordinates: x = X / Z^2, y = Y / Z^3.
/// </summary>
/// <remarks>Between operations X is of magnitude 5 at most, Y of 6, Z of 1. No formula knows b.</remarks>
internal struct Secp256k1Point
{
    internal Secp256k1Field X;
    internal Secp256k1Field Y;
    internal Secp256k1Field Z;
    internal bool IsInfinity;

    internal static Secp256k1Point Infinity => new() { IsInfinity = true };

    internal Secp256k1Point(in Secp256k1Affine point)
    {
        X = point.X;
        Y = point.Y;
        Z = Secp256k1Field.One;
    }

    /// <summary>Doubles in place: 3 multiplications and 4 squarings.</summary>
    internal void Double()
    {
        // With S = Y^2 and L = 3/2 X^2: X' = L^2 - 2 X S, Y' = L (X S - X') - S^2, Z' = Y Z. No Y is 0: the order is odd.
        if (IsInfinity)
            return;

        Secp256k1Field.Multiply(Y, Z, out Z);
        Secp256k1Field.Square(X, out Secp256k1Field slope);
        Secp256k1Field.ThreeHalves(slope, out slope); // magnitude 3

        Secp256k1Field.Square(Y, out Secp256k1Field square);
        Secp256k1Field.Multiply(X, square, out Secp256k1Field product);
        Secp256k1Field.Square(slope, out X);
        Secp256k1Field.SubtractTwice(X, product, out X); // 1 + 4

        Secp256k1Field.Subtract(product, X, 5, out product); // 1 + 10
        Secp256k1Field.Multiply(slope, product, out Y);
        Secp256k1Field.Square(square, out square);
        Secp256k1Field.Subtract(Y, square, 1, out Y); // 1 + 2
    }

    /// <summary>Adds or subtracts a point in place, whatever the two are: 8 multiplications and 3 squarings.</summary>
    /// <param name="point">A point of the same curve.</param>
    /// <param name="isNegated">Whether it is to be subtracted.</param>
    internal void Add(in Secp256k1Affine point, bool isNegated) => Add(point, isNegated, Z, out _);

    /// <summary>Adds a point in place.</summary>
    /// <param name="point">A point of the same curve.</param>
    /// <param name="ratio">The new Z divided by the old one, of magnitude 11, where no point of the three is infinity.</param>
    internal void Add(in Secp256k1Affine point, out Secp256k1Field ratio) => Add(point, isNegated: false, Z, out ratio);

    /// <summary>Adds or subtracts a point of another isomorphic curve: one multiplication more.</summary>
    /// <param name="point">Of the other curve.</param>
    /// <param name="isNegated">Whether it is to be subtracted.</param>
    /// <param name="toOther">What this curve's Z is to be multiplied with to be the other's.</param>
    internal void AddFrom(in Secp256k1Affine point, bool isNegated, in Secp256k1Field toOther)
    {
        if (IsInfinity)
        {
            Secp256k1Affine here = point;
            Scale(ref here, toOther);
            Add(here, isNegated);
            return;
        }

        Secp256k1Field.Multiply(Z, toOther, out Secp256k1Field otherZ);
        Add(point, isNegated, otherZ, out _);
    }

    /// <summary>Takes a point to the isomorphic curve where its Z, 1 before, would be <paramref name="z"/>.</summary>
    internal static void Scale(ref Secp256k1Affine point, in Secp256k1Field z)
    {
        Secp256k1Field.Square(z, out Secp256k1Field power);
        Secp256k1Field.Multiply(point.X, power, out point.X);
        Secp256k1Field.Multiply(power, z, out power);
        Secp256k1Field.Multiply(point.Y, power, out point.Y);
    }

    /// <summary>Whether a point that is not infinity has this x, without a division.</summary>
    /// <param name="x">Below p.</param>
    internal readonly bool HasX(in UInt256 x)
    {
        Secp256k1Field.Square(Z, out Secp256k1Field difference);
        Secp256k1Field.Multiply(difference, new Secp256k1Field(x), out difference);
        Secp256k1Field.Subtract(difference, X, 5, out difference);
        return difference.IsZero;
    }

    /// <summary>The coordinates themselves. The point is not at infinity.</summary>
    internal readonly void ToAffine(out Secp256k1Affine affine)
    {
        Secp256k1Field.Invert(Z, out Secp256k1Field inverse);
        affine.X = X;
        affine.Y = Y;
        Scale(ref affine, inverse);
    }

    private void Add(in Secp256k1Affine point, bool isNegated, in Secp256k1Field z, out Secp256k1Field ratio)
    {
        if (IsInfinity)
        {
            this = new Secp256k1Point(point);
            if (isNegated)
                Y.Negate(3);
            ratio = Z;
            return;
        }

        // With H = x Z^2 - X and I = Y - y Z^3: X' = I^2 - H^3 - 2 X H^2, Y' = I (X' - X H^2) - Y H^3, Z' = Z H.
        Secp256k1Field.Square(z, out Secp256k1Field power);
        Secp256k1Field.Multiply(point.X, power, out Secp256k1Field product);
        Secp256k1Field.Subtract(product, X, 5, out ratio); // H: 1 + 10
        Secp256k1Field.Multiply(power, z, out power);
        Secp256k1Field.Multiply(point.Y, power, out Secp256k1Field i);
        if (isNegated)
            Secp256k1Field.Add(Y, i, out i);
        else
            Secp256k1Field.Subtract(Y, i, 1, out i); // 6 + 2
        if (ratio.IsZero)
        {
            // The same x: the same point, or its negative.
            if (i.IsZero)
                Double();
            else
                this = Infinity;
            return;
        }

        Secp256k1Field.Multiply(Z, ratio, out Z);
        Secp256k1Field.Square(ratio, out power);
        Secp256k1Field.Subtract(default, power, 1, out power); // -H^2
        Secp256k1Field.Multiply(power, ratio, out Secp256k1Field cube); // -H^3
        Secp256k1Field.Multiply(X, power, out product); // -X H^2
        Secp256k1Field.Square(i, out X);
        Secp256k1Field.AddWithTwice(X, cube, product, out X); // 4
        Secp256k1Field.Add(X, product, out product); // 5
        Secp256k1Field.Multiply(product, i, out product);
        Secp256k1Field.Multiply(cube, Y, out Y);
        Secp256k1Field.Add(Y, product, out Y); // 2
    }
}
