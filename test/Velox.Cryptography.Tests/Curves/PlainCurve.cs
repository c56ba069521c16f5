using System.Numerics;

namespace Velox.Cryptography.Tests;

/// <summary>A curve y^2 = x^3 + a x + b of 256 bits in schoolbook arithmetic: a reference to compare with. Null is infinity.</summary>
internal sealed record PlainCurve(BigInteger Prime, BigInteger Order, BigInteger A, BigInteger B, PlainPoint Generator)
{
    internal static readonly PlainCurve Secp256k1 = new(
        Number("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F"),
        Number("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141"),
        0,
        7,
        new PlainPoint(
            Number("79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798"),
            Number("483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8")));

    internal static readonly PlainCurve Secp256r1 = new(
        Number("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF"),
        Number("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"),
        -3,
        Number("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B"),
        new PlainPoint(
            Number("6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"),
            Number("4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5")));

    internal static BigInteger Number(string hex) => BigInteger.Parse("0" + hex, System.Globalization.NumberStyles.HexNumber);

    internal static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    internal static byte[] Bytes(BigInteger number)
    {
        byte[] bytes = new byte[32];
        byte[] significant = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        significant.CopyTo(bytes, 32 - significant.Length);
        return bytes;
    }

    internal static BigInteger Modulo(BigInteger number, BigInteger modulus)
    {
        BigInteger rest = number % modulus;
        return rest.Sign < 0 ? rest + modulus : rest;
    }

    internal static BigInteger Invert(BigInteger number, BigInteger modulus)
    {
        // Euclid, with one of the two factors.
        (BigInteger a, BigInteger b, BigInteger x, BigInteger y) = (Modulo(number, modulus), modulus, 1, 0);
        while (!a.IsZero)
        {
            BigInteger quotient = b / a;
            (a, b, x, y) = (b - (quotient * a), a, y - (quotient * x), x);
        }

        return Modulo(y, modulus);
    }

    internal PlainPoint? Add(PlainPoint? first, PlainPoint? second)
    {
        if (first is null || second is null)
            return first ?? second;
        if (first.X == second.X && Modulo(first.Y + second.Y, Prime).IsZero)
            return null;

        BigInteger slope = first == second
            ? ((3 * first.X * first.X) + A) * Invert(2 * first.Y, Prime)
            : (second.Y - first.Y) * Invert(second.X - first.X, Prime);
        BigInteger x = Modulo((slope * slope) - first.X - second.X, Prime);
        return new PlainPoint(x, Modulo((slope * (first.X - x)) - first.Y, Prime));
    }

    internal PlainPoint? Multiply(BigInteger scalar, PlainPoint? point)
    {
        // In Jacobian coordinates, as an inversion for each step is slow; (1, 1, 0) is infinity.
        (BigInteger X, BigInteger Y, BigInteger Z) product = (1, 1, 0);
        scalar = Modulo(scalar, Order);
        for (int bit = 255; point is not null && bit >= 0; bit--)
        {
            product = Double(product);
            if (!((scalar >> bit) & 1).IsZero)
                product = Add(product, point);
        }

        if (product.Z.IsZero)
            return null;
        BigInteger inverse = Invert(product.Z, Prime);
        return new PlainPoint(Modulo(product.X * inverse * inverse, Prime), Modulo(product.Y * inverse * inverse % Prime * inverse, Prime));
    }

    private (BigInteger X, BigInteger Y, BigInteger Z) Double((BigInteger X, BigInteger Y, BigInteger Z) p)
    {
        BigInteger square = p.Y * p.Y % Prime;
        BigInteger product = 4 * p.X * square % Prime;
        BigInteger slope = ((3 * p.X * p.X) + (A * BigInteger.ModPow(p.Z, 4, Prime))) % Prime;
        BigInteger x = ((slope * slope) - (2 * product)) % Prime;
        return (x, ((slope * (product - x)) - (8 * square * square)) % Prime, 2 * p.Y * p.Z % Prime);
    }

    private (BigInteger X, BigInteger Y, BigInteger Z) Add((BigInteger X, BigInteger Y, BigInteger Z) p, PlainPoint q)
    {
        if (p.Z.IsZero)
            return (q.X, q.Y, 1);
        BigInteger square = p.Z * p.Z % Prime;
        BigInteger h = ((q.X * square) - p.X) % Prime;
        BigInteger slope = ((q.Y * square % Prime * p.Z) - p.Y) % Prime;
        if (h.IsZero)
            return slope.IsZero ? Double(p) : (1, 1, 0);
        BigInteger product = p.X * (h * h % Prime) % Prime;
        BigInteger cube = h * h % Prime * h % Prime;
        BigInteger x = ((slope * slope) - cube - (2 * product)) % Prime;
        return (x, ((slope * (product - x)) - (p.Y * cube)) % Prime, p.Z * h % Prime);
    }

    /// <summary>The point with this x, if there is one; both primes are 3 modulo 4.</summary>
    internal PlainPoint? FromX(BigInteger x, bool isOdd)
    {
        BigInteger square = Modulo((x * x * x) + (A * x) + B, Prime);
        BigInteger root = BigInteger.ModPow(square, (Prime + 1) / 4, Prime);
        if (x >= Prime || root * root % Prime != square)
            return null;
        return new PlainPoint(x, root.IsEven == isOdd ? Prime - root : root);
    }

    /// <summary>A signature with a nonce of the caller's choice: never to be used outside of tests.</summary>
    internal (BigInteger R, BigInteger S, int RecoveryId) Sign(BigInteger hash, BigInteger secret, BigInteger nonce)
    {
        PlainPoint point = Multiply(nonce, Generator)!;
        BigInteger r = point.X % Order;
        BigInteger s = Modulo(Invert(nonce, Order) * (hash + (r * secret)), Order);
        return (r, s, (point.Y.IsEven ? 0 : 1) + (point.X >= Order ? 2 : 0));
    }

    /// <summary>The key of a signature by SEC 1, section 4.1.6; null where there is none.</summary>
    internal PlainPoint? Recover(BigInteger hash, ulong recoveryId, BigInteger r, BigInteger s)
    {
        if (recoveryId > 3 || r.IsZero || s.IsZero || r >= Order || s >= Order)
            return null;
        PlainPoint? point = FromX(recoveryId >= 2 ? r + Order : r, recoveryId % 2 == 1);
        if (point is null)
            return null;
        BigInteger inverse = Invert(r, Order);
        return Add(Multiply(-hash * inverse, Generator), Multiply(s * inverse, point));
    }

    internal bool Verify(BigInteger hash, BigInteger r, BigInteger s, PlainPoint key)
    {
        bool isOnCurve = key.X < Prime && key.Y < Prime
            && Modulo((key.X * key.X * key.X) + (A * key.X) + B - (key.Y * key.Y), Prime).IsZero;
        if (!isOnCurve || r.IsZero || s.IsZero || r >= Order || s >= Order)
            return false;
        BigInteger inverse = Invert(s, Order);
        PlainPoint? sum = Add(Multiply(hash * inverse, Generator), Multiply(r * inverse, key));
        return sum is not null && sum.X % Order == r;
    }
}

internal sealed record PlainPoint(BigInteger X, BigInteger Y)
{
    internal byte[] ToBytes() => [.. PlainCurve.Bytes(X), .. PlainCurve.Bytes(Y)];
}
