using System.Numerics;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>Fingerprints against the polynomial that they are defined as.</summary>
public sealed class MessageFingerprintTests
{
    private static readonly BigInteger Modulus = (BigInteger.One << 127) - 1;

    [Fact]
    public void A_fingerprint_is_the_polynomial_at_the_key()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int round = 0; round < 3_000; round++)
        {
            UInt128 key = round % 3 == 0 ? UInt128.MaxValue >> random.Next(0, 3) : RandomKey(random);
            byte[] message = new byte[random.Next(0, 400)];
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
        var fingerprint = new MessageFingerprint(RandomKey(new Random(7)));
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

    // Words of 15 bytes, the last one shorter, their number of bytes before them.
    private static BigInteger Plain(UInt128 key, byte[] message)
    {
        BigInteger value = message.Length;
        int offset = 0;
        for (; message.Length - offset >= 16; offset += 15)
            value = ((value * (BigInteger)key) + new BigInteger(message.AsSpan(offset, 15), isUnsigned: true)) % Modulus;
        return ((value * (BigInteger)key) + new BigInteger(message.AsSpan(offset), isUnsigned: true)) % Modulus;
    }

    private static UInt128 RandomKey(Random random) =>
        new((ulong)random.NextInt64(long.MinValue, long.MaxValue), (ulong)random.NextInt64(long.MinValue, long.MaxValue));
}
