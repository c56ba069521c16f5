using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>A Merkle tree node by node; of changed leaves every path is found once a level, and hashed.</summary>
internal sealed class PlainTree
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
