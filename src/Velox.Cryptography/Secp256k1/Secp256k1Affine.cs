namespace Velox.Cryptography;

/// <summary>A point of y^2 = x^3 + 7 other than the one at infinity; both coordinates of magnitude 1, or 2 after a change of sign.</summary>
internal struct Secp256k1Affine
{
    internal Secp256k1Field X;
    internal Secp256k1Field Y;

    /// <summary>SEC 2, version 2.0, section 2.4.1.</summary>
    internal static Secp256k1Affine Generator => new()
    {
        X = new Secp256k1Field(new UInt256(0x59F2815B16F81798, 0x029BFCDB2DCE28D9, 0x55A06295CE870B07, 0x79BE667EF9DCBBAC)),
        Y = new Secp256k1Field(new UInt256(0x9C47D08FFB10D4B8, 0xFD17B448A6855419, 0x5DA4FBFC0E1108A8, 0x483ADA7726A3C465)),
    };

    /// <summary>The point with this x, if there is one.</summary>
    /// <param name="x">Below p.</param>
    /// <param name="isOdd">Whether y is.</param>
    /// <param name="point">The point.</param>
    internal static bool TryFromX(in UInt256 x, bool isOdd, out Secp256k1Affine point)
    {
        point.X = new Secp256k1Field(x);
        SquareOfY(point.X, out Secp256k1Field square);
        if (!Secp256k1Field.TrySquareRoot(square, out point.Y))
            return false;

        // There is no point with y = 0: their number is odd.
        if (point.Y.IsOdd != isOdd)
            point.Y.Negate(1);
        return true;
    }

    /// <summary>Both coordinates, if they are below p and those of a point.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, out Secp256k1Affine point)
    {
        point = default;
        var x = UInt256.ReadBigEndian(bytes);
        var y = UInt256.ReadBigEndian(bytes[UInt256.Size..]);
        if (x >= Secp256k1Field.Prime || y >= Secp256k1Field.Prime)
            return false;

        point.X = new Secp256k1Field(x);
        point.Y = new Secp256k1Field(y);
        SquareOfY(point.X, out Secp256k1Field expected);
        Secp256k1Field.Square(point.Y, out Secp256k1Field difference);
        Secp256k1Field.Subtract(difference, expected, 2, out difference);
        return difference.IsZero;
    }

    internal readonly void Write(Span<byte> bytes)
    {
        X.ToUInt256().WriteBigEndian(bytes);
        Y.ToUInt256().WriteBigEndian(bytes[UInt256.Size..]);
    }

    // Of magnitude 2.
    private static void SquareOfY(in Secp256k1Field x, out Secp256k1Field square)
    {
        Secp256k1Field.Square(x, out square);
        Secp256k1Field.Multiply(square, x, out square);
        Secp256k1Field.Add(square, new Secp256k1Field(new UInt256(7, 0, 0, 0)), out square);
    }
}
