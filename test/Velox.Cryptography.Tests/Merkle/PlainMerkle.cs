using System.Security.Cryptography;
using Velox.Primitives;

namespace Velox.Cryptography.Tests;

/// <summary>A tree over leaves that is always made anew, node by node with the framework's SHA-256.</summary>
internal static class PlainMerkle
{
    /// <summary>All levels from the padded leaves to the root.</summary>
    internal static Hash256[][] Levels(IReadOnlyList<Hash256> leaves)
    {
        int width = 1;
        while (width < leaves.Count)
            width *= 2;
        List<Hash256[]> levels = [[.. leaves, .. new Hash256[width - leaves.Count]]];
        while (levels[^1].Length > 1)
            levels.Add([.. levels[^1].Chunk(2).Select(pair => Node(pair[0], pair[1]))]);
        return [.. levels];
    }

    internal static Hash256 Root(IReadOnlyList<Hash256> leaves) => Levels(leaves)[^1][0];

    /// <summary>Siblings that follow neither from the leaves with these indexes nor from the number of leaves.</summary>
    internal static Hash256[] MultiProof(IReadOnlyList<Hash256> leaves, IReadOnlyList<int> indexes)
    {
        var siblings = new List<Hash256>();
        var known = new SortedSet<int>(indexes);
        int live = leaves.Count;
        foreach (Hash256[] level in Levels(leaves).SkipLast(1))
        {
            foreach (int position in known.Select(position => position ^ 1).Where(position => !known.Contains(position) && position < live))
                siblings.Add(level[position]);
            known = [.. known.Select(position => position / 2)];
            live = (live + 1) / 2;
        }

        return [.. siblings];
    }

    internal static Hash256 Node(Hash256 left, Hash256 right) => new(SHA256.HashData([1, .. left.Span, .. right.Span]));

    internal static Hash256 RandomHash(Random random)
    {
        byte[] bytes = new byte[Hash256.Size];
        random.NextBytes(bytes);
        return new Hash256(bytes);
    }

    internal static Hash256[] RandomHashes(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => RandomHash(random))];

    internal static Hash256 FlipBit(Random random, Hash256 hash)
    {
        byte[] bytes = hash.Span.ToArray();
        int bit = random.Next(256);
        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        return new Hash256(bytes);
    }
}
