namespace Velox.Cryptography;

/// <summary>The nodes of one level that changed, each once, in the order of the changes.</summary>
/// <remarks>A bit for every node of the tree says which are listed; marking and moving up a level take the same time for each.</remarks>
internal sealed class MerkleDirtyNodes
{
    private readonly int[] _nodes;
    private readonly ulong[] _isListed;
    private int _count;
    private int _first = int.MaxValue;
    private int _last;

    /// <param name="capacity">Leaves that the tree has room for: a power of two.</param>
    internal MerkleDirtyNodes(int capacity)
    {
        _nodes = new int[capacity];
        _isListed = new ulong[(2 * capacity / 64) + 1];
    }

    internal int Count => _count;

    internal ReadOnlySpan<int> Nodes => _nodes.AsSpan(0, _count);

    /// <summary>For other threads, which cannot take a span.</summary>
    internal int[] Memory => _nodes;

    /// <summary>The lowest of them.</summary>
    internal int First => _first;

    /// <summary>The highest of them.</summary>
    internal int Last => _last;

    internal void Add(int node)
    {
        ref ulong word = ref _isListed[node / 64];
        ulong bit = 1UL << (node % 64);
        if ((word & bit) != 0)
            return;
        word |= bit;
        _nodes[_count++] = node;
        _first = Math.Min(_first, node);
        _last = Math.Max(_last, node);
    }

    /// <summary>Lists the parents instead.</summary>
    internal void MoveUp()
    {
        // In place: there are never more parents than children read so far.
        int count = _count;
        _count = 0;
        (_first, _last) = (int.MaxValue, 0);
        for (int i = 0; i < count; i++)
        {
            int node = _nodes[i];
            Unlist(node);
            Add(node >> 1);
        }
    }

    internal void Clear()
    {
        foreach (int node in Nodes)
            Unlist(node);
        _count = 0;
        (_first, _last) = (int.MaxValue, 0);
    }

    private void Unlist(int node) => _isListed[node / 64] &= ~(1UL << (node % 64));
}
