using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class KeyCacheTests
{
    private const int Seed = 20261126;

    public static TheoryData<VectorWidth> Widths => [VectorWidth.Bits128, VectorWidth.Bits256, VectorWidth.Bits512];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Keys_that_come_again_and_are_pushed_out_again_change_no_verdict(VectorWidth width)
    {
        var random = new Random(Seed);
        Keypair[] keys = [.. Enumerable.Range(0, 24).Select(_ => Keypair.FromSeed(Bytes(random, Ed25519.SeedSize)))];
        var batch = new Ed25519Batch(32, width: width, cachedKeys: 8);
        var expected = new List<bool>();
        for (int round = 0; round < 40; round++)
        {
            expected.Clear();
            // A window of keys that moves: most are known, some were pushed out, some are new.
            for (int i = random.Next(1, batch.Capacity); i > 0; i--)
                expected.Add(Add(batch, keys[(round / 2 + random.Next(10)) % keys.Length], random));

            Assert.True(expected.SequenceEqual(batch.Verify().ToArray()), $"Round {round}, seed {Seed}.");
        }
    }

    [Fact]
    public unsafe void A_key_has_a_table_from_its_second_showing_on_and_the_oldest_of_its_set_goes_first()
    {
        var memory = new PinnedMemory();
        var cache = new KeyCache(4, memory);
        byte* keys = memory.Take<byte>(5 * Ed25519.PublicKeySize);
        for (int i = 0; i < 5; i++)
            keys[i * Ed25519.PublicKeySize] = (byte)(i + 1);

        Assert.False(cache.WasSeen(keys));
        Assert.True(cache.WasSeen(keys));
        Assert.True(cache.Find(keys) == null);
        for (int i = 0; i < 5; i++)
            Assert.True(cache.Insert(keys + (i * Ed25519.PublicKeySize)) == cache.Find(keys + (i * Ed25519.PublicKeySize)));

        Assert.True(cache.Find(keys) == null);
        for (int i = 1; i < 5; i++)
            Assert.True(cache.Find(keys + (i * Ed25519.PublicKeySize)) != null);
        Assert.True(cache.Insert(keys + Ed25519.PublicKeySize) == cache.Find(keys + Ed25519.PublicKeySize));
        Assert.True(cache.Find(keys + (2 * Ed25519.PublicKeySize)) != null);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_key_that_is_no_point_stays_refused_however_often_it_comes(VectorWidth width)
    {
        byte[] publicKey = new byte[Ed25519.PublicKeySize];
        publicKey[0] = 2;
        Assert.False(Ed25519.IsOnCurve(publicKey));
        Keypair good = Keypair.FromSeed(new byte[Ed25519.SeedSize]);
        byte[] message = [1, 2, 3];
        byte[] signature = good.Sign(message).Span.ToArray();
        var batch = new Ed25519Batch(16, width: width, cachedKeys: 4);
        for (int round = 0; round < 5; round++)
        {
            for (int i = 0; i < batch.Capacity; i++)
                batch.TryAdd(i % 2 == 0 ? publicKey : good.PublicKey.Span, signature, message);

            ReadOnlySpan<bool> verdicts = batch.Verify();
            for (int i = 0; i < verdicts.Length; i++)
                Assert.Equal(i % 2 != 0, verdicts[i]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(12)]
    [InlineData(-4)]
    [InlineData(2 * Ed25519Batch.MaxCachedKeys)]
    public void A_number_of_keys_that_can_not_be_is_refused_by_name(int cachedKeys)
    {
        ArgumentOutOfRangeException refused =
            Assert.Throws<ArgumentOutOfRangeException>(() => new Ed25519Batch(16, cachedKeys: cachedKeys));

        Assert.Equal("cachedKeys", refused.ParamName);
        Assert.Contains("power of two from 4 to 65536", refused.Message, StringComparison.Ordinal);
    }

    private static bool Add(Ed25519Batch batch, Keypair key, Random random)
    {
        byte[] message = Bytes(random, random.Next(300));
        byte[] publicKey = key.PublicKey.Span.ToArray();
        byte[] signature = key.Sign(message).Span.ToArray();
        if (random.Next(4) == 0)
            signature[random.Next(signature.Length)] ^= (byte)(1 << random.Next(8));
        if (random.Next(16) == 0)
            publicKey[random.Next(publicKey.Length)] ^= (byte)(1 << random.Next(8));

        Assert.True(batch.TryAdd(publicKey, signature, message));
        return Ed25519.Verify(publicKey, signature, message);
    }

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
