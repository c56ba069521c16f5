using System.Security.Cryptography;
using Velox.Primitives;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Sha256LanesTests
{
    private const int LongestInput = 300;
    private const int LargestBatch = 40;

    public static TheoryData<Sha256Kernel, bool> KernelsAndPrefixes
    {
        get
        {
            var data = new TheoryData<Sha256Kernel, bool>();
            foreach (Sha256Kernel kernel in Enum.GetValues<Sha256Kernel>())
            {
                data.Add(kernel, false);
                data.Add(kernel, true);
            }

            return data;
        }
    }

    public static TheoryData<Sha256Kernel> Kernels => [.. Enum.GetValues<Sha256Kernel>()];

    [Theory]
    [MemberData(nameof(KernelsAndPrefixes))]
    public void Every_length_in_every_lane_hashes_as_the_framework_does(Sha256Kernel kernel, bool hasPrefix)
    {
        byte[] data = RandomBytes(seed: 3, LargestBatch * (LongestInput + 1));
        for (int length = 0; length <= LongestInput; length++)
            Check(data, new Sha256Batch(LargestBatch, length, length + 1, 32, hasPrefix ? (byte)length : null), kernel);
    }

    [Theory]
    [MemberData(nameof(KernelsAndPrefixes))]
    public void Every_size_of_a_batch_hashes_as_the_framework_does(Sha256Kernel kernel, bool hasPrefix)
    {
        byte[] data = RandomBytes(seed: 4, LargestBatch * 200);
        int[] lengths = [0, 1, 31, 32, 54, 55, 56, 62, 63, 64, 65, 118, 119, 120, 126, 127, 128, 129];
        for (int count = 0; count <= LargestBatch; count++)
        {
            foreach (int length in lengths)
                Check(data, new Sha256Batch(count, length, length, 32, hasPrefix ? (byte)1 : null), kernel);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Strides_leave_what_lies_between_alone(Sha256Kernel kernel)
    {
        byte[] data = RandomBytes(seed: 5, 20_000);
        var random = new Random(5);
        for (int step = 0; step < 200; step++)
        {
            var batch = new Sha256Batch(
                random.Next(50), random.Next(200), random.Next(200), 32 + random.Next(10), random.Next(2) == 0 ? null : (byte)random.Next(256));
            Check(data, batch, kernel);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Long_inputs_hash_as_the_framework_does(Sha256Kernel kernel)
    {
        int seed = Random.Shared.Next();
        byte[] data = RandomBytes(seed, 60_000);
        var random = new Random(seed);
        for (int step = 0; step < 60; step++)
        {
            int count = random.Next(1, 20);
            int length = random.Next(300, 10_000);
            var batch = new Sha256Batch(count, length, random.Next(2_000), 32, random.Next(2) == 0 ? null : (byte)random.Next(256));
            Check(data, batch, kernel, $"seed {seed}, step {step}");
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Pairs_of_hashes_become_nodes(Sha256Kernel kernel)
    {
        for (int count = 0; count <= LargestBatch; count++)
        {
            Hash256[] children = RandomHashes(seed: count, 2 * count);
            var parents = new Hash256[count];
            Sha256Lanes.HashPairs(children, parents, prefix: 1, kernel);
            for (int i = 0; i < count; i++)
                Assert.Equal(Node(1, children[2 * i], children[(2 * i) + 1]), parents[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Listed_nodes_of_a_tree_are_hashed_in_place_and_no_others(Sha256Kernel kernel)
    {
        var random = new Random(6);
        for (int count = 0; count <= LargestBatch; count++)
        {
            Hash256[] before = RandomHashes(seed: 100 + count, 256);
            Hash256[] tree = [.. before];
            int[] nodes = [.. Enumerable.Range(64, 64).OrderBy(_ => random.Next()).Take(count)];
            Sha256Lanes.HashNodes(tree, nodes, prefix: 7, kernel);
            for (int node = 0; node < tree.Length; node++)
            {
                Hash256 expected = nodes.Contains(node) ? Node(7, before[2 * node], before[(2 * node) + 1]) : before[node];
                Assert.True(expected == tree[node], $"{count} nodes: node {node}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public unsafe void Pairs_anywhere_become_nodes_anywhere_else(Sha256Kernel kernel)
    {
        var random = new Random(8);
        for (int count = 0; count <= LargestBatch; count++)
        {
            // Pairs at even places in any order, parents behind all of them.
            Hash256[] before = RandomHashes(seed: 200 + count, 4 * LargestBatch);
            Hash256[] hashes = [.. before];
            int[] pairs = [.. Enumerable.Range(0, LargestBatch).OrderBy(_ => random.Next()).Take(count)];
            int[] parents = [.. Enumerable.Range(2 * LargestBatch, 2 * LargestBatch).OrderBy(_ => random.Next()).Take(count)];
            fixed (Hash256* first = hashes)
            {
                nint start = (nint)first;
                Sha256Lanes.HashPairs(
                    Array.ConvertAll(pairs, pair => start + (2 * pair * Hash256.Size)),
                    Array.ConvertAll(parents, parent => start + (parent * Hash256.Size)), prefix: 3, kernel);
            }

            for (int i = 0; i < count; i++)
                before[parents[i]] = Node(3, before[2 * pairs[i]], before[(2 * pairs[i]) + 1]);
            Assert.True(before.AsSpan().SequenceEqual(hashes), $"{count} pairs");
        }
    }

    [Fact]
    public void A_batch_that_does_not_fit_is_refused_by_name()
    {
        byte[] memory = new byte[1_000];
        Refuse<ArgumentOutOfRangeException>("Count", new Sha256Batch(-1, 1, 1), memory, new byte[100]);
        Refuse<ArgumentOutOfRangeException>("InputLength", new Sha256Batch(1, -1, 1), memory, new byte[100]);
        Refuse<ArgumentOutOfRangeException>("InputStride", new Sha256Batch(1, 1, -1), memory, new byte[100]);
        Refuse<ArgumentOutOfRangeException>("DigestStride", new Sha256Batch(1, 1, 1, 31), memory, new byte[100]);
        Refuse<ArgumentException>("inputs", new Sha256Batch(11, 100, 91), memory, new byte[352]);
        Refuse<ArgumentException>("digests", new Sha256Batch(10, 100, 91), memory, new byte[319]);
        Refuse<ArgumentException>("inputs", new Sha256Batch(int.MaxValue, int.MaxValue, int.MaxValue), memory, new byte[319]);
        Assert.Throws<ArgumentException>("digests", () => Sha256Lanes.Hash(new Sha256Batch(2, 10, 10), memory, memory.AsSpan(19)));
        Assert.Throws<ArgumentException>("children", () => Sha256Lanes.HashPairs(new Hash256[3], new Hash256[2], 1, Sha256Kernel.Scalar));
        Assert.Throws<ArgumentException>("parents", () => Sha256Lanes.HashPairs(new nint[3], new nint[2], 1, Sha256Kernel.Scalar));
        foreach (int node in (int[])[-1, 0, 4, int.MinValue, int.MaxValue])
            Assert.Throws<ArgumentException>("nodes", () => Sha256Lanes.HashNodes(new Hash256[8], [1, node], 1, Sha256Kernel.Scalar));

        static void Refuse<TError>(string name, Sha256Batch batch, byte[] inputs, byte[] digests)
            where TError : ArgumentException =>
            Assert.Throws<TError>(name, () => Sha256Lanes.Hash(batch, inputs, digests));
    }

    private static void Check(byte[] data, Sha256Batch batch, Sha256Kernel kernel, string where = "")
    {
        const byte Untouched = 0xA5;
        byte[] digests = new byte[(batch.Count * batch.DigestStride) + 32];
        digests.AsSpan().Fill(Untouched);
        byte[] expected = [.. digests];
        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlySpan<byte> input = data.AsSpan(i * batch.InputStride, batch.InputLength);
            SHA256.HashData(batch.Prefix is { } prefix ? [prefix, .. input] : input, expected.AsSpan(i * batch.DigestStride));
        }

        Sha256Lanes.Hash(in batch, data, digests, kernel);
        Assert.True(expected.AsSpan().SequenceEqual(digests), $"{batch} {where}");
    }

    private static Hash256 Node(byte prefix, Hash256 left, Hash256 right) =>
        new(SHA256.HashData([prefix, .. left.Span, .. right.Span]));

    private static Hash256[] RandomHashes(int seed, int count) =>
        [.. RandomBytes(seed, 32 * count).Chunk(32).Select(bytes => new Hash256(bytes))];

    private static byte[] RandomBytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
