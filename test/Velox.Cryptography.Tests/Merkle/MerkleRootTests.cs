using Velox.Primitives;
using Xunit;

namespace Velox.Cryptography.Tests;

/// <summary>Roots after many changes at once, of some leaves or of whole ranges.</summary>
public sealed class MerkleRootTests
{
    public static TheoryData<Sha256Kernel> Kernels => [.. Enum.GetValues<Sha256Kernel>()];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void The_root_equals_that_of_a_tree_made_anew_after_every_step(Sha256Kernel kernel)
    {
        for (int seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var tree = new MerkleTree(0, kernel);
            Hash256[] leaves = [];
            for (int step = 0; step < 30; step++)
            {
                leaves = Change(random, tree, leaves);
                Hash256 root = tree.ComputeRoot(1 + random.Next(3));
                Assert.True(leaves.Length == 0 ? root.IsZero : PlainMerkle.Root(leaves) == root, $"seed {seed}, step {step}");
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Threads_do_not_change_the_root(int threads)
    {
        const int Leaves = 10_000;
        var random = new Random(1);
        Hash256[] leaves = PlainMerkle.RandomHashes(random, Leaves);
        var tree = new MerkleTree(Leaves);
        tree.SetLeaves(0, leaves);
        Assert.Equal(PlainMerkle.Root(leaves), tree.ComputeRoot(threads));

        // A third of the leaves: a list that is long enough for several threads too.
        for (int i = 0; i < Leaves; i += 3)
        {
            leaves[i] = PlainMerkle.RandomHash(random);
            tree.SetLeaf(i, leaves[i]);
        }

        Assert.Equal(PlainMerkle.Root(leaves), tree.ComputeRoot(threads));
    }

    [Fact]
    public void Leaves_that_were_dropped_and_those_beyond_a_new_height_count_in_ranges_too()
    {
        var random = new Random(2);
        var tree = new MerkleTree(100);
        tree.SetLeaves(0, PlainMerkle.RandomHashes(random, 100));
        tree.Resize(37);
        tree.Resize(64);
        Hash256[] leaves = [.. Enumerable.Range(0, 64).Select(tree.GetLeaf)];
        Assert.Equal(PlainMerkle.Root(leaves), tree.ComputeRoot());

        tree.Resize(1_000);
        leaves = [.. Enumerable.Range(0, 1_000).Select(tree.GetLeaf)];
        Assert.Equal(PlainMerkle.Root(leaves), tree.ComputeRoot());
    }

    [Fact]
    public void Leaves_that_there_are_not_are_refused_by_name()
    {
        var tree = new MerkleTree(10);
        Assert.Throws<ArgumentOutOfRangeException>("first", () => tree.SetLeaves(-1, new Hash256[1]));
        Assert.Throws<ArgumentOutOfRangeException>("first", () => tree.SetLeaves(8, new Hash256[3]));
        Assert.Throws<ArgumentOutOfRangeException>("first", () => tree.SetLeaves(0, new Hash256[11]));
        Assert.Throws<ArgumentOutOfRangeException>("threads", () => tree.ComputeRoot(0));
        tree.SetLeaves(10, []);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Nothing_is_allocated_whether_few_leaves_change_or_all(Sha256Kernel kernel)
    {
        var random = new Random(3);
        var tree = new MerkleTree(1_000, kernel);
        Hash256[][] rounds = [PlainMerkle.RandomHashes(random, 1_000), PlainMerkle.RandomHashes(random, 1_000)];
        Update();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Update();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Update()
        {
            foreach (Hash256[] leaves in rounds)
            {
                for (int step = 1; step < 1_000; step *= 3)
                {
                    for (int i = 0; i < leaves.Length; i += step)
                        tree.SetLeaf(i, leaves[(i + step) % leaves.Length]);
                    tree.ComputeRoot();
                }

                tree.SetLeaves(0, leaves);
                tree.ComputeRoot();
            }
        }
    }

    /// <summary>Another number of leaves, a range of new leaves, or scattered ones.</summary>
    private static Hash256[] Change(Random random, MerkleTree tree, Hash256[] leaves)
    {
        if (leaves.Length == 0 || random.Next(4) == 0)
        {
            Array.Resize(ref leaves, random.Next(300));
            tree.Resize(leaves.Length);
            return leaves;
        }

        if (random.Next(3) == 0)
        {
            int first = random.Next(leaves.Length);
            Hash256[] range = PlainMerkle.RandomHashes(random, random.Next(leaves.Length - first + 1));
            range.CopyTo(leaves, first);
            tree.SetLeaves(first, range);
            return leaves;
        }

        for (int changes = random.Next(1, leaves.Length + 1); changes > 0; changes--)
        {
            int index = random.Next(leaves.Length);
            leaves[index] = random.Next(5) == 0 ? default : PlainMerkle.RandomHash(random);
            tree.SetLeaf(index, leaves[index]);
        }

        return leaves;
    }
}
