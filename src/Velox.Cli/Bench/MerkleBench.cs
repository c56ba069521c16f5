using System.Diagnostics;
using System.Numerics;
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

    /// <summary>Node by node; of changed leaves every path is found once a level, and hashed.</summary>
    private sealed class PlainTree
    {
        private readonly int _capacity;
        private readonly Hash256[] _nodes;

        internal PlainTree(int leafCount)
        {
            _capacity = (int)BitOperations.RoundUpToPowerOf2((uint)leafCount);
            _nodes = new Hash256[2 * _capacity];
        }

        internal Hash256 Root => _nodes[1];

        internal void Build(Hash256[] leaves)
        {
            leaves.CopyTo(_nodes, _capacity);
            for (int node = _capacity - 1; node >= 1; node--)
                Hash(node);
        }

        internal void Update(int[] indexes, Hash256[] leaves)
        {
            var dirty = new HashSet<int>();
            foreach (int index in indexes)
            {
                _nodes[_capacity + index] = leaves[index];
                dirty.Add((_capacity + index) >> 1);
            }

            while (dirty.Count > 0 && !dirty.Contains(0))
            {
                foreach (int node in dirty)
                    Hash(node);
                dirty = [.. dirty.Select(node => node >> 1)];
            }
        }

        private void Hash(int node)
        {
            Span<byte> input = stackalloc byte[1 + (2 * Hash256.Size)];
            input[0] = 1;
            _nodes[2 * node].Span.CopyTo(input[1..]);
            _nodes[(2 * node) + 1].Span.CopyTo(input[(1 + Hash256.Size)..]);
            SHA256.HashData(input, MemoryMarshal.AsBytes(new Span<Hash256>(ref _nodes[node])));
        }
    }
}
