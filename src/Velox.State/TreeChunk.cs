using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.State;

/// <summary>Five levels of the state tree: 32 leaves, which are the roots of the chunks below if there are any, and what stands above.</summary>
/// <remarks>Written by its owner's tree only; every other tree that has it copies it first.</remarks>
internal sealed unsafe class TreeChunk
{
    /// <summary>Levels of nodes above its leaves.</summary>
    internal const int Height = 5;

    /// <summary>Its leaves.</summary>
    internal const int Fan = 1 << Height;

    /// <summary>Bytes of its nodes.</summary>
    internal const int NodesSize = 2 * Fan * Hash256.Size;

    // What keeps the nodes, or, if they may move, holds them: a byte[].
    private readonly object _memory;

    // Of children that are its owner's and do not move: so that they need not be looked at, which would be to wait for each.
    private nint[]? _childAddresses;

    /// <summary>A chunk without a leaf in use.</summary>
    /// <param name="level">0 at the bottom.</param>
    /// <param name="owner">Whose it is.</param>
    /// <param name="nodes">Where its nodes are to be.</param>
    internal TreeChunk(int level, object owner, ChunkPlace nodes)
    {
        Owner = owner;
        _memory = nodes.Owner;
        Address = nodes.Address;
        if (level > 0)
            Children = new TreeChunk?[Fan];
        for (int height = 0; height <= Height; height++)
            Nodes.Slice(Fan >> height, Fan >> height).Fill(PaddingRoots.At((level * Height) + height));
    }

    // Copies are not pinned: most of them live no longer than a fork, and pinned memory is only given back by a full collection.
    private TreeChunk(TreeChunk other, object owner)
    {
        Owner = owner;
        _memory = GC.AllocateUninitializedArray<byte>(NodesSize);
        other.Nodes.CopyTo(Nodes);
        Free = other.Free;
        Children = other.Children?.AsSpan().ToArray();
    }

    internal object Owner { get; }

    /// <summary>Where the nodes are, for as long as the chunk is known to somebody; 0 if they may move.</summary>
    internal nint Address { get; }

    /// <summary>Null at the bottom; null where no leaf below was ever in use.</summary>
    internal TreeChunk?[]? Children { get; }

    /// <summary>Bit per leaf that was in use and is free again; above the bottom, per chunk that has one.</summary>
    internal uint Free { get; set; }

    /// <summary>In heap order: node 1 is the root, the children of n are 2n and 2n + 1, the leaves start at <see cref="Fan"/>.</summary>
    // Unsafe: the memory of a place holds that many at its address, and is kept by this chunk.
    internal Span<Hash256> Nodes => Address != 0
        ? new Span<Hash256>((void*)Address, 2 * Fan)
        : MemoryMarshal.CreateSpan(ref Unsafe.As<byte, Hash256>(ref MemoryMarshal.GetArrayDataReference(Unsafe.As<byte[]>(_memory))), 2 * Fan);

    /// <summary>Only of the chunk above all others is it kept here; that of any other is a leaf of the chunk above.</summary>
    internal ref Hash256 Root => ref Nodes[1];

    /// <summary>The child at a slot, which must be there, copied if it belongs to another tree. This one must be the tree's own.</summary>
    internal TreeChunk OwnChild(int slot)
    {
        ref TreeChunk? child = ref Children![slot];
        if (!ReferenceEquals(child!.Owner, Owner))
            child = child.CopyFor(Owner);
        if (child.Address != 0)
            (_childAddresses ??= new nint[Fan])[slot] = child.Address;
        return child;
    }

    /// <summary>Where the nodes of a child are that was asked for before; 0 if it was not, or they may move.</summary>
    internal nint OwnChildAddress(int slot) => _childAddresses is { } addresses ? addresses[slot] : 0;

    /// <summary>Fetches addresses of children into the cache.</summary>
    internal void PrefetchChildren() => CacheLine.PrefetchObject(_childAddresses, 2 * sizeof(nint) + (Fan * sizeof(nint)));

    internal TreeChunk CopyFor(object owner) => new(this, owner);
}
