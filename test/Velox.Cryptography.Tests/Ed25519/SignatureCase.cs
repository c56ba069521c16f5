using System.Numerics;

namespace Velox.Cryptography.Tests;

/// <summary>A signature to be checked, and how it was made.</summary>
internal sealed record SignatureCase(string Name, byte[] PublicKey, byte[] Signature, byte[] Message)
{
    private const int KindCount = 12;

    // Longer ones than a batch has room for, too.
    private const int MaxLongMessage = 3000;

    // Most signatures are of these keys: making one costs as much as signing.
    private static readonly Keypair[] Keys = [.. Enumerable.Range(0, 64).Select(seed => NewKey(new Random(seed)))];

    internal bool Verify(Ed25519Rule rule) => Ed25519.Verify(PublicKey, Signature, Message, rule);

    /// <summary>As <see cref="Ed25519.Verify"/>, at a given width.</summary>
    internal bool Verify(Ed25519Rule rule, VectorWidth width)
    {
        ReadOnlySpan<byte> pointR = Signature.AsSpan(0, EdwardsPoint.CompressedSize);
        var scalarS = new Scalar(Signature.AsSpan(EdwardsPoint.CompressedSize));
        return Ed25519.IsCandidate(PublicKey, pointR, scalarS, rule)
            && Ed25519.Holds(PublicKey, pointR, scalarS, Ed25519.HashToScalar(pointR, PublicKey, Message), rule, width);
    }

    /// <summary>A good signature of a message of 0 to 300 bytes, rarely of more.</summary>
    internal static SignatureCase Good(Random random)
    {
        byte[] message = new byte[random.Next(40) == 0 ? random.Next(MaxLongMessage) : random.Next(301)];
        random.NextBytes(message);
        Keypair key = random.Next(8) == 0 ? NewKey(random) : Keys[random.Next(Keys.Length)];
        return new SignatureCase("good", key.PublicKey.Span.ToArray(), key.Sign(message).Span.ToArray(), message);
    }

    /// <summary>Good, or spoilt in one of many ways.</summary>
    internal static SignatureCase Any(Random random)
    {
        SignatureCase good = Good(random);
        return random.Next(2 * KindCount) switch
        {
            0 => good with { Name = "bit of A", PublicKey = FlipBit(random, good.PublicKey, 0, 32) },
            1 => good with { Name = "bit of R", Signature = FlipBit(random, good.Signature, 0, 32) },
            2 => good with { Name = "bit of S", Signature = FlipBit(random, good.Signature, 32, 64) },
            3 when good.Message.Length > 0 =>
                good with { Name = "bit of the message", Message = FlipBit(random, good.Message, 0, good.Message.Length) },
            4 => good with { Name = "message with a byte more", Message = [.. good.Message, 0] },
            5 => good with { Name = "A of small order", PublicKey = SmallOrder(random) },
            6 => good with { Name = "R of small order", Signature = [.. SmallOrder(random), .. good.Signature[32..]] },
            7 => good with { Name = "S plus L", Signature = [.. good.Signature[..32], .. PlusOrder(good.Signature[32..])] },
            8 => good with { Name = "random R", Signature = [.. RandomBytes(random, 32), .. good.Signature[32..]] },
            9 => good with { Name = "random A", PublicKey = RandomBytes(random, 32) },
            10 => good with { Name = "A not reduced", PublicKey = Unreduced(random) },
            11 => good with { Name = "R not reduced", Signature = [.. Unreduced(random), .. good.Signature[32..]] },
            12 or 13 or 14 => WithTorsion(random),
            _ => good,
        };
    }

    /// <summary>
    /// A signature under a key that is not in the group of order L: A = a B + T with T of small order. S B - k A - R = -k T, so the
    /// cofactored rule always accepts it, and the strict one where k T is the identity by chance.
    /// </summary>
    internal static SignatureCase WithTorsion(Random random)
    {
        Scalar secret = CurvePoints.RandomScalar(random), nonce = CurvePoints.RandomScalar(random);
        byte[] message = RandomBytes(random, random.Next(301));
        byte[] publicKey = new byte[Ed25519.PublicKeySize], signature = new byte[Ed25519.SignatureSize];
        EdwardsPoint torsion = CurvePoints.SmallOrder[random.Next(CurvePoints.SmallOrder.Length)];
        (PointMultiplication.MultiplyBase(secret) + torsion.ToCached()).Compress(publicKey);
        PointMultiplication.MultiplyBase(nonce).Compress(signature);
        Scalar challenge = Ed25519.HashToScalar(signature.AsSpan(0, 32), publicKey, message);
        Scalar.MultiplyAdd(challenge, secret, nonce).WriteBytes(signature.AsSpan(32));
        return new SignatureCase("key with torsion", publicKey, signature, message);
    }

    /// <summary>A is no point. Were the identity taken in its place, S B = R would hold for every message.</summary>
    internal static SignatureCase WithoutKey(Random random)
    {
        Scalar nonce = CurvePoints.RandomScalar(random);
        byte[] signature = new byte[Ed25519.SignatureSize];
        PointMultiplication.MultiplyBase(nonce).Compress(signature);
        nonce.WriteBytes(signature.AsSpan(32));
        return new SignatureCase("A is no point", NoPoint(random), signature, RandomBytes(random, 100));
    }

    /// <summary>R is no point. Were the identity taken in its place, S B - k A = R would hold with S = k a.</summary>
    internal static SignatureCase WithoutR(Random random)
    {
        Scalar secret = CurvePoints.RandomScalar(random);
        byte[] publicKey = new byte[Ed25519.PublicKeySize], message = RandomBytes(random, 100);
        PointMultiplication.MultiplyBase(secret).Compress(publicKey);
        byte[] signature = [.. NoPoint(random), .. new byte[32]];
        Scalar challenge = Ed25519.HashToScalar(signature.AsSpan(0, 32), publicKey, message);
        Scalar.MultiplyAdd(challenge, secret, default).WriteBytes(signature.AsSpan(32));
        return new SignatureCase("R is no point", publicKey, signature, message);
    }

    private static byte[] NoPoint(Random random)
    {
        byte[] bytes = RandomBytes(random, EdwardsPoint.CompressedSize);
        while (EdwardsPoint.TryDecompress(bytes, out _))
            random.NextBytes(bytes);
        return bytes;
    }

    private static Keypair NewKey(Random random) => Keypair.FromSeed(RandomBytes(random, Ed25519.SeedSize));

    private static byte[] FlipBit(Random random, byte[] bytes, int first, int end)
    {
        byte[] flipped = [.. bytes];
        flipped[random.Next(first, end)] ^= (byte)(1 << random.Next(8));
        return flipped;
    }

    private static byte[] SmallOrder(Random random) =>
        CurvePoints.SmallOrderEncodings[random.Next(CurvePoints.SmallOrderEncodings.Length)];

    private static byte[] Unreduced(Random random) =>
        CurvePoints.Encoding(CurvePoints.Prime + random.Next(19), random.Next(2) == 0 ? (byte)0 : EdwardsPoint.SignBit);

    private static byte[] PlusOrder(byte[] scalar)
    {
        byte[] sum = new byte[Scalar.Size];
        (new BigInteger(scalar, isUnsigned: true) + CurvePoints.Order).TryWriteBytes(sum, out _, isUnsigned: true);
        return sum;
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
