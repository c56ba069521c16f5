using Xunit;

namespace Velox.Cryptography.Tests;

/// <summary>What a batch promises beside the verdicts: its limits, its errors, and that it allocates nothing.</summary>
public sealed class Ed25519BatchContractTests
{
    public static TheoryData<Ed25519Rule, VectorWidth> RulesAndWidths => Ed25519BatchTests.RulesAndWidths;

    [Fact]
    public void A_full_batch_takes_no_more_until_it_is_verified()
    {
        var batch = new Ed25519Batch(3);
        SignatureCase good = SignatureCase.Good(new Random(1));
        Assert.Equal(3, batch.Capacity);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(i, batch.Count);
            Assert.True(batch.TryAdd(good.PublicKey, good.Signature, good.Message));
        }

        Assert.False(batch.TryAdd(good.PublicKey, good.Signature, good.Message));
        Assert.Equal(3, batch.Count);
        Assert.Equal([true, true, true], batch.Verify().ToArray());
        Assert.Equal(0, batch.Count);
        Assert.Empty(batch.Verify().ToArray());
        Assert.True(batch.TryAdd(good.PublicKey, good.Signature, good.Message));
        Assert.Equal([true], batch.Verify().ToArray());
    }

    [Fact]
    public void What_was_added_is_a_copy()
    {
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
        {
            var batch = new Ed25519Batch(16, width: width);
            SignatureCase good = SignatureCase.Good(new Random(2));
            Assert.True(batch.TryAdd(good.PublicKey, good.Signature, good.Message));
            Array.Clear(good.PublicKey);
            Array.Clear(good.Signature);
            Array.Clear(good.Message);
            Assert.Equal([true], batch.Verify().ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(RulesAndWidths))]
    public void Messages_for_whose_copies_there_is_no_room_are_checked_all_the_same(Ed25519Rule rule, VectorWidth width)
    {
        var random = new Random(3);
        var keypair = Keypair.FromSeed(new byte[Ed25519.SeedSize]);
        var batch = new Ed25519Batch(3, rule, width);
        foreach (int length in (int[])[0, 1, 511, 512, 513, 1535, 1536, 1537, 1984, 1985, 10_000])
        {
            byte[] message = new byte[length];
            random.NextBytes(message);
            byte[] signature = keypair.Sign(message).Span.ToArray();
            for (int changed = 0; changed < 3; changed++)
            {
                for (int i = 0; i < 3; i++)
                    Assert.True(batch.TryAdd(keypair.PublicKey.Span, signature, i == changed ? [.. message, 0] : message));
                Assert.Equal([changed != 0, changed != 1, changed != 2], batch.Verify().ToArray());
            }
        }
    }

    [Theory]
    [InlineData(Ed25519Rule.Strict)]
    [InlineData(Ed25519Rule.Cofactored)]
    public void The_largest_batch_can_be_filled(Ed25519Rule rule)
    {
        SignatureCase[] good = [.. Enumerable.Range(0, 20).Select(seed => SignatureCase.Good(new Random(seed)))];
        var batch = new Ed25519Batch(Ed25519Batch.MaxCapacity, rule);
        int[] bad = [0, 63, 64, 2047, 4095];
        for (int i = 0; i < batch.Capacity; i++)
        {
            SignatureCase item = good[i % good.Length];
            Assert.True(batch.TryAdd(item.PublicKey, item.Signature, bad.Contains(i) ? [.. item.Message, 0] : item.Message));
        }

        ReadOnlySpan<bool> verdicts = batch.Verify();
        for (int i = 0; i < verdicts.Length; i++)
            Assert.True(verdicts[i] != bad.Contains(i), $"{i}");
    }

    [Fact]
    public void Wrong_lengths_name_the_argument_and_leave_the_batch_as_it_was()
    {
        var batch = new Ed25519Batch(4);
        for (int length = 0; length < 80; length++)
        {
            if (length != Ed25519.PublicKeySize)
                Check("publicKey", Ed25519.PublicKeySize, new byte[length], new byte[64]);
            if (length != Ed25519.SignatureSize)
                Check("signature", Ed25519.SignatureSize, new byte[32], new byte[length]);
        }

        Assert.Equal(0, batch.Count);

        void Check(string argument, int expected, byte[] publicKey, byte[] signature)
        {
            ArgumentException refused = Assert.Throws<ArgumentException>(argument, () => batch.TryAdd(publicKey, signature, []));
            Assert.Contains($"{expected}", refused.Message, StringComparison.Ordinal);
            Assert.Contains($"{(argument == "publicKey" ? publicKey : signature).Length}", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Capacities_and_widths_out_of_range_are_refused_by_name()
    {
        Assert.Throws<ArgumentOutOfRangeException>("capacity", () => new Ed25519Batch(0));
        Assert.Throws<ArgumentOutOfRangeException>("capacity", () => new Ed25519Batch(-1));
        Assert.Throws<ArgumentOutOfRangeException>("capacity", () => new Ed25519Batch(Ed25519Batch.MaxCapacity + 1));
        Assert.Throws<ArgumentOutOfRangeException>("width", () => new Ed25519Batch(width: (VectorWidth)64));
        Assert.Equal(Ed25519Batch.MaxCapacity, new Ed25519Batch(Ed25519Batch.MaxCapacity).Capacity);
    }

    [Theory]
    [MemberData(nameof(RulesAndWidths))]
    public void Adding_and_verifying_allocate_nothing(Ed25519Rule rule, VectorWidth width)
    {
        const int Size = 70;
        // A bad one among them, so that the cofactored rule looks for it too.
        SignatureCase[] cases = [.. Enumerable.Range(0, Size).Select(seed => SignatureCase.Good(new Random(seed)))];
        cases[33] = cases[33] with { Message = [.. cases[33].Message, 1] };
        var batch = new Ed25519Batch(Size, rule, width);
        long least = long.MaxValue;
        // The runtime itself may allocate for a thread now and then: one round of several must be without.
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            int accepted = Round(batch, cases);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Equal(Size - 1, accepted);
        }

        Assert.Equal(0, least);
    }

    private static int Round(Ed25519Batch batch, SignatureCase[] cases)
    {
        foreach (SignatureCase item in cases)
            batch.TryAdd(item.PublicKey, item.Signature, item.Message);
        return batch.Verify().Count(true);
    }
}
