using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.State;

/// <summary>Roots of trees whose leaves are all zero, by height: what stands where the state tree has no leaves.</summary>
internal static class PaddingRoots
{
    private static readonly Hash256[] Roots = Compute();

    internal static Hash256 At(int height) => Roots[height];

    private static Hash256[] Compute()
    {
        var roots = new Hash256[StateTree.MaxHeight + 1];
        Span<byte> node = stackalloc byte[1 + (2 * Hash256.Size)];
        node[0] = StateTree.NodePrefix;
        for (int height = 1; height < roots.Length; height++)
        {
            roots[height - 1].Span.CopyTo(node[1..]);
            roots[height - 1].Span.CopyTo(node[(1 + Hash256.Size)..]);
            roots[height] = Sha256.HashData(node);
        }

        return roots;
    }
}
