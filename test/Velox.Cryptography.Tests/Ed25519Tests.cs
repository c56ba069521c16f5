using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Ed25519Tests
{
    private static readonly int[] MessageLengths = [0, 1, 200, 1232, 1984, 1985, 5000];

    private static BigInteger Prime => (BigInteger.One << 255) - 19;

    [Fact]
    public void A_signature_verifies_and_any_flipped_bit_refutes_it()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var keypair = Keypair.FromSeed(RandomBytes(random, 32));
            byte[] message = RandomBytes(random, MessageLengths[seed % MessageLengths.Length]);
            byte[] publicKey = keypair.PublicKey.Span.ToArray();
            byte[] signature = keypair.Sign(message).Span.ToArray();

            Assert.True(Ed25519.Verify(publicKey, signature, message), $"seed {seed}");
            Assert.False(Ed25519.Verify(FlipBit(random, publicKey), signature, message), $"seed {seed}: key");
            Assert.False(Ed25519.Verify(publicKey, FlipBit(random, signature), message), $"seed {seed}: signature");
            if (message.Length > 0)
                Assert.False(Ed25519.Verify(publicKey, signature, FlipBit(random, message)), $"seed {seed}: message");
        }
    }

    [Fact]
    public void A_second_form_of_the_same_scalar_is_refused()
    {
        var keypair = Keypair.FromSeed(new byte[32]);
        byte[] signature = keypair.Sign("malleable"u8).Span.ToArray();
        BigInteger order = (BigInteger.One << 252) + BigInteger.Parse("27742317777372353535851937790883648493");
        BigInteger scalar = new(signature.AsSpan(32), isUnsigned: true);
        Assert.True((scalar + order).TryWriteBytes(signature.AsSpan(32), out _, isUnsigned: true));
        Assert.False(Ed25519.Verify(keypair.PublicKey.Span, signature, "malleable"u8));
    }

    [Fact]
    public void A_key_of_small_order_signs_nothing()
    {
        // A = identity, R = B, S = 1 satisfies the equation for every message.
        byte[] identity = new byte[32];
        identity[0] = 1;
        byte[] signature = new byte[64];
        EdwardsPoint.BasePoint.Compress(signature);
        signature[32] = 1;
        Assert.True(Ed25519.IsOnCurve(identity));
        Assert.False(Ed25519.Verify(identity, signature, "anything"u8));
    }

    [Fact]
    public void Wrong_lengths_are_refused_without_throwing()
    {
        var keypair = Keypair.FromSeed(new byte[32]);
        byte[] publicKey = keypair.PublicKey.Span.ToArray();
        byte[] signature = keypair.Sign("message"u8).Span.ToArray();
        Assert.True(Ed25519.Verify(publicKey, signature, "message"u8));
        for (int length = 0; length < 80; length++)
        {
            Assert.Equal(length == 32, Ed25519.Verify(Resize(publicKey, length), signature, "message"u8));
            Assert.Equal(length == 64, Ed25519.Verify(publicKey, Resize(signature, length), "message"u8));
            Assert.Equal(length == 32, Ed25519.IsOnCurve(Resize(publicKey, length)));
        }
    }

    [Fact]
    public void Signing_names_the_span_of_wrong_length()
    {
        Assert.Throws<ArgumentException>("seed", () => Ed25519.Sign([], new byte[31], new byte[32], new byte[64]));
        Assert.Throws<ArgumentException>("publicKey", () => Ed25519.Sign([], new byte[32], new byte[33], new byte[64]));
        Assert.Throws<ArgumentException>("signature", () => Ed25519.Sign([], new byte[32], new byte[32], new byte[63]));
        Assert.Throws<ArgumentException>("seed", () => Ed25519.DerivePublicKey(new byte[33], new byte[32]));
        Assert.Throws<ArgumentException>("publicKey", () => Ed25519.DerivePublicKey(new byte[32], new byte[31]));
    }

    [Fact]
    public void A_signature_may_be_written_over_the_message()
    {
        var keypair = Keypair.FromSeed(new byte[32]);
        byte[] message = RandomBytes(new Random(3), 64);
        byte[] expected = keypair.Sign(message).Span.ToArray();
        Ed25519.Sign(message, new byte[32], keypair.PublicKey.Span, message);
        Assert.Equal(expected, message);
    }

    [Fact]
    public void On_curve_is_what_Eulers_criterion_says()
    {
        BigInteger d = -121665 * BigInteger.ModPow(121666, Prime - 2, Prime);
        int onCurve = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            // Also the values that are not reduced: p to 2^255 - 1.
            byte[] bytes = RandomBytes(new Random(seed), 32);
            if (seed < 19)
                Assert.True((Prime + seed).TryWriteBytes(bytes, out _, isUnsigned: true));
            BigInteger y = new BigInteger(bytes, isUnsigned: true) & ((BigInteger.One << 255) - 1);
            BigInteger denominator = (d * y * y) + 1;
            BigInteger xx = ((y * y) - 1) * BigInteger.ModPow(Modulo(denominator), Prime - 2, Prime);
            bool isSquare = BigInteger.ModPow(Modulo(xx), (Prime - 1) / 2, Prime) <= 1;
            Assert.True(isSquare == Ed25519.IsOnCurve(bytes), $"seed {seed}");
            onCurve += isSquare ? 1 : 0;
        }

        Assert.InRange(onCurve, 100, 200);
    }

    [Fact]
    public void Decompressing_and_compressing_gives_canonical_bytes_back()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            byte[] bytes = RandomBytes(new Random(seed), 32);
            if (!EdwardsPoint.TryDecompress(bytes, out EdwardsPoint point))
                continue;
            byte[] compressed = new byte[32];
            point.Compress(compressed);
            Assert.True(bytes.AsSpan().SequenceEqual(compressed), $"seed {seed}");
        }
    }

    [Fact]
    public void The_sign_of_zero_is_ignored()
    {
        byte[] identity = new byte[32];
        identity[0] = 1;
        byte[] negative = [.. identity];
        negative[31] = 0x80;
        Assert.True(EdwardsPoint.TryDecompress(negative, out EdwardsPoint point));
        byte[] compressed = new byte[32];
        point.Compress(compressed);
        Assert.Equal(identity, compressed);
    }

    [Fact]
    public void Constant_time_and_variable_time_multiples_of_the_base_point_agree()
    {
        EdwardsPoint minusBase = -EdwardsPoint.BasePoint;
        byte[] left = new byte[32];
        byte[] right = new byte[32];
        for (int seed = 0; seed < 200; seed++)
        {
            byte[] bytes = RandomBytes(new Random(seed), 32);
            if (seed < 8)
                bytes.AsSpan().Fill((byte)(seed * 0x11)); // also digits of 8 and of -8, and zero
            bytes[31] &= 0x7f;
            var scalar = new Scalar(bytes);
            PointMultiplication.MultiplyBase(scalar).Compress(left);
            PointMultiplication.MultiplyBaseAdd(scalar, default, minusBase).Compress(right);
            Assert.True(left.AsSpan().SequenceEqual(right), $"seed {seed}: base");

            // 0 B + s (-B) is the negative: the same y, the other sign of x.
            PointMultiplication.MultiplyBaseAdd(default, scalar, minusBase).Compress(right);
            right[31] ^= seed == 0 ? (byte)0 : (byte)0x80;
            Assert.True(left.AsSpan().SequenceEqual(right), $"seed {seed}: point");
        }
    }

    [Fact]
    public void Verifying_and_signing_allocate_nothing()
    {
        byte[] seed = new byte[32];
        byte[] publicKey = new byte[32];
        byte[] signature = new byte[64];
        Ed25519.DerivePublicKey(seed, publicKey);
        SignAndVerifyAll(seed, publicKey, signature); // warm-up

        long before = GC.GetAllocatedBytesForCurrentThread();
        bool valid = SignAndVerifyAll(seed, publicKey, signature);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(valid);
    }

    private static readonly byte[] LongMessage = new byte[10_000];

    private static bool SignAndVerifyAll(byte[] seed, byte[] publicKey, byte[] signature)
    {
        bool valid = true;
        foreach (int length in MessageLengths)
        {
            ReadOnlySpan<byte> message = LongMessage.AsSpan(0, length);
            Ed25519.Sign(message, seed, publicKey, signature);
            valid &= Ed25519.Verify(publicKey, signature, message);
        }

        return valid;
    }

    private static BigInteger Modulo(BigInteger value) => ((value % Prime) + Prime) % Prime;

    private static byte[] RandomBytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Resize(byte[] bytes, int length)
    {
        byte[] resized = [.. bytes];
        Array.Resize(ref resized, length);
        return resized;
    }

    private static byte[] FlipBit(Random random, byte[] bytes)
    {
        byte[] flipped = [.. bytes];
        int bit = random.Next(8 * flipped.Length);
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }
}
