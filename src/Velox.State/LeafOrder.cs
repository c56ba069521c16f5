using System.Numerics;
using Velox.Primitives;

namespace Velox.State;

/// <summary>Leaves of the state tree as they are to become.</summary>
/// <param name="Items">Sorted; see <see cref="LeafOrder"/>.</param>
/// <param name="Count">How many items.</param>
/// <param name="Hashes">The leaves, by position.</param>
internal readonly record struct LeafChanges(ulong[] Items, int Count, Hash256[] Hashes)
{
    /// <summary>Where the leaf of an item is in the tree.</summary>
    internal static int IndexOf(ulong item) => (int)(item >> 32);

    /// <summary>Where the leaf of an item is among the hashes.</summary>
    internal static int PositionOf(ulong item) => (int)(uint)item;
}

/// <summary>Sorts leaves by where they are in the state tree, so that neighbours are hashed together.</summary>
internal sealed class LeafOrder
{
    private readonly RadixSorter _sorter = new();
    private int _count;

    internal void Begin(int mostLeaves)
    {
        _sorter.MakeRoom(mostLeaves);
        _count = 0;
    }

    /// <summary>Notes a leaf. Of two with one index the last counts: note the one with the lower position first.</summary>
    internal void Note(int index, int position) => _sorter.Items[_count++] = ((ulong)index << 32) | (uint)position;

    /// <param name="hashes">The leaves, by position.</param>
    /// <param name="leafCount">Of the tree.</param>
    internal LeafChanges Sort(Hash256[] hashes, int leafCount)
    {
        _sorter.Sort(_count, 32, 32 + BitOperations.Log2((uint)leafCount | 1) + 1);
        return new LeafChanges(_sorter.Items, _count, hashes);
    }

    internal void Trim() => _sorter.Trim();
}
