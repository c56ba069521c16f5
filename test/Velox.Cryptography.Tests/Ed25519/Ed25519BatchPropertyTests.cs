using Xunit;

namespace Velox.Cryptography.Tests;

/// <summary>Whatever is put beside whatever, a batch of every width says what one check alone says.</summary>
public sealed class Ed25519BatchPropertyTests
{
    // Chunks of 64 and their rests.
    private const int MaxSize = 130;

    private static readonly Lazy<SignatureCase[]> Cases = new(() =>
        [.. Enumerable.Range(0, 600).Select(seed => SignatureCase.Any(new Random(seed)))]);

    private static readonly Lazy<SignatureCase[]> GoodCases = new(() =>
        [.. Enumerable.Range(0, 64).Select(seed => SignatureCase.Good(new Random(seed)))]);

    public static TheoryData<Ed25519Rule, VectorWidth> RulesAndWidths => Ed25519BatchTests.RulesAndWidths;

    public static TheoryData<VectorWidth> Widths => [.. Enum.GetValues<VectorWidth>()];

    public static TheoryData<Ed25519Rule> Rules => [.. Enum.GetValues<Ed25519Rule>()];

    [Theory]
    [MemberData(nameof(Rules))]
    public void One_check_gives_the_same_verdict_with_and_without_vectors(Ed25519Rule rule)
    {
        int accepted = 0;
        foreach (SignatureCase item in Cases.Value)
        {
            bool verdict = item.Verify(rule);
            Assert.True(verdict == item.Verify(rule, VectorWidth.None), $"{item.Name}, none");
            Assert.True(verdict == item.Verify(rule, VectorWidth.Bits256), $"{item.Name}, 256");
            accepted += verdict ? 1 : 0;
        }

        Assert.InRange(accepted, Cases.Value.Length / 3, Cases.Value.Length * 2 / 3);
    }

