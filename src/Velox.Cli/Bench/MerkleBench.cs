using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>
/// A Merkle tree built by one and two threads, and a thousandth of its leaves updated, beside a plain tree over
/// <see cref="SHA256.HashData(ReadOnlySpan{byte}, Span{byte})"/> of the same shape; the roots are compared.
/// </summary>
internal static class MerkleBench
{
    private const string Peer = "plain tree over SHA256.HashData";
    private const int UpdatesPerRun = 20;

    internal static IReadOnlyList<BenchLine> Run(int runs, int leafCount)
    {
        var random = new Random(42);
        // Each turn takes the other half, so that every leaf changes.
        Hash256[] leaves = RandomHashes(random, leafCount);
        Hash256[] others = RandomHashes(random, leafCount);
        int[][] updates = [.. Enumerable.Range(0, UpdatesPerRun).Select(_ => RandomIndexes(random, leafCount, Math.Max(1, leafCount / 1_000)))];
        var tree = new MerkleTree(leafCount);
        var plain = new PlainTree(leafCount);

        return
        [
            Compare("built, 1 thread", "CPU ms", ThreadMillis, () => Build(1), BuildPlain),
            Compare("built, 2 threads", "ms", WallMillis, () => Build(2), BuildPlain),
            Compare($"{updates[0].Length:N0} leaves updated", "CPU ms", UpdateMillis, Update, UpdatePlain),
        ];

        BenchLine Compare(string what, string unit, Func<Action, double> measure, Action mine, Action theirs)
        {
            (double value, double peerValue) = BenchReport.Medians(runs, () => measure(mine), () => measure(theirs));
            if (tree.ComputeRoot() != plain.Root)
                throw new BenchFailedException("the roots differ");
            return new BenchLine($"Merkle tree of {leafCount:N0} leaves, {what}", value, unit, Peer, peerValue);
        }

        void Build(int threads)
        {
            (leaves, others) = (others, leaves);
            tree.SetLeaves(0, leaves);
            tree.ComputeRoot(threads);
        }

        void BuildPlain() => plain.Build(leaves);

        void Update()
        {
            (leaves, others) = (others, leaves);
            foreach (int[] indexes in updates)
            {
                foreach (int index in indexes)
                    tree.SetLeaf(index, leaves[index]);
                tree.ComputeRoot();
            }
        }

        void UpdatePlain()
        {
            foreach (int[] indexes in updates)
                plain.Update(indexes, leaves);
        }
    }

    private static double ThreadMillis(Action action)
    {
        long start = ThreadTime.NowNanos;
        action();
        return (ThreadTime.NowNanos - start) / 1e6;
    }

    private static double WallMillis(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double UpdateMillis(Action action) => ThreadMillis(action) / UpdatesPerRun;

    private static Hash256[] RandomHashes(Random random, int count)
    {
        var hashes = new Hash256[count];
        random.NextBytes(MemoryMarshal.AsBytes(hashes.AsSpan()));
        return hashes;
    }

    private static int[] RandomIndexes(Random random, int leafCount, int count)
    {
        var indexes = new HashSet<int>();
        while (indexes.Count < count)
            indexes.Add(random.Next(leafCount));
        return [.. indexes];
    }
}
