using System.Numerics;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>Fingerprints against the sums that they are defined as.</summary>
public sealed class MessageFingerprintTests
{
    private static readonly BigInteger Modulus = (BigInteger.One << 127) - 1;

    [Fact]
    public void A_fingerprint_is_the_sum_of_products_of_two_sums_of_products()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int round = 0; round < 3_000; round++)
        {
            byte[] key = NewKey(random);
            if (round % 3 == 0)
                key.AsSpan().Fill((byte)(byte.MaxValue >> random.Next(0, 2)));
            byte[] message = new byte[random.Next(0, round % 50 == 0 ? WireLimits.MaxVersion1Bytes + 1 : 400)];
            random.NextBytes(message);
            if (round % 5 == 0)
                message.AsSpan().Fill(byte.MaxValue);

            UInt128 actual = new MessageFingerprint(key).Of(message);

            Assert.True(Plain(key, message) == (BigInteger)actual, $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Messages_that_differ_in_one_bit_or_in_trailing_zeros_differ()
    {
        byte[] message = new byte[200];
        var fingerprint = new MessageFingerprint(NewKey(new Random(7)));
        var seen = new HashSet<UInt128> { fingerprint.Of(message) };

        for (int bit = 0; bit < message.Length * 8; bit++)
        {
            message[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(seen.Add(fingerprint.Of(message)), $"bit {bit}");
            message[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (int length = 0; length < message.Length; length++)
            Assert.True(seen.Add(fingerprint.Of(message.AsSpan(0, length))), $"length {length}");
    }

    [Fact]
    public void No_fingerprint_is_zero()
    {
        Assert.Equal((UInt128)Modulus, new MessageFingerprint(new byte[MessageFingerprint.KeyBytes]).Of([]));
    }

    private static BigInteger Plain(byte[] key, byte[] message)
    {
        BigInteger first = SumOfProducts(key.AsSpan(64), message);
        BigInteger second = SumOfProducts(key.AsSpan(80), message);
        BigInteger[] words = [first & ulong.MaxValue, first >> 64, second & ulong.MaxValue, second >> 64];
        BigInteger sum = message.Length;
        for (int i = 0; i < words.Length; i++)
            sum += words[i] * (new BigInteger(key.AsSpan(16 * i, 16), isUnsigned: true) & ((BigInteger.One << 125) - 1));
        BigInteger value = sum % Modulus;
        return value.IsZero ? Modulus : value;
    }

    private static BigInteger SumOfProducts(ReadOnlySpan<byte> key, byte[] message)
    {
        byte[] padded = [.. message, .. new byte[(16 - (message.Length % 16)) % 16]];
        BigInteger sum = 0;
        for (int i = 0; i < padded.Length; i += 16)
            sum += SumOfWords(key, padded, i) * SumOfWords(key, padded, i + 8);
        return sum & ((BigInteger.One << 128) - 1);
    }

    private static BigInteger SumOfWords(ReadOnlySpan<byte> key, byte[] message, int offset) =>
        (new BigInteger(key.Slice(offset, 8), isUnsigned: true) + new BigInteger(message.AsSpan(offset, 8), isUnsigned: true)) & ulong.MaxValue;

    private static byte[] NewKey(Random random)
    {
        byte[] key = new byte[MessageFingerprint.KeyBytes];
        random.NextBytes(key);
        return key;
    }
}
