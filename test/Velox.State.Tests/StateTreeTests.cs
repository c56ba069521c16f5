using Velox.Cryptography;
using Velox.Primitives;
using Xunit;

namespace Velox.State.Tests;

public class StateTreeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Roots_and_proofs_equal_those_of_a_plain_tree_at_every_size(int workers)
    {
        const int seed = 5;
        var random = new Random(seed);
        var tree = new StateTree();
        var plain = new MerkleTree();
        while (plain.LeafCount < 40_000)
        {
            int count = random.Next(plain.LeafCount < 2_000 ? 20 : 4_000);
            for (int i = 0; i < count; i++)
            {
                plain.Resize(plain.LeafCount + 1);
                Assert.Equal(plain.LeafCount - 1, tree.Take());
                SetBoth(tree.LeafCount - 1);
                SetBoth(random.Next(tree.LeafCount));
            }

            tree.ComputeRoot(workers);
            string where = $"seed {seed}, {tree.LeafCount} leaves";
            Assert.True(plain.ComputeRoot() == tree.Root, where);
            if (tree.LeafCount == 0)
                continue;
            int index = random.Next(tree.LeafCount);
            var siblings = new Hash256[plain.ProofLength];
            plain.WriteProof(index, siblings);
            Assert.True(siblings.AsSpan().SequenceEqual(tree.Prove(index)), where);
        }

        void SetBoth(int index)
        {
            Hash256 leaf = RandomHash(random);
            plain.SetLeaf(index, leaf);
            tree.Set(index, in leaf);
        }
    }

    [Fact]
    public void Free_leaves_are_zero_and_taken_again_from_the_lowest()
    {
        const int seed = 11;
        var random = new Random(seed);
        var tree = new StateTree();
        var plain = new MerkleTree(40_000);
        var used = new List<int>();
        var free = new SortedSet<int>();
        for (int i = 0; i < 40_000; i++)
            Take();

        for (int round = 0; round < 40; round++)
        {
            for (int i = random.Next(600); i > 0 && used.Count > 0; i--)
            {
                int at = random.Next(used.Count);
                tree.Release(used[at]);
                plain.SetLeaf(used[at], default);
                free.Add(used[at]);
                used.RemoveAt(at);
            }

            for (int i = random.Next(600); i > 0 && free.Count > 0; i--)
                Take();
            tree.ComputeRoot(workers: 1);
            Assert.True(plain.ComputeRoot() == tree.Root, $"seed {seed}, round {round}");
            Assert.Equal((40_000, free.Count), (tree.LeafCount, tree.FreeCount));
        }

        void Take()
        {
            int expected = free.Count > 0 ? free.Min : tree.LeafCount;
            Assert.True(expected == tree.Take(), $"seed {seed}");
            free.Remove(expected);
            used.Add(expected);
            Hash256 leaf = RandomHash(random);
            tree.Set(expected, in leaf);
            plain.SetLeaf(expected, leaf);
        }
    }

    private static Hash256 RandomHash(Random random)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        random.NextBytes(bytes);
        return new Hash256(bytes);
    }
}
