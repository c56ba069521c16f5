using Velox.Testing;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Ed25519BatchTests
{
    private const int VerdictRowCount = 1404;

    public static TheoryData<Ed25519Rule, VectorWidth> RulesAndWidths
    {
        get
        {
            var data = new TheoryData<Ed25519Rule, VectorWidth>();
            foreach (Ed25519Rule rule in Enum.GetValues<Ed25519Rule>())
            {
                foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
                    data.Add(rule, width);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(RulesAndWidths))]
    public void Every_published_case_gets_its_verdict_in_batches_of_every_size(Ed25519Rule rule, VectorWidth width)
    {
        Case[] cases = ReadCases(rule);
        var batch = new Ed25519Batch(130, rule, width);
        var mismatches = new List<string>();
        int first = 0;
        // Sizes go up and down again, so that a case meets every lane and good ones meet bad ones.
        for (int size = 1; first < cases.Length; first += size, size = size % 130 + 1)
            Check(batch, cases.AsSpan(first, Math.Min(size, cases.Length - first)), mismatches);

        Assert.Empty(mismatches);
    }

    private static void Check(Ed25519Batch batch, ReadOnlySpan<Case> cases, List<string> mismatches)
    {
        foreach (Case item in cases)
            Assert.True(batch.TryAdd(item.PublicKey, item.Signature, item.Message));
        ReadOnlySpan<bool> verdicts = batch.Verify();
        for (int i = 0; i < cases.Length; i++)
        {
            if (verdicts[i] != cases[i].Expected)
                mismatches.Add($"{cases[i].Name} at {i} of {cases.Length}: expected {cases[i].Expected}");
        }
    }

    private static Case[] ReadCases(Ed25519Rule rule)
    {
        string[] lines = File.ReadAllLines(VectorFiles.Require("crypto/ed25519_verdicts.csv"));
        Assert.Equal(VerdictRowCount, lines.Length - 1);
        int column = Array.IndexOf(lines[0].Split(','), rule == Ed25519Rule.Strict ? "dalek_strict" : "py_simd0376a");
        return [.. lines.Skip(1).Select(line => line.Split(','))
            .Where(row => row[3].Length == 2 * Ed25519.SignatureSize)
            .Select(row => new Case(
                $"{row[0]} {row[1]}", Convert.FromHexString(row[2]), Convert.FromHexString(row[3]),
                Convert.FromHexString(row[4]), row[column] == "1"))];
    }

    private sealed record Case(string Name, byte[] PublicKey, byte[] Signature, byte[] Message, bool Expected);
}
