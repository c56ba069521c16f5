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

    // Heap order: node 1 is the root, the children of n are 2n and 2n + 1, the leaves start at Fan.
    private ChunkNodes _nodes;

    /// <summary>A chunk without a leaf in use.</summary>
    /// <param name="level">0 at the bottom.</param>
    /// <param name="owner">Whose it is.</param>
    internal TreeChunk(int level, object owner)
    {
        Owner = owner;
        if (level > 0)
            Children = new TreeChunk?[Fan];
        for (int height = 0; height <= Height; height++)
            Nodes.Slice(Fan >> height, Fan >> height).Fill(PaddingRoots.At((level * Height) + height));
    }

    private TreeChunk(TreeChunk other, object owner)
    {
        Owner = owner;
        _nodes = other._nodes;
        Free = other.Free;
        Children = other.Children?.AsSpan().ToArray();
    }

    internal object Owner { get; }

    /// <summary>64 of them; see <see cref="Fan"/>.</summary>
    internal Span<Hash256> Nodes => MemoryMarshal.CreateSpan(ref Unsafe.As<ChunkNodes, Hash256>(ref _nodes), 2 * Fan);

    internal ref Hash256 Root => ref Nodes[1];

    /// <summary>Null at the bottom; null where no leaf below is in use.</summary>
    internal TreeChunk?[]? Children { get; }

    /// <summary>Bit per leaf that changed since the nodes above were hashed.</summary>
    internal uint Dirty { get; set; }

    /// <summary>Bit per leaf that was in use and is free again; above the bottom, per chunk that has one.</summary>
    internal uint Free { get; set; }

    /// <summary>Fetches what it is, beside its nodes, into the cache.</summary>
    internal void Prefetch() => CacheLine.Prefetch(in _nodes);

    /// <summary>Fetches what setting a leaf needs into the cache.</summary>
    internal void Prefetch(int slot)
    {
        Prefetch();
        CacheLine.PrefetchAll(in Nodes[Fan + slot]);
    }

    /// <summary>Fetches what hashing above the changed leaves needs into the cache.</summary>
    internal void PrefetchChanged()
    {
        Span<Hash256> nodes = Nodes;
        uint changed = Dirty;
        for (int height = 1; height <= Height; height++)
        {
            changed = ParentsOf(changed);
            for (uint rest = changed; rest != 0; rest &= rest - 1)
            {
                int child = 2 * ((Fan >> height) + BitOperations.TrailingZeroCount(rest));
                CacheLine.Prefetch(in nodes[child]);
                CacheLine.PrefetchAll(in nodes[child + 1]);
            }
        }
    }

    /// <summary>Bit i is set if bit 2i or 2i + 1 was.</summary>
    internal static uint ParentsOf(uint changed)
    {
        uint parents = (changed | (changed >> 1)) & 0x5555_5555;
        parents = (parents | (parents >> 1)) & 0x3333_3333;
        parents = (parents | (parents >> 2)) & 0x0F0F_0F0F;
        parents = (parents | (parents >> 4)) & 0x00FF_00FF;
        return (parents | (parents >> 8)) & 0x0000_FFFF;
    }

    internal TreeChunk CopyFor(object owner) => new(this, owner);

    [InlineArray(2 * Fan)]
    private struct ChunkNodes
    {
        private Hash256 _first;
    }
}
