using Velox.Primitives;

namespace Velox.Cryptography;

public sealed partial class MerkleTree
{
    /// <summary>
    /// Of the nodes from the first changed one to the last, this share in percent must have changed for all of them to be
    /// hashed: those that need not be are then cheaper than finding out which need be.
    /// </summary>
    private const int DenseSharePercent = 50;

    /// <summary>Fewer are not worth another thread: some 80 µs.</summary>
    private const int NodesPerTask = 1_024;

    /// <summary>Hashes what changed since the last call, level by level, and returns the root.</summary>
    /// <remarks>
    /// k changed leaves of n take k log n hashes at most, many side by side in vectors. Where more than about half of a
    /// range of leaves changed, as in a full build, the range is hashed as a whole.
    /// </remarks>
    /// <param name="threads">
    /// How many may hash at once, the calling one among them; the root is the same. More than one allocate a little for each
    /// level above <c>1,024</c> nodes, and take the others from the thread pool.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is less than 1.</exception>
    public Hash256 ComputeRoot(int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        int levelStart = _capacity;
        for (; levelStart > 1 && _dirty.Count > 0 && !IsDense; levelStart >>= 1)
        {
            _dirty.MoveUp();
            Hash(new NodeList(_dirty.Memory, _dirty.Count), threads);
        }

        if (_dirty.Count > 0)
            HashRange(_dirty.First, _dirty.Last, levelStart, threads);
        _dirty.Clear();
        return LeafCount == 0 ? default : _nodes[_capacity >> ProofLength];
    }

    private bool IsDense => 100L * _dirty.Count > (long)DenseSharePercent * (_dirty.Last - _dirty.First + 1);

    /// <summary>Hashes all that stands above a range of one level.</summary>
    private void HashRange(int first, int last, int levelStart, int threads)
    {
        for (; levelStart > 1; levelStart >>= 1)
        {
            first >>= 1;
            last >>= 1;
            Hash(new NodeRange(first, last - first + 1), threads);
        }
    }

    private void Hash<TNodes>(TNodes nodes, int threads)
        where TNodes : struct, INodes
    {
        int tasks = Math.Min(threads, nodes.Count / NodesPerTask);
        if (tasks <= 1)
            nodes.Hash(_nodes, 0, nodes.Count, _kernel);
        else
            HashParallel(nodes, threads);
    }

    // Apart, as the closure would be made at each call.
    private void HashParallel<TNodes>(TNodes nodes, int threads)
        where TNodes : struct, INodes
    {
        int tasks = nodes.Count / NodesPerTask;
        Parallel.For(0, tasks, new ParallelOptions { MaxDegreeOfParallelism = threads }, task =>
        {
            int start = (int)((long)nodes.Count * task / tasks);
            int end = (int)((long)nodes.Count * (task + 1) / tasks);
            nodes.Hash(_nodes, start, end - start, _kernel);
        });
    }

    /// <summary>Nodes of one level.</summary>
    private interface INodes
    {
        int Count { get; }

        void Hash(Hash256[] tree, int start, int count, Sha256Kernel kernel);
    }

    private readonly struct NodeRange(int first, int count) : INodes
    {
        public int Count => count;

        public void Hash(Hash256[] tree, int start, int count, Sha256Kernel kernel) => Sha256Lanes.HashPairs(
            tree.AsSpan(2 * (first + start), 2 * count), tree.AsSpan(first + start, count), MerkleHash.NodePrefix, kernel);
    }

    private readonly struct NodeList(int[] nodes, int count) : INodes
    {
        public int Count => count;

        public void Hash(Hash256[] tree, int start, int count, Sha256Kernel kernel) =>
            Sha256Lanes.HashNodes(tree, nodes.AsSpan(start, count), MerkleHash.NodePrefix, kernel);
    }
}
