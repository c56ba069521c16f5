using System.Numerics;
using System.Security.Cryptography;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Secp256r1Tests
{
    private static readonly PlainCurve Curve = PlainCurve.Secp256r1;

    [Fact]
    public void Signatures_of_the_framework_hold_with_a_low_s_only()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            ECParameters parameters = ecdsa.ExportParameters(includePrivateParameters: false);
            byte[] key = Compress(new PlainPoint(PlainCurve.Number(parameters.Q.X!), PlainCurve.Number(parameters.Q.Y!)));
            byte[] message = new byte[random.Next(200)];
            random.NextBytes(message);
            byte[] signature = ecdsa.SignData(message, HashAlgorithmName.SHA256);
            BigInteger s = PlainCurve.Number(signature.AsSpan(32));
            BigInteger low = BigInteger.Min(s, Curve.Order - s);

            PlainCurve.Bytes(low).CopyTo(signature, 32);
            Assert.Equal(Secp256r1Result.Valid, Secp256r1.Verify(key, signature, message));
            Assert.Equal(Secp256r1Result.InvalidSignature, Secp256r1.Verify(key, signature, [.. message, 0]));
            byte[] otherKey = [(byte)(key[0] ^ 1), .. key[1..]];
            Assert.Equal(Secp256r1Result.InvalidSignature, Secp256r1.Verify(otherKey, signature, message));

            PlainCurve.Bytes(Curve.Order - low).CopyTo(signature, 32);
            Assert.Equal(Secp256r1Result.InvalidSignature, Secp256r1.Verify(key, signature, message));
        }
    }

    [Fact]
    public void A_signature_with_the_largest_low_s_holds()
    {
        // With s = (h + r d) / k given, d follows.
        byte[] message = [1, 2, 3];
        BigInteger hash = PlainCurve.Number(SHA256.HashData(message));
        foreach (BigInteger s in new[] { 1, (Curve.Order - 1) / 2, ((Curve.Order - 1) / 2) + 1, Curve.Order - 1 })
        {
            BigInteger nonce = 123_456_789;
            BigInteger r = Curve.Multiply(nonce, Curve.Generator)!.X % Curve.Order;
            BigInteger secret = ((s * nonce) - hash) * PlainCurve.Invert(r, Curve.Order);
            byte[] key = Compress(Curve.Multiply(secret, Curve.Generator)!);
            Secp256r1Result expected = s <= Curve.Order / 2 ? Secp256r1Result.Valid : Secp256r1Result.InvalidSignature;
            Assert.Equal(expected, Secp256r1.Verify(key, [.. PlainCurve.Bytes(r), .. PlainCurve.Bytes(s)], message));
        }
    }

    [Fact]
    public void Every_key_is_decompressed_as_by_the_plain_reference()
    {
        BigInteger[] edges = [0, 1, 2, 3, 4, 5, 6, 7, Curve.Prime - 1, Curve.Prime - 2, Curve.Prime, Curve.Prime + 1, (BigInteger.One << 256) - 1];
        int found = 0;
        for (int seed = 0; seed < 1_500; seed++)
        {
            var random = new Random(seed);
            byte[] bytes = new byte[32];
            random.NextBytes(bytes);
            BigInteger x = seed < edges.Length ? edges[seed] : PlainCurve.Number(bytes);
            bool isOdd = random.Next(2) == 1;
            PlainPoint? expected = Curve.FromX(x, isOdd);
            bool isFound = Secp256r1Point.TryFindY(UInt256.ReadBigEndian(PlainCurve.Bytes(x)), isOdd, out UInt256 y);
            y.WriteBigEndian(bytes);
            Assert.True(isFound == expected is not null, $"seed {seed}");
            Assert.True(PlainCurve.Number(bytes) == (expected?.Y ?? 0), $"seed {seed}");
            found += isFound ? 1 : 0;
        }

        Assert.InRange(found, 500, 1_000);
    }

    [Fact]
    public void A_range_is_refused_before_the_key_and_a_key_before_the_equation()
    {
        byte[] good = Compress(Curve.Generator);
        byte[] noPoint = [2, .. PlainCurve.Bytes(Enumerable.Range(1, 100).First(x => Curve.FromX(x, false) is null))];
        byte[] inRange = [.. PlainCurve.Bytes(1), .. PlainCurve.Bytes(1)];
        foreach (BigInteger r in new[] { 0, Curve.Order, Curve.Order + 1, (BigInteger.One << 256) - 1 })
            Assert.Equal(Secp256r1Result.InvalidSignature, Secp256r1.Verify(noPoint, [.. PlainCurve.Bytes(r), .. PlainCurve.Bytes(1)], []));
        foreach (BigInteger s in new[] { 0, (Curve.Order / 2) + 1, Curve.Order, (BigInteger.One << 256) - 1 })
            Assert.Equal(Secp256r1Result.InvalidSignature, Secp256r1.Verify(noPoint, [.. PlainCurve.Bytes(1), .. PlainCurve.Bytes(s)], []));

        Assert.Equal(Secp256r1Result.InvalidPublicKey, Secp256r1.Verify(noPoint, inRange, []));
        Assert.Equal(Secp256r1Result.InvalidPublicKey, Secp256r1.Verify([2, .. PlainCurve.Bytes(Curve.Prime)], inRange, []));
        for (int tag = 0; tag < 256; tag++)
        {
            Secp256r1Result expected = tag is 2 or 3 ? Secp256r1Result.InvalidSignature : Secp256r1Result.InvalidPublicKey;
            Assert.Equal(expected, Secp256r1.Verify([(byte)tag, .. good[1..]], inRange, []));
        }
    }

    [Fact]
    public void Wrong_lengths_are_argument_errors()
    {
        byte[] key = new byte[33], signature = new byte[64];
        Assert.Equal("publicKey", Assert.Throws<ArgumentException>(() => Secp256r1.Verify(new byte[65], signature, [])).ParamName);
        Assert.Equal("signature", Assert.Throws<ArgumentException>(() => Secp256r1.Verify(key, new byte[63], [])).ParamName);
    }

    private static byte[] Compress(PlainPoint point) => [(byte)(point.Y.IsEven ? 2 : 3), .. PlainCurve.Bytes(point.X)];
}
