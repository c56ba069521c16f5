using System.Security.Cryptography;
using Velox.Primitives;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class MerkleTreeTests
{
    [Fact]
    public void An_empty_tree_has_the_zero_root_and_one_leaf_is_its_own_root()
    {
        var tree = new MerkleTree();
        Assert.Equal(default, tree.ComputeRoot());

        tree.Resize(1);
        Hash256 leaf = MerkleTree.HashLeaf("leaf"u8);
        tree.SetLeaf(0, leaf);
        Assert.Equal(leaf, tree.ComputeRoot());
        Assert.Equal(0, tree.ProofLength);
        Assert.True(MerkleTree.Verify(leaf, 1, 0, leaf, []));

        tree.Resize(0);
        Assert.Equal(default, tree.ComputeRoot());
    }

    [Fact]
    public void The_root_equals_a_plain_recursive_rebuild_after_every_random_step()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var tree = new MerkleTree();
            var leaves = new List<Hash256>();
            for (int step = 0; step < 60; step++)
            {
                ApplyRandomStep(random, tree, leaves);
                if (random.Next(4) == 0)
                    continue; // several changes between two roots must add up
                Hash256 expected = leaves.Count == 0 ? default : PlainMerkle.Root(leaves);
                Hash256 actual = tree.ComputeRoot();
                Assert.True(expected == actual, $"seed {seed}, step {step}: {actual}, expected {expected}");
                Assert.Equal(leaves.Count, tree.LeafCount);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(21)]
    [InlineData(64)]
    public void Every_leaf_is_proven_and_a_tampered_proof_fails(int leafCount)
    {
        var random = new Random(leafCount);
        MerkleTree tree = RandomTree(random, leafCount);
        Hash256 root = tree.ComputeRoot();
        var siblings = new Hash256[tree.ProofLength];
        for (int index = 0; index < leafCount; index++)
        {
            tree.WriteProof(index, siblings);
            Hash256 leaf = tree.GetLeaf(index);
            Assert.True(MerkleTree.Verify(root, leafCount, index, leaf, siblings));
            Assert.False(MerkleTree.Verify(root, leafCount, index, PlainMerkle.FlipBit(random, leaf), siblings));
            Assert.False(MerkleTree.Verify(PlainMerkle.FlipBit(random, root), leafCount, index, leaf, siblings));
            AssertTamperedSiblingsFail(random, root, leafCount, index, leaf, siblings);
            for (int other = 0; other < leafCount; other++)
                Assert.True(other == index || !MerkleTree.Verify(root, leafCount, other, leaf, siblings));
        }
    }

    [Fact]
    public void A_proof_with_an_index_or_length_that_does_not_fit_fails_without_throwing()
    {
        MerkleTree tree = RandomTree(new Random(5), 5);
        Hash256 root = tree.ComputeRoot();
        var siblings = new Hash256[3];
        tree.WriteProof(4, siblings);
        Hash256 leaf = tree.GetLeaf(4);

        Assert.True(MerkleTree.Verify(root, 5, 4, leaf, siblings));
        Assert.False(MerkleTree.Verify(root, 5, -1, leaf, siblings));
        Assert.False(MerkleTree.Verify(root, 4, 4, leaf, siblings));
        Assert.False(MerkleTree.Verify(root, 0, 0, leaf, siblings));
        Assert.False(MerkleTree.Verify(root, int.MinValue, 0, leaf, siblings));
        Assert.False(MerkleTree.Verify(root, int.MaxValue, 4, leaf, siblings));
        Assert.False(MerkleTree.Verify(root, 5, 4, leaf, siblings.AsSpan(1)));
        Assert.False(MerkleTree.Verify(root, 5, 4, leaf, [.. siblings, default]));
        Assert.False(MerkleTree.Verify(root, 5, 4 + 8, leaf, siblings));
    }

    [Fact]
    public void Misuse_is_refused_by_name()
    {
        MerkleTree tree = RandomTree(new Random(6), 6);
        Assert.Throws<InvalidOperationException>(() => tree.WriteProof(0, new Hash256[3]));
        tree.ComputeRoot();
        Assert.Throws<ArgumentException>("siblings", () => tree.WriteProof(0, new Hash256[2]));
        Assert.Throws<ArgumentOutOfRangeException>("index", () => tree.WriteProof(6, new Hash256[3]));
        Assert.Throws<ArgumentOutOfRangeException>("index", () => tree.GetLeaf(-1));
        Assert.Throws<ArgumentOutOfRangeException>("index", () => tree.SetLeaf(6, default));
        Assert.Throws<ArgumentOutOfRangeException>("leafCount", () => tree.Resize(-1));
        Assert.Throws<ArgumentOutOfRangeException>("leafCount", () => tree.Resize(MerkleTree.MaxLeafCount + 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4159)]
    [InlineData(4160)]
    [InlineData(100_000)]
    public void A_leaf_hash_is_sha256_of_a_zero_byte_and_the_data(int length)
    {
        byte[] data = new byte[length];
        new Random(length).NextBytes(data);
        Assert.Equal(new Hash256(SHA256.HashData([0, .. data])), MerkleTree.HashLeaf(data));
    }

    [Fact]
    public void Updates_and_roots_allocate_nothing_in_steady_state()
    {
        MerkleTree tree = RandomTree(new Random(7), 100);
        Hash256[] values = [default, MerkleTree.HashLeaf("a"u8), MerkleTree.HashLeaf("b"u8)];
        byte[] data = new byte[5000];
        UpdateAndHash(tree, values, data); // warm-up

        long before = GC.GetAllocatedBytesForCurrentThread();
        UpdateAndHash(tree, values, data);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void UpdateAndHash(MerkleTree tree, Hash256[] values, byte[] data)
    {
        for (int round = 0; round < 200; round++)
        {
            tree.SetLeaf(round % 50, values[round % 3]);
            tree.SetLeaf(50, MerkleTree.HashLeaf(data.AsSpan(round * 25)));
            tree.ComputeRoot();
            tree.Resize(round % 7 == 0 ? 51 : 100);
        }
    }

    private static void ApplyRandomStep(Random random, MerkleTree tree, List<Hash256> leaves)
    {
        if (leaves.Count == 0 || random.Next(5) == 0)
        {
            int count = random.Next(3) == 0 ? random.Next(70) : Math.Max(0, leaves.Count + random.Next(-3, 4));
            tree.Resize(count);
            leaves.RemoveRange(Math.Min(count, leaves.Count), Math.Max(0, leaves.Count - count));
            while (leaves.Count < count)
                leaves.Add(default);
            return;
        }

        int index = random.Next(leaves.Count);
        leaves[index] = random.Next(5) == 0 ? default : PlainMerkle.RandomHash(random);
        tree.SetLeaf(index, leaves[index]);
    }

    private static void AssertTamperedSiblingsFail(
        Random random, Hash256 root, int leafCount, int index, Hash256 leaf, Hash256[] siblings)
    {
        for (int level = 0; level < siblings.Length; level++)
        {
            Hash256[] tampered = [.. siblings];
            tampered[level] = PlainMerkle.FlipBit(random, tampered[level]);
            Assert.False(MerkleTree.Verify(root, leafCount, index, leaf, tampered));
        }
    }

    private static MerkleTree RandomTree(Random random, int leafCount)
    {
        var tree = new MerkleTree(leafCount);
        for (int index = 0; index < leafCount; index++)
            tree.SetLeaf(index, PlainMerkle.RandomHash(random));
        return tree;
    }
}
