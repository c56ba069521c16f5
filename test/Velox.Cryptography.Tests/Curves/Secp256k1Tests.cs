using System.Numerics;
using System.Security.Cryptography;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Secp256k1Tests
{
    private static readonly PlainCurve Curve = PlainCurve.Secp256k1;

    // Where ranges end.
    private static readonly BigInteger[] Edges =
    [
        0, 1, 2, 3, Curve.Order / 2, (Curve.Order / 2) + 1, Curve.Order - 2, Curve.Order - 1, Curve.Order, Curve.Order + 1,
        Curve.Prime - Curve.Order - 1, Curve.Prime - Curve.Order, Curve.Prime - 1, Curve.Prime, Curve.Prime + 1,
        (BigInteger.One << 128) - 1, BigInteger.One << 128, (BigInteger.One << 256) - 1,
    ];

    [Fact]
    public void What_is_signed_is_recovered_and_verified_and_a_flipped_bit_refutes_it()
    {
        Parallel.For(0, 60, seed =>
        {
            var random = new Random(seed);
            BigInteger secret = 1 + (RandomNumber(random) % (Curve.Order - 1));
            byte[] key = Curve.Multiply(secret, Curve.Generator)!.ToBytes();
            byte[] hash = RandomBytes(random, 32);
            BigInteger nonce = 1 + (RandomNumber(random) % (Curve.Order - 1));
            (BigInteger r, BigInteger s, int id) = Curve.Sign(PlainCurve.Number(hash), secret, nonce);
            byte[] signature = [.. PlainCurve.Bytes(r), .. PlainCurve.Bytes(s)];
            AssertRecovers(seed, key, hash, id, signature);
            Assert.True(Secp256k1.Verify(hash, signature, key), $"seed {seed}");

            // Both signs of s: the other one's point is the negative.
            byte[] other = [.. PlainCurve.Bytes(r), .. PlainCurve.Bytes(Curve.Order - s)];
            AssertRecovers(seed, key, hash, id ^ 1, other);
            Assert.True(Secp256k1.Verify(hash, other, key), $"seed {seed}: other s");

            Assert.False(Secp256k1.Verify(FlipBit(random, hash), signature, key), $"seed {seed}: hash");
            Assert.False(Secp256k1.Verify(hash, FlipBit(random, signature), key), $"seed {seed}: signature");
            Assert.False(Secp256k1.Verify(hash, signature, FlipBit(random, key)), $"seed {seed}: key");
        });
    }

    [Fact]
    public void Random_and_extreme_inputs_recover_what_the_plain_reference_does()
    {
        int recovered = 0;
        Parallel.For(0, 350, seed =>
        {
            var random = new Random(seed);
            BigInteger hash = RandomOrEdge(random), r = RandomOrEdge(random), s = RandomOrEdge(random);
            ulong id = (ulong)random.Next(6);
            byte[] signature = [.. PlainCurve.Bytes(r), .. PlainCurve.Bytes(s)];
            PlainPoint? expected = Curve.Recover(hash, id, r, s);
            byte[] key = Enumerable.Repeat((byte)0xA5, 64).ToArray();
            Secp256k1RecoverError error = Secp256k1.TryRecover(PlainCurve.Bytes(hash), id, signature, key);
            if (id > 3)
                Assert.Equal(Secp256k1RecoverError.InvalidRecoveryId, error);
            else
                Assert.True((expected is null ? Secp256k1RecoverError.InvalidSignature : Secp256k1RecoverError.None) == error, $"seed {seed}: {error}");
            Assert.True(key.SequenceEqual(expected?.ToBytes() ?? Enumerable.Repeat((byte)0xA5, 64)), $"seed {seed}");
            Assert.Equal(r < Curve.Order && s < Curve.Order, Secp256k1.IsStandardSignature(signature));
            if (expected is not null)
            {
                Interlocked.Increment(ref recovered);
                Assert.True(Secp256k1.Verify(PlainCurve.Bytes(hash), signature, key), $"seed {seed}: verify");
            }
        });
        Assert.InRange(recovered, 30, 300);
    }

    [Fact]
    public void Random_and_extreme_inputs_verify_as_the_plain_reference_does()
    {
        int held = 0;
        Parallel.For(0, 350, seed =>
        {
            // Keys and points that are small multiples of G meet each other in sums.
            var random = new Random(seed);
            BigInteger secret = random.Next(3) == 0 ? RandomNumber(random) : random.Next(-40, 40);
            BigInteger nonce = random.Next(3) == 0 ? RandomNumber(random) : random.Next(1, 40);
            if (Curve.Multiply(secret, Curve.Generator) is not { } key)
                return;
            BigInteger hash = RandomOrEdge(random);
            (BigInteger r, BigInteger s, _) = Curve.Sign(hash, secret, nonce);
            switch (random.Next(6))
            {
                case 0:
                    r = RandomOrEdge(random);
                    break;
                case 1:
                    s = RandomOrEdge(random);
                    break;
                case 2:
                    key = new PlainPoint(RandomOrEdge(random), key.Y);
                    break;
                case 3:
                    key = new PlainPoint(key.X, Curve.Prime - key.Y);
                    break;
            }

            bool expected = Curve.Verify(hash, r, s, key);
            byte[] signature = [.. PlainCurve.Bytes(r), .. PlainCurve.Bytes(s)];
            Assert.True(expected == Secp256k1.Verify(PlainCurve.Bytes(hash), signature, key.ToBytes()), $"seed {seed}: not {expected}");
            if (expected)
                Interlocked.Increment(ref held);
        });
        Assert.InRange(held, 70, 320);
    }

    [Fact]
    public void Whatever_is_recovered_verifies_under_that_key_and_no_other_id()
    {
        int recovered = 0;
        byte[][] keys = [new byte[64], new byte[64], new byte[64], new byte[64]];
        for (int seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            byte[] hash = PlainCurve.Bytes(RandomOrEdge(random));
            byte[] signature = [.. PlainCurve.Bytes(RandomOrEdge(random)), .. PlainCurve.Bytes(RandomOrEdge(random))];
            for (int id = 0; id < keys.Length; id++)
            {
                if (Secp256k1.TryRecover(hash, (ulong)id, signature, keys[id]) != Secp256k1RecoverError.None)
                    continue;
                recovered++;
                Assert.True(Secp256k1.Verify(hash, signature, keys[id]), $"seed {seed}, id {id}");
                Assert.False(id % 2 == 1 && keys[id].SequenceEqual(keys[id - 1]), $"seed {seed}, id {id}");
            }
        }

        Assert.InRange(recovered, 500, 4_000);
    }

    [Fact]
    public void A_key_at_infinity_is_an_invalid_signature()
    {
        // s R = h G: with R = k G, s = h / k.
        for (int k = 1; k < 20; k++)
        {
            PlainPoint point = Curve.Multiply(k, Curve.Generator)!;
            BigInteger hash = RandomNumber(new Random(k)) % Curve.Order;
            BigInteger s = hash * PlainCurve.Invert(k, Curve.Order) % Curve.Order;
            byte[] signature = [.. PlainCurve.Bytes(point.X), .. PlainCurve.Bytes(s)];
            ulong id = point.Y.IsEven ? 0UL : 1;
            Assert.Equal(Secp256k1RecoverError.InvalidSignature, Secp256k1.TryRecover(PlainCurve.Bytes(hash), id, signature, new byte[64]));
            Assert.Equal(Secp256k1RecoverError.None, Secp256k1.TryRecover(PlainCurve.Bytes(hash), id ^ 1, signature, new byte[64]));
        }
    }

    [Fact]
    public void Ids_2_and_3_take_x_beyond_the_order_and_below_the_prime_only()
    {
        int found = 0;
        for (BigInteger r = 1; r < 30; r++)
        {
            for (ulong id = 2; id < 4; id++)
                found += AssertLikeReference(r, id) ? 1 : 0;
        }

        Assert.InRange(found, 20, 40);
        BigInteger limit = Curve.Prime - Curve.Order;
        for (BigInteger r = limit - 20; r < limit + 20; r++)
            Assert.False(r >= limit && AssertLikeReference(r, 2), $"{r}");
    }

    [Fact]
    public void Signatures_hold_as_the_framework_says()
    {
        using var ecdsa = ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10"));
        ECParameters parameters = ecdsa.ExportParameters(includePrivateParameters: false);
        byte[] key = [.. parameters.Q.X!, .. parameters.Q.Y!];
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            byte[] hash = RandomBytes(random, 32);
            byte[] signature = ecdsa.SignHash(hash);
            Assert.True(Secp256k1.Verify(hash, signature, key));
            byte[] flipped = FlipBit(random, signature);
            Assert.Equal(ecdsa.VerifyHash(hash, flipped), Secp256k1.Verify(hash, flipped, key));
        }
    }

    [Fact]
    public void Wrong_lengths_are_argument_errors()
    {
        byte[] hash = new byte[32], signature = new byte[64], key = new byte[64];
        Assert.Equal("hash", Assert.Throws<ArgumentException>(() => Secp256k1.TryRecover(new byte[31], 0, signature, key)).ParamName);
        Assert.Equal("signature", Assert.Throws<ArgumentException>(() => Secp256k1.TryRecover(hash, 0, new byte[65], key)).ParamName);
        Assert.Equal("publicKey", Assert.Throws<ArgumentException>(() => Secp256k1.TryRecover(hash, 0, signature, new byte[65])).ParamName);
        Assert.Equal("hash", Assert.Throws<ArgumentException>(() => Secp256k1.Verify(new byte[33], signature, key)).ParamName);
        Assert.Equal("signature", Assert.Throws<ArgumentException>(() => Secp256k1.Verify(hash, new byte[63], key)).ParamName);
        Assert.Equal("publicKey", Assert.Throws<ArgumentException>(() => Secp256k1.Verify(hash, signature, new byte[33])).ParamName);
        Assert.Equal("signature", Assert.Throws<ArgumentException>(() => Secp256k1.IsStandardSignature(new byte[63])).ParamName);
    }

    private static bool AssertLikeReference(BigInteger r, ulong id)
    {
        byte[] hash = RandomBytes(new Random((int)id), 32);
        byte[] key = new byte[64];
        Secp256k1RecoverError error = Secp256k1.TryRecover(hash, id, [.. PlainCurve.Bytes(r), .. PlainCurve.Bytes(r + 1)], key);
        PlainPoint? expected = Curve.Recover(PlainCurve.Number(hash), id, r, r + 1);
        Assert.Equal(expected is null, error == Secp256k1RecoverError.InvalidSignature);
        Assert.Equal(expected?.ToBytes() ?? new byte[64], key);
        return error == Secp256k1RecoverError.None;
    }

    private static void AssertRecovers(int seed, byte[] expected, byte[] hash, int id, byte[] signature)
    {
        byte[] key = new byte[64];
        Assert.True(Secp256k1.TryRecover(hash, (ulong)id, signature, key) == Secp256k1RecoverError.None, $"seed {seed}");
        Assert.True(expected.SequenceEqual(key), $"seed {seed}: another key");
    }

    private static BigInteger RandomOrEdge(Random random) =>
        random.Next(4) == 0 ? Edges[random.Next(Edges.Length)] : RandomNumber(random);

    private static BigInteger RandomNumber(Random random) => PlainCurve.Number(RandomBytes(random, 32));

    private static byte[] RandomBytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] FlipBit(Random random, byte[] bytes)
    {
        byte[] flipped = [.. bytes];
        int bit = random.Next(8 * bytes.Length);
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }
}
