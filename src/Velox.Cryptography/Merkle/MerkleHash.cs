using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Velox.Primitives;

namespace Velox.Cryptography;

/// <summary>The hashes that <see cref="MerkleTree"/> is made of.</summary>
internal static class MerkleHash
{
    internal const byte LeafPrefix = 0;
    internal const byte NodePrefix = 1;

    // A page of 4 KiB fits.
    private const int MaxBufferedDataLength = 4096;
    private const int NodeInputLength = 1 + (2 * Hash256.Size);

    private static readonly Hash256[] PaddingRoots = ComputePaddingRoots();

    [ThreadStatic]
    private static IncrementalHash? LongLeafHash;

    /// <summary>Levels of nodes above the leaves.</summary>
    internal static int Height(int leafCount) => leafCount <= 1 ? 0 : BitOperations.Log2((uint)(leafCount - 1)) + 1;

    /// <summary>The root of so many levels above leaves that are all zero.</summary>
    internal static ref readonly Hash256 PaddingRoot(int level) => ref PaddingRoots[level];

    /// <summary>Nodes of a level that have a leaf of the tree below them; those behind are padding.</summary>
    internal static int LiveNodes(int leafCount, int level) => (int)((leafCount + (1L << level) - 1) >> level);

    /// <summary>SHA-256(0x00 || data).</summary>
    [SkipLocalsInit]
    internal static Hash256 Leaf(ReadOnlySpan<byte> data)
    {
        if (Sha256Policy.Kernel >= Sha256Kernel.Instructions)
            return LeafByInstructions(data);
        if (data.Length > MaxBufferedDataLength)
            return LongLeaf(data);

        // One call over a copy: without the instructions the fastest form for any of them.
        Span<byte> input = stackalloc byte[1 + MaxBufferedDataLength];
        input[0] = LeafPrefix;
        data.CopyTo(input[1..]);
        return Sha256.HashData(input[..(1 + data.Length)]);
    }

    /// <summary>SHA-256(0x01 || left || right).</summary>
    [SkipLocalsInit]
    internal static Hash256 Node(in Hash256 left, in Hash256 right)
    {
        Span<byte> input = stackalloc byte[NodeInputLength];
        input[0] = NodePrefix;
        left.Span.CopyTo(input[1..]);
        right.Span.CopyTo(input[(1 + Hash256.Size)..]);
        return Sha256.HashData(input);
    }

    private static Hash256 LeafByInstructions(ReadOnlySpan<byte> data)
    {
        var state = Sha256State.Create();
        state.Append([LeafPrefix], Sha256Kernel.Instructions);
        state.Append(data, Sha256Kernel.Instructions);
        Span<byte> digest = stackalloc byte[Hash256.Size];
        state.Finish(digest, Sha256Kernel.Instructions);
        return new Hash256(digest);
    }

    private static Hash256 LongLeaf(ReadOnlySpan<byte> data)
    {
        IncrementalHash hash = LongLeafHash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([LeafPrefix]);
        hash.AppendData(data);
        Span<byte> digest = stackalloc byte[Hash256.Size];
        hash.GetHashAndReset(digest);
        return new Hash256(digest);
    }

    private static Hash256[] ComputePaddingRoots()
    {
        var roots = new Hash256[Height(MerkleTree.MaxLeafCount) + 1];
        for (int level = 1; level < roots.Length; level++)
            roots[level] = Node(roots[level - 1], roots[level - 1]);
        return roots;
    }
}
