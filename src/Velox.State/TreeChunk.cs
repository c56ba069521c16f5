using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.State;

/// <summary>Five levels of the state tree: 32 leaves, which are the roots of the chunks below if there are any, and what stands above.</summary>
/// <remarks>Written by its owner's tree only; every other tree that has it copies it first.</remarks>
internal sealed class TreeChunk
{
    /// <summary>Levels of nodes above its leaves.</summary>
    internal const int Height = 5;

    /// <summary>Its leaves.</summary>
    internal const int Fan = 1 << Height;

    private const int NodesSize = 2 * Fan * Hash256.Size;

    // Heap order: node 1 is the root, the children of n are 2n and 2n + 1, the leaves start at Fan.
    private readonly byte[] _memory;
    private readonly int _nodesStart;

    /// <summary>A chunk without a leaf in use.</summary>
    /// <remarks>
    /// Its memory is pinned, so that two sisters always lie in one cache line: half as many lines are fetched and written. Copies do without,
    /// as most of them live no longer than a fork, and pinned memory is only given back by a full collection.
    /// </remarks>
    /// <param name="level">0 at the bottom.</param>
    /// <param name="owner">Whose it is.</param>
    internal TreeChunk(int level, object owner)
    {
        Owner = owner;
        _memory = GC.AllocateUninitializedArray<byte>(NodesSize + CacheLine.Size, pinned: true);
        _nodesStart = CacheLine.BytesToLine(in _memory[0]);
        if (level > 0)
            Children = new TreeChunk?[Fan];
        for (int height = 0; height <= Height; height++)
            Nodes.Slice(Fan >> height, Fan >> height).Fill(PaddingRoots.At((level * Height) + height));
    }

    private TreeChunk(TreeChunk other, object owner)
    {
        Owner = owner;
        _memory = GC.AllocateUninitializedArray<byte>(NodesSize);
        other.Nodes.CopyTo(Nodes);
        Free = other.Free;
        Children = other.Children?.AsSpan().ToArray();
    }

    internal object Owner { get; }

    /// <summary>64 of them; see <see cref="Fan"/>.</summary>
    internal Span<Hash256> Nodes => MemoryMarshal.CreateSpan(ref Unsafe.As<byte, Hash256>(ref FirstByte), 2 * Fan);

    /// <summary>The same, two by two: the children of node n.</summary>
    internal Span<HashPair> Sisters => MemoryMarshal.CreateSpan(ref Unsafe.As<byte, HashPair>(ref FirstByte), Fan);

    // Unsafe: the memory has a line more than the nodes need, and they start within its first. A check would fetch the array's own line.
    private ref byte FirstByte => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_memory), _nodesStart);

    /// <summary>Only of the chunk above all others is it kept here; that of any other is a leaf of the chunk above.</summary>
    internal ref Hash256 Root => ref Nodes[1];

    /// <summary>Null at the bottom; null where no leaf below is in use.</summary>
    internal TreeChunk?[]? Children { get; }

    /// <summary>Bit per leaf that changed since the nodes above were hashed.</summary>
    internal uint Dirty { get; set; }

    /// <summary>Bit per leaf that was in use and is free again; above the bottom, per chunk that has one.</summary>
    internal uint Free { get; set; }

    /// <summary>Fetches what it is, beside its nodes, into the cache.</summary>
    internal void Prefetch() => CacheLine.Prefetch(in _memory);

    /// <summary>Fetches what setting a leaf needs into the cache.</summary>
    internal void Prefetch(int slot) => CacheLine.PrefetchAll(in Sisters[(Fan + slot) / 2]);

    /// <summary>Fetches what hashing above the changed leaves needs into the cache.</summary>
    internal void PrefetchChanged()
    {
        // Leaf by leaf, though they share the upper nodes: most chunks have one that changed.
        Span<HashPair> sisters = Sisters;
        for (uint rest = Dirty; rest != 0; rest &= rest - 1)
        {
            int leaf = Fan + BitOperations.TrailingZeroCount(rest);
            for (int height = 1; height <= Height; height++)
                CacheLine.PrefetchAll(in sisters[leaf >> height]);
        }
    }

    internal TreeChunk CopyFor(object owner) => new(this, owner);
}

/// <summary>Two children of a node.</summary>
internal struct HashPair
{
    internal Hash256 Left;
    internal Hash256 Right;
}
