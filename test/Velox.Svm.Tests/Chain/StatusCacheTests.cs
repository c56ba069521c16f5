using Xunit;

namespace Velox.Svm.Tests;

/// <summary>What is remembered of recent blocks, beside plain sets.</summary>
public sealed class StatusCacheTests
{
    private const int MaxAge = 5;

    [Fact]
    public void Messages_are_known_for_so_many_blocks_and_then_forgotten()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        var statuses = new StatusCache(MaxAge);
        var expected = new Dictionary<UInt128, ulong>();
        for (ulong slot = 1; slot <= 200; slot += (ulong)random.Next(1, 4))
        {
            statuses.Expire(slot);
            foreach ((UInt128 old, _) in expected.Where(entry => entry.Value + MaxAge < slot).ToArray())
            {
                expected.Remove(old);
                Assert.False(statuses.Contains(old), $"seed {seed}, slot {slot}: not forgotten");
            }

            // Some blocks are empty, some hold more than there was room for.
            int messages = random.Next(3) == 0 ? 0 : random.Next(1_500);
            for (int i = 0; i < messages; i++)
            {
                UInt128 message = NewFingerprint(random, lowBits: 11);
                Assert.True(statuses.Contains(message) == expected.ContainsKey(message), $"seed {seed}, slot {slot}");
                statuses.Add(message, slot);
                expected.TryAdd(message, slot);
            }

            Assert.All(expected.Keys, message => Assert.True(statuses.Contains(message), $"seed {seed}, slot {slot}: lost"));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(60)]
    public void A_set_is_as_a_plain_one_however_its_places_collide(int lowBits)
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        var set = new FingerprintSet();
        var plain = new HashSet<UInt128>();
        List<UInt128> known = [];
        for (int step = 0; step < 6_000; step++)
        {
            bool isRemoval = known.Count > 0 && random.Next(100) < (step % 2_000 < 1_000 ? 30 : 60);
            if (isRemoval)
            {
                int index = random.Next(known.Count);
                UInt128 gone = known[index];
                known[index] = known[^1];
                known.RemoveAt(known.Count - 1);
                set.Remove(gone);
                plain.Remove(gone);
                Assert.False(set.Contains(gone), $"seed {seed}, step {step}");
            }
            else
            {
                UInt128 fingerprint = random.Next(10) == 0 && known.Count > 0 ? known[0] : NewFingerprint(random, lowBits);
                bool isNew = plain.Add(fingerprint);
                Assert.True(set.Add(fingerprint) == isNew, $"seed {seed}, step {step}");
                if (isNew)
                    known.Add(fingerprint);
            }

            Assert.Equal(plain.Count, set.Count);
            if (step % 100 == 0)
                Assert.All(plain, fingerprint => Assert.True(set.Contains(fingerprint), $"seed {seed}, step {step}"));
        }
    }

    /// <summary>Few low bits, the last ones of the table among them, so that many begin at one place and go over the table's end.</summary>
    private static UInt128 NewFingerprint(Random random, int lowBits)
    {
        ulong low = (ulong)random.NextInt64() | (ulong.MaxValue << lowBits);
        return new UInt128((ulong)random.NextInt64(), low);
    }
}
