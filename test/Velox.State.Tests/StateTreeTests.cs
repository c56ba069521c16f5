using Velox.Cryptography;
using Velox.Primitives;
using Xunit;

namespace Velox.State.Tests;

public class StateTreeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Roots_and_proofs_equal_those_of_a_plain_tree_at_every_size(int workers)
    {
        const int seed = 5;
        var random = new Random(seed);
        var tree = new StateTree();
        using var team = new WorkerTeam(workers);
        var plain = new MerkleTree();
        var changes = new Dictionary<int, Hash256>();
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

            Update(tree, changes, team);
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
            changes[index] = leaf;
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
        var changes = new Dictionary<int, Hash256>();
        using var team = new WorkerTeam(1);
        for (int i = 0; i < 40_000; i++)
            Take();

        for (int round = 0; round < 40; round++)
        {
            for (int i = random.Next(600); i > 0 && used.Count > 0; i--)
            {
                int at = random.Next(used.Count);
                tree.Release(used[at]);
                plain.SetLeaf(used[at], default);
                changes[used[at]] = default;
                free.Add(used[at]);
                used.RemoveAt(at);
            }

            for (int i = random.Next(600); i > 0 && free.Count > 0; i--)
                Take();
            Update(tree, changes, team);
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
            changes[expected] = leaf;
            plain.SetLeaf(expected, leaf);
        }
    }

    private static void Update(StateTree tree, Dictionary<int, Hash256> changes, WorkerTeam team)
    {
        var order = new LeafOrder();
        order.Begin(changes.Count);
        var hashes = new List<Hash256>();
        foreach ((int index, Hash256 leaf) in changes)
        {
            order.Note(index, hashes.Count);
            hashes.Add(leaf);
        }

        tree.Update(order.Sort([.. hashes], tree.LeafCount), team);
        changes.Clear();
    }

    private static Hash256 RandomHash(Random random)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        random.NextBytes(bytes);
        return new Hash256(bytes);
    }
}
