using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Velox.Testing;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Sha512LanesTests
{
    private const int PrefixLength = 64;

    public static TheoryData<VectorWidth> Widths => [VectorWidth.None, VectorWidth.Bits128, VectorWidth.Bits256, VectorWidth.Bits512];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_length_around_every_block_is_the_frameworks(VectorWidth width)
    {
        byte[][] inputs = [.. Enumerable.Range(0, 600).Select(length => Pattern(PrefixLength + length))];

        Check(inputs, width, "lengths 0 to 599");
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Lanes_of_different_lengths_do_not_disturb_each_other(VectorWidth width)
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        for (int round = 0; round < 200; round++)
        {
            byte[][] inputs = [.. Enumerable.Range(0, random.Next(20)).Select(_ => RandomInput(random))];
            Check(inputs, width, $"seed {seed}, round {round}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(33)]
    public void The_policy_chooses_a_width_for_any_number_of_inputs(int count)
    {
        byte[][] inputs = [.. Enumerable.Range(0, count).Select(n => Pattern(PrefixLength + (100 * n)))];

        Check(inputs, width: null, $"{count} inputs");
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Published_messages_hash_as_published(VectorWidth width)
    {
        List<(byte[] Message, string Digest)> cases =
            [.. ReadCases("crypto/cavp-sha256/SHA512ShortMsg.rsp"), .. ReadCases("crypto/cavp-sha256/SHA512LongMsg.rsp")];
        byte[][] messages = [.. cases.Select(one => one.Message)];

        byte[] digests = Hash(messages, width);

        Assert.True(cases.Count > 100);
        for (int i = 0; i < cases.Count; i++)
            Assert.Equal(cases[i].Digest, Convert.ToHexStringLower(digests.AsSpan(64 * i, 64)));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_published_chain_of_hashes_is_reached(VectorWidth width)
    {
        string[] lines = File.ReadAllLines(VectorFiles.Require("crypto/cavp-sha256/SHA512Monte.rsp"));
        byte[] seed = Convert.FromHexString(lines.Single(line => line.StartsWith("Seed", StringComparison.Ordinal)).Split(" = ")[1]);
        string[] expected = [.. lines.Where(line => line.StartsWith("MD", StringComparison.Ordinal)).Select(line => line.Split(" = ")[1])];

        Assert.Equal(100, expected.Length);
        // Emulated vectors are slow: the first 5,000 hashes of the chain.
        foreach (string digest in expected.Take(5))
        {
            // FIPS 180's Monte Carlo test: each hash is of the three before it, 192 bytes.
            byte[] lastThree = [.. seed, .. seed, .. seed];
            for (int i = 0; i < 1_000; i++)
                lastThree = [.. lastThree[64..], .. Hash([lastThree], width)];
            seed = lastThree[128..];
            Assert.Equal(digest, Convert.ToHexStringLower(seed));
        }
    }

    [Fact]
    public void Digests_of_another_length_are_refused_by_name()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(
            () => Sha512Lanes.HashChallenges(new ChallengeInput[2], new byte[127], VectorWidth.Bits256));

        Assert.Equal("digests", refused.ParamName);
        Assert.Contains("64", refused.Message, StringComparison.Ordinal);
        Assert.Contains("127", refused.Message, StringComparison.Ordinal);
    }

    private static void Check(byte[][] inputs, VectorWidth? width, string about)
    {
        byte[] digests = Hash(inputs, width);
        for (int i = 0; i < inputs.Length; i++)
        {
            Assert.True(
                SHA512.HashData(inputs[i]).AsSpan().SequenceEqual(digests.AsSpan(64 * i, 64)),
                $"{about}: input {i} of {inputs[i].Length} bytes hashes otherwise in {width}");
        }
    }

    /// <summary>Each input is R, A and the message behind one another.</summary>
    private static unsafe byte[] Hash(byte[][] inputs, VectorWidth? width)
    {
        byte[] digests = new byte[64 * inputs.Length];
        GCHandle[] pins = [.. inputs.Select(input => GCHandle.Alloc(input, GCHandleType.Pinned))];
        try
        {
            var challenges = new ChallengeInput[inputs.Length];
            for (int i = 0; i < inputs.Length; i++)
            {
                byte* start = (byte*)pins[i].AddrOfPinnedObject();
                challenges[i] = new ChallengeInput(start, start + 32, start + PrefixLength, inputs[i].Length - PrefixLength);
            }

            if (width is { } chosen)
                Sha512Lanes.HashChallenges(challenges, digests, chosen);
            else
                Sha512Lanes.HashChallenges(challenges, digests);
        }
        finally
        {
            foreach (GCHandle pin in pins)
                pin.Free();
        }

        return digests;
    }

    private static byte[] RandomInput(Random random)
    {
        byte[] input = new byte[PrefixLength + random.Next(random.Next(3) == 0 ? 3_000 : 300)];
        random.NextBytes(input);
        // Words at their limits carry furthest.
        if (random.Next(4) == 0)
            input.AsSpan().Fill(0xFF);
        return input;
    }

    private static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i % 251))];

    private static IEnumerable<(byte[] Message, string Digest)> ReadCases(string path)
    {
        byte[] message = [];
        foreach (string line in File.ReadLines(VectorFiles.Require(path)))
        {
            if (line.StartsWith("Msg", StringComparison.Ordinal))
                message = Convert.FromHexString(line.Split(" = ")[1]);
            else if (line.StartsWith("MD", StringComparison.Ordinal) && message.Length >= PrefixLength)
                yield return (message, line.Split(" = ")[1]);
        }
    }
}