    [Theory]
    [MemberData(nameof(RulesAndWidths))]
    public void Batches_of_every_size_agree_with_one_by_one(Ed25519Rule rule, VectorWidth width)
    {
        bool[] expected = [.. Cases.Value.Select(item => item.Verify(rule))];
        var batch = new Ed25519Batch(MaxSize, rule, width);
        int next = 0;
        foreach (int size in Sizes(width))
        {
            int first = next;
            for (int i = 0; i < size; i++, next++)
                Add(batch, Cases.Value[next % expected.Length]);
            ReadOnlySpan<bool> verdicts = batch.Verify();
            Assert.Equal(size, verdicts.Length);
            for (int i = 0; i < size; i++)
            {
                int number = (first + i) % expected.Length;
                Assert.True(expected[number] == verdicts[i], $"case {number}, {Cases.Value[number].Name}, at {i} of {size}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(RulesAndWidths))]
    public void One_bad_signature_is_found_wherever_it_is(Ed25519Rule rule, VectorWidth width)
    {
        SignatureCase[] good = GoodCases.Value;
        var batch = new Ed25519Batch(good.Length, rule, width);
        // Without lanes all places are alike.
        int step = width == VectorWidth.None ? 9 : 1;
        for (int bad = 0; bad < good.Length; bad += step)
        {
            for (int i = 0; i < good.Length; i++)
                Add(batch, i == bad ? Spoil(good[i], bad) : good[i]);
            ReadOnlySpan<bool> verdicts = batch.Verify();
            for (int i = 0; i < good.Length; i++)
                Assert.True(verdicts[i] == (i != bad), $"{i}, bad is {bad}");
        }
    }

    [Theory]
    [MemberData(nameof(RulesAndWidths))]
    public void All_good_are_all_accepted_and_all_bad_all_refused(Ed25519Rule rule, VectorWidth width)
    {
        SignatureCase[] good = GoodCases.Value;
        var batch = new Ed25519Batch(good.Length, rule, width);
        foreach (SignatureCase item in good)
            Add(batch, item);
        Assert.False(batch.Verify().Contains(false));
        for (int i = 0; i < good.Length; i++)
            Add(batch, Spoil(good[i], i));
        Assert.False(batch.Verify().Contains(true));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Two_errors_that_cancel_out_in_a_plain_sum_are_both_found(VectorWidth width)
    {
        // S + 1 and S - 1: the sum of both equations holds, that of their random multiples does not.
        SignatureCase[] cases = [.. GoodCases.Value];
        cases[3] = cases[3] with { Signature = AddToS(cases[3].Signature, 1) };
        cases[42] = cases[42] with { Signature = AddToS(cases[42].Signature, -1) };
        var batch = new Ed25519Batch(cases.Length, Ed25519Rule.Cofactored, width);
        foreach (SignatureCase item in cases)
            Add(batch, item);
        ReadOnlySpan<bool> verdicts = batch.Verify();
        for (int i = 0; i < cases.Length; i++)
            Assert.True(verdicts[i] == (i is not (3 or 42)), $"{i}");
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Keys_with_torsion_sign_under_the_cofactored_rule_and_by_chance_under_the_strict_one(VectorWidth width)
    {
        SignatureCase[] cases = [.. Enumerable.Range(0, 128).Select(seed => SignatureCase.WithTorsion(new Random(seed)))];
        var cofactored = new Ed25519Batch(cases.Length, Ed25519Rule.Cofactored, width);
        var strict = new Ed25519Batch(cases.Length, Ed25519Rule.Strict, width);
        foreach (SignatureCase item in cases)
        {
            Add(cofactored, item);
            Add(strict, item);
        }

        Assert.False(cofactored.Verify().Contains(false));
        ReadOnlySpan<bool> verdicts = strict.Verify();
        for (int i = 0; i < cases.Length; i++)
            Assert.True(verdicts[i] == cases[i].Verify(Ed25519Rule.Strict, VectorWidth.None), $"seed {i}");
        Assert.InRange(verdicts.Count(true), 1, cases.Length / 2);
    }

    [Theory]
    [MemberData(nameof(RulesAndWidths))]
    public void What_is_no_point_counts_for_none(Ed25519Rule rule, VectorWidth width)
    {
        foreach (int size in (int[])[1, 3, 8, 15, 16, 64])
        {
            var batch = new Ed25519Batch(size, rule, width);
            for (int bad = 0; bad < size; bad++)
            {
                SignatureCase item = bad % 2 == 0 ? SignatureCase.WithoutKey(new Random(bad)) : SignatureCase.WithoutR(new Random(bad));
                Assert.False(item.Verify(rule, width), $"{item.Name}, seed {bad}");
                for (int i = 0; i < size; i++)
                    Add(batch, i == bad ? item : GoodCases.Value[i]);
                ReadOnlySpan<bool> verdicts = batch.Verify();
                for (int i = 0; i < size; i++)
                    Assert.True(verdicts[i] == (i != bad), $"{item.Name} at {bad} of {size}: {i}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(RulesAndWidths))]
    public void The_order_of_adding_does_not_matter(Ed25519Rule rule, VectorWidth width)
    {
        SignatureCase[] cases = Cases.Value[..100];
        bool[] expected = [.. cases.Select(item => item.Verify(rule))];
        var batch = new Ed25519Batch(cases.Length, rule, width);
        for (int seed = 0; seed < 8; seed++)
        {
            int[] order = [.. Enumerable.Range(0, cases.Length)];
            new Random(seed).Shuffle(order);
            foreach (int number in order)
                Add(batch, cases[number]);
            ReadOnlySpan<bool> verdicts = batch.Verify();
            for (int i = 0; i < order.Length; i++)
                Assert.True(expected[order[i]] == verdicts[i], $"seed {seed}: case {order[i]} at {i}");
        }
    }

    [Theory]
    [MemberData(nameof(RulesAndWidths))]
    public void Two_threads_with_a_batch_each_do_not_disturb_each_other(Ed25519Rule rule, VectorWidth width)
    {
        bool[] expected = [.. Cases.Value.Select(item => item.Verify(rule))];
        using var together = new Barrier(2);
        int[] mismatches = new int[2];
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(number => new Thread(() =>
        {
            var batch = new Ed25519Batch(50, rule, width);
            together.SignalAndWait();
            for (int first = 0; first + 50 <= expected.Length; first += 50)
            {
                for (int i = 0; i < 50; i++)
                    Add(batch, Cases.Value[Index(number, first + i)]);
                ReadOnlySpan<bool> verdicts = batch.Verify();
                for (int i = 0; i < 50; i++)
                    mismatches[number] += verdicts[i] == expected[Index(number, first + i)] ? 0 : 1;
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();

        Assert.Equal([0, 0], mismatches);

        // One goes up, the other down.
        int Index(int number, int i) => number == 0 ? i : expected.Length - 1 - i;
    }

    /// <summary>All of them for four lanes; else up to a few vectors, and those around one and two chunks of 64.</summary>
    private static IEnumerable<int> Sizes(VectorWidth width) => width == VectorWidth.Bits256
        ? Enumerable.Range(0, MaxSize + 1)
        : [.. Enumerable.Range(0, 34), .. Enumerable.Range(62, 5), .. Enumerable.Range(127, 4)];

    private static void Add(Ed25519Batch batch, SignatureCase item) =>
        Assert.True(batch.TryAdd(item.PublicKey, item.Signature, item.Message));

    /// <summary>Bad in one of four ways, but not refused by its bytes.</summary>
    private static SignatureCase Spoil(SignatureCase good, int number) => (number % 4) switch
    {
        0 => good with { Signature = AddToS(good.Signature, 1) },
        1 => good with { Message = [.. good.Message, 1] },
        2 => good with { Signature = [.. GoodCases.Value[(number + 1) % 64].Signature[..32], .. good.Signature[32..]] },
        _ => good with { PublicKey = GoodCases.Value[(number + 1) % 64].PublicKey },
    };

    private static byte[] AddToS(byte[] signature, int addend)
    {
        var one = new Scalar([(byte)1, .. new byte[31]]);
        Scalar amount = addend > 0 ? one : Scalar.Reduce([.. CurvePoints.Encoding(CurvePoints.Order - 1, 0), .. new byte[32]]);
        byte[] changed = [.. signature];
        Scalar.Add(new Scalar(signature.AsSpan(32)), amount).WriteBytes(changed.AsSpan(32));
        return changed;
    }
}
