using Velox.Testing;
using Xunit;

namespace Velox.Cryptography.Tests;

/// <summary>The published verdicts, each case in each lane and by each path.</summary>
public sealed class VerdictRowTests
{
    private const int RowCount = 1404;
    // Enough that the cofactored rule combines them.
    private const int BatchSize = 16;

    public static TheoryData<Ed25519Rule, VectorWidth> RulesAndWidths => Ed25519BatchTests.RulesAndWidths;

    public static TheoryData<VectorWidth> Widths => [.. Enum.GetValues<VectorWidth>()];

    [Theory]
    [MemberData(nameof(RulesAndWidths))]
    public void One_check_gives_the_published_verdict(Ed25519Rule rule, VectorWidth width)
    {
        foreach ((SignatureCase item, bool isStrict, bool isCofactored) in Rows())
        {
            bool expected = rule == Ed25519Rule.Strict ? isStrict : isCofactored;
            Assert.True(expected == item.Verify(rule, width), item.Name);
            Assert.True(expected == item.Verify(rule), item.Name);
        }
    }

    [Theory]
    [MemberData(nameof(RulesAndWidths))]
    public void Every_case_gets_its_verdict_in_every_lane_beside_good_ones(Ed25519Rule rule, VectorWidth width)
    {
        var batch = new Ed25519Batch(BatchSize, rule, width);
        SignatureCase[] good = GoodOnes();
        foreach ((SignatureCase Case, bool Expected)[] cases in Candidates(rule).Chunk(BatchSize / 2))
        {
            for (int offset = 0; offset < Math.Max(1, LaneCount(width)); offset++)
            {
                // Every other place has a case; the offset moves it through all lanes.
                SignatureCase[] added = [.. good];
                bool[] expected = [.. Enumerable.Repeat(true, BatchSize)];
                for (int i = 0; i < cases.Length; i++)
                    (added[Place(i)], expected[Place(i)]) = cases[i];
                Check(batch, added, expected);

                int Place(int i) => (offset + (2 * i)) % BatchSize;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_case_alone_among_good_ones_is_told_from_them_by_the_cofactored_rule(VectorWidth width)
    {
        var batch = new Ed25519Batch(BatchSize, Ed25519Rule.Cofactored, width);
        SignatureCase[] good = GoodOnes();
        int number = 0;
        foreach ((SignatureCase item, bool isGood) in Candidates(Ed25519Rule.Cofactored))
        {
            SignatureCase[] added = [.. good];
            bool[] expected = [.. Enumerable.Repeat(true, BatchSize)];
            int place = number++ % BatchSize;
            (added[place], expected[place]) = (item, isGood);
            Check(batch, added, expected);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void What_only_the_cofactored_rule_accepts_is_accepted_in_batches_and_refused_by_the_strict_one(VectorWidth width)
    {
        SignatureCase[] cases = [.. Rows().Where(row => row.IsCofactored && !row.IsStrict).Select(row => row.Case)];
        Assert.Equal(65, cases.Length);
        var cofactored = new Ed25519Batch(cases.Length, Ed25519Rule.Cofactored, width);
        var strict = new Ed25519Batch(cases.Length, Ed25519Rule.Strict, width);
        foreach (SignatureCase item in cases)
        {
            Assert.True(cofactored.TryAdd(item.PublicKey, item.Signature, item.Message));
            Assert.True(strict.TryAdd(item.PublicKey, item.Signature, item.Message));
        }

        Assert.False(cofactored.Verify().Contains(false));
        Assert.False(strict.Verify().Contains(true));
    }

    private static void Check(Ed25519Batch batch, SignatureCase[] cases, bool[] expected)
    {
        foreach (SignatureCase item in cases)
            Assert.True(batch.TryAdd(item.PublicKey, item.Signature, item.Message));
        ReadOnlySpan<bool> verdicts = batch.Verify();
        for (int i = 0; i < cases.Length; i++)
            Assert.True(expected[i] == verdicts[i], $"{cases[i].Name} at {i}: expected {expected[i]}");
    }

    private static SignatureCase[] GoodOnes() =>
        [.. Enumerable.Range(0, BatchSize).Select(seed => SignatureCase.Good(new Random(seed)))];

    /// <summary>What the bytes alone do not refuse: only these get a lane.</summary>
    private static List<(SignatureCase Case, bool Expected)> Candidates(Ed25519Rule rule)
    {
        var candidates = new List<(SignatureCase Case, bool Expected)>();
        foreach ((SignatureCase item, bool isStrict, bool isCofactored) in Rows())
        {
            bool expected = rule == Ed25519Rule.Strict ? isStrict : isCofactored;
            var scalarS = new Scalar(item.Signature.AsSpan(32));
            if (Ed25519.IsCandidate(item.PublicKey, item.Signature.AsSpan(0, 32), scalarS, rule))
                candidates.Add((item, expected));
            else
                Assert.False(expected, item.Name);
        }

        Assert.True(candidates.Count > 300);
        return candidates;
    }

    private static int LaneCount(VectorWidth width) => (int)width / 64;

    /// <summary>The cases whose keys and signatures have their lengths.</summary>
    private static List<(SignatureCase Case, bool IsStrict, bool IsCofactored)> Rows()
    {
        string[] lines = File.ReadAllLines(VectorFiles.Require("crypto/ed25519_verdicts.csv"));
        Assert.Equal(RowCount, lines.Length - 1);
        string[] columns = lines[0].Split(',');
        int strict = Array.IndexOf(columns, "dalek_strict"), cofactored = Array.IndexOf(columns, "py_simd0376a");
        return [.. lines.Skip(1).Select(line => line.Split(','))
            .Where(row => row[3].Length == 2 * Ed25519.SignatureSize)
            .Select(row => (
                new SignatureCase(
                    $"{row[0]} {row[1]}", Convert.FromHexString(row[2]), Convert.FromHexString(row[3]), Convert.FromHexString(row[4])),
                row[strict] == "1",
                row[cofactored] == "1"))];
    }
}
