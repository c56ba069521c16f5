using Velox.Primitives;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class MerkleProofTests
{
    public static TheoryData<Sha256Kernel> Kernels => [.. Enum.GetValues<Sha256Kernel>()];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Random_sets_of_leaves_are_proven_by_the_siblings_of_a_plain_tree(Sha256Kernel kernel)
    {
        for (int seed = 0; seed < 150; seed++)
        {
            var proof = new Proof(new Random(seed));
            Assert.True(proof.Siblings.AsSpan().SequenceEqual(PlainMerkle.MultiProof(proof.AllLeaves, proof.Indexes)), $"seed {seed}");
            MerkleVerdict verdict = MerkleProof.Check(proof.Root, proof.AllLeaves.Length, proof.Indexes, proof.Leaves, proof.Siblings, kernel);
            Assert.True(verdict == MerkleVerdict.Proven, $"seed {seed}: {verdict}");
            Assert.True(MerkleProof.Verify(proof.Root, proof.AllLeaves.Length, proof.Indexes, proof.Leaves, proof.Siblings));
        }
    }

    [Fact]
    public void All_sets_of_leaves_of_small_trees_are_proven()
    {
        for (int leafCount = 1; leafCount <= 9; leafCount++)
        {
            Hash256[] leaves = PlainMerkle.RandomHashes(new Random(leafCount), leafCount);
            MerkleTree tree = Build(leaves);
            for (int set = 1; set < 1 << leafCount; set++)
            {
                int[] indexes = [.. Enumerable.Range(0, leafCount).Where(index => (set >> index & 1) != 0)];
                var siblings = new Hash256[tree.GetMultiProofLength(indexes)];
                Assert.Equal(siblings.Length, tree.WriteMultiProof(indexes, siblings));
                Assert.Equal(PlainMerkle.MultiProof(leaves, indexes), siblings);
                Hash256[] proven = [.. indexes.Select(index => leaves[index])];
                Assert.Equal(MerkleVerdict.Proven, MerkleProof.Check(tree.ComputeRoot(), leafCount, indexes, proven, siblings));
            }
        }
    }

    [Fact]
    public void Any_change_of_a_hash_is_another_root()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var proof = new Proof(random);
            int count = proof.AllLeaves.Length;
            Check(MerkleProof.Check(PlainMerkle.FlipBit(random, proof.Root), count, proof.Indexes, proof.Leaves, proof.Siblings));
            for (int i = 0; i < proof.Leaves.Length; i++)
                Check(MerkleProof.Check(proof.Root, count, proof.Indexes, Mutate(random, proof.Leaves, i), proof.Siblings));
            for (int i = 0; i < proof.Siblings.Length; i++)
                Check(MerkleProof.Check(proof.Root, count, proof.Indexes, proof.Leaves, Mutate(random, proof.Siblings, i)));
            for (int i = 1; i < proof.Siblings.Length; i++)
                Check(MerkleProof.Check(proof.Root, count, proof.Indexes, proof.Leaves, Swap(proof.Siblings, i)));
            for (int i = 1; i < proof.Leaves.Length; i++)
                Check(MerkleProof.Check(proof.Root, count, proof.Indexes, Swap(proof.Leaves, i), proof.Siblings));

            void Check(MerkleVerdict verdict) => Assert.True(verdict == MerkleVerdict.OtherRoot, $"seed {seed}: {verdict}");
        }
    }

    [Fact]
    public void Too_few_and_too_many_siblings_are_told_apart()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var proof = new Proof(new Random(seed));
            int count = proof.AllLeaves.Length;
            Assert.Equal(
                MerkleVerdict.TooManySiblings,
                MerkleProof.Check(proof.Root, count, proof.Indexes, proof.Leaves, [.. proof.Siblings, default]));
            Assert.Equal(
                proof.Siblings.Length == 0 ? MerkleVerdict.Proven : MerkleVerdict.TooFewSiblings,
                MerkleProof.Check(proof.Root, count, proof.Indexes, proof.Leaves, proof.Siblings.AsSpan(0, Math.Max(0, proof.Siblings.Length - 1))));
        }
    }

    [Fact]
    public void A_proof_holds_at_no_other_indexes_and_in_no_tree_of_another_height()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var proof = new Proof(random);
            int count = proof.AllLeaves.Length;
            for (int i = 0; i < proof.Indexes.Length; i++)
            {
                int[] moved = [.. proof.Indexes];
                moved[i] = random.Next(count);
                Array.Sort(moved);
                if (!moved.SequenceEqual(proof.Indexes))
                    Refuse(MerkleProof.Check(proof.Root, count, moved, proof.Leaves, proof.Siblings));
            }

            for (int other = 1; other < 4 * count; other++)
            {
                if (Height(other) != Height(count))
                    Refuse(MerkleProof.Check(proof.Root, other, proof.Indexes, proof.Leaves, proof.Siblings));
            }

            void Refuse(MerkleVerdict verdict) => Assert.True(verdict != MerkleVerdict.Proven, $"seed {seed}");
        }

        static int Height(int count) => count == 1 ? 0 : 1 + Height((count + 1) / 2);
    }

    [Fact]
    public void What_does_not_fit_has_a_reason_and_throws_nothing()
    {
        Hash256[] leaves = PlainMerkle.RandomHashes(new Random(1), 5);
        Hash256 root = Build(leaves).ComputeRoot();

        Assert.Equal(MerkleVerdict.LeafCountOutOfRange, Check(0, [0], 1));
        Assert.Equal(MerkleVerdict.LeafCountOutOfRange, Check(int.MinValue, [0], 1));
        Assert.Equal(MerkleVerdict.LeafCountOutOfRange, Check(MerkleTree.MaxLeafCount + 1, [0], 1));
        Assert.Equal(MerkleVerdict.LeafCountOutOfRange, Check(int.MaxValue, [0], 1));
        Assert.Equal(MerkleVerdict.NoLeaves, Check(5, [], 0));
        Assert.Equal(MerkleVerdict.IndexOutOfRange, Check(5, [-1], 1));
        Assert.Equal(MerkleVerdict.IndexOutOfRange, Check(5, [4, 5], 2));
        Assert.Equal(MerkleVerdict.IndexOutOfRange, Check(5, [int.MaxValue], 1));
        Assert.Equal(MerkleVerdict.IndexesNotAscending, Check(5, [1, 1], 2));
        Assert.Equal(MerkleVerdict.IndexesNotAscending, Check(5, [2, 1], 2));
        Assert.Equal(MerkleVerdict.OtherNumberOfLeaves, Check(5, [1, 2], 1));
        Assert.Equal(MerkleVerdict.OtherNumberOfLeaves, Check(5, [1, 2], 3));
        Assert.Equal(MerkleVerdict.TooFewSiblings, Check(5, [1], 1));
        Assert.Equal(MerkleVerdict.TooFewSiblings, Check(MerkleTree.MaxLeafCount, [MerkleTree.MaxLeafCount - 1], 1));
        Assert.Equal(
            MerkleVerdict.TooManyLeaves,
            MerkleProof.Check(root, 100_000, new int[MerkleProof.MaxLeaves + 1], new Hash256[MerkleProof.MaxLeaves + 1], []));

        Assert.Equal(MerkleVerdict.TooFewSiblings, MerkleProof.Check(root, 5, 0, leaves[0], new Hash256[2]));
        Assert.Equal(MerkleVerdict.TooManySiblings, MerkleProof.Check(root, 5, 0, leaves[0], new Hash256[4]));
        Assert.Equal(MerkleVerdict.OtherRoot, MerkleProof.Check(root, 5, 0, leaves[0], new Hash256[3]));
        Assert.Equal(MerkleVerdict.IndexOutOfRange, MerkleProof.Check(root, 5, 5, leaves[0], new Hash256[3]));

        MerkleVerdict Check(int leafCount, int[] indexes, int leafs) =>
            MerkleProof.Check(root, leafCount, indexes, leaves.AsSpan(0, leafs), []);
    }

    [Fact]
    public void Writing_a_multi_proof_refuses_by_name()
    {
        MerkleTree tree = Build(PlainMerkle.RandomHashes(new Random(2), 9));
        Assert.Throws<ArgumentException>("indexes", () => tree.GetMultiProofLength([]));
        Assert.Throws<ArgumentException>("indexes", () => tree.GetMultiProofLength([3, 3]));
        Assert.Throws<ArgumentException>("indexes", () => tree.WriteMultiProof([0, 9], new Hash256[100]));
        Assert.Throws<ArgumentException>("siblings", () => tree.WriteMultiProof([0], new Hash256[3]));
        tree.SetLeaf(3, default);
        Assert.Throws<InvalidOperationException>(() => tree.WriteMultiProof([0], new Hash256[4]));
    }

    [Fact]
    public void Many_leaves_of_a_large_tree_are_proven_together()
    {
        const int Count = 3_000;
        var random = new Random(3);
        Hash256[] leaves = PlainMerkle.RandomHashes(random, 50_000);
        MerkleTree tree = Build(leaves);
        int[] indexes = [.. Enumerable.Range(0, leaves.Length).OrderBy(_ => random.Next()).Take(Count).Order()];
        var siblings = new Hash256[tree.GetMultiProofLength(indexes)];
        tree.WriteMultiProof(indexes, siblings);

        Assert.InRange(siblings.Length, 1, Count * 6);
        Hash256[] proven = [.. indexes.Select(index => leaves[index])];
        Assert.Equal(MerkleVerdict.Proven, MerkleProof.Check(tree.ComputeRoot(), leaves.Length, indexes, proven, siblings));
        Assert.Equal(MerkleVerdict.OtherRoot, MerkleProof.Check(tree.ComputeRoot(), leaves.Length, indexes, proven, Mutate(random, siblings, siblings.Length - 1)));
    }

    private static MerkleTree Build(Hash256[] leaves)
    {
        var tree = new MerkleTree(leaves.Length);
        tree.SetLeaves(0, leaves);
        tree.ComputeRoot();
        return tree;
    }

    private static Hash256[] Mutate(Random random, Hash256[] hashes, int index)
    {
        Hash256[] mutated = [.. hashes];
        mutated[index] = PlainMerkle.FlipBit(random, mutated[index]);
        return mutated;
    }

    private static Hash256[] Swap(Hash256[] hashes, int index)
    {
        Hash256[] swapped = [.. hashes];
        (swapped[index - 1], swapped[index]) = (swapped[index], swapped[index - 1]);
        return swapped;
    }

    /// <summary>Of a random set of leaves of a random tree.</summary>
    private sealed class Proof
    {
        internal Proof(Random random)
        {
            AllLeaves = PlainMerkle.RandomHashes(random, random.Next(1, 80));
            int count = random.Next(1, AllLeaves.Length + 1);
            Indexes = [.. Enumerable.Range(0, AllLeaves.Length).OrderBy(_ => random.Next()).Take(count).Order()];
            Leaves = [.. Indexes.Select(index => AllLeaves[index])];
            MerkleTree tree = Build(AllLeaves);
            Root = tree.ComputeRoot();
            Siblings = new Hash256[tree.GetMultiProofLength(Indexes)];
            tree.WriteMultiProof(Indexes, Siblings);
        }

        internal Hash256[] AllLeaves { get; }

        internal int[] Indexes { get; }

        internal Hash256[] Leaves { get; }

        internal Hash256 Root { get; }

        internal Hash256[] Siblings { get; }
    }
}
