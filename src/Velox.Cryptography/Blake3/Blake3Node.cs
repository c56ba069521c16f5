using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>The last compression of a chunk or of a parent, not done yet: how depends on whether it is the root.</summary>
internal unsafe struct Blake3Node
{
    internal fixed uint Chaining[Blake3Constants.ChainingWords];
    internal fixed byte Block[Blake3Constants.BlockSize];
    internal ulong Counter;
    internal uint BlockLength;
    internal Blake3Flags Flags;

    /// <summary>The node of data of one chunk at most, which is all the input.</summary>
    [SkipLocalsInit]
    internal static void OfChunk(byte* data, int length, uint* key, Blake3Flags mode, VectorWidth width, Blake3Node* node)
    {
        uint* chaining = key;
        Blake3Flags start = Blake3Flags.ChunkStart;
        for (; length > Blake3Constants.BlockSize; length -= Blake3Constants.BlockSize, data += Blake3Constants.BlockSize)
        {
            Blake3Block.Compress(
                chaining, data, 0, Blake3Constants.BlockSize, mode | start, node->Chaining, isExtended: false, width);
            chaining = node->Chaining;
            start = Blake3Flags.None;
        }

        if (chaining == key)
            Unsafe.CopyBlockUnaligned(node->Chaining, key, Blake3Constants.ChainingSize);
        Blake3Block.Pad(data, length, node->Block);
        node->Counter = 0;
        node->BlockLength = (uint)length;
        node->Flags = mode | start | Blake3Flags.ChunkEnd;
    }

    /// <param name="pair">The chaining values of the children, 16 words.</param>
    /// <param name="key">8 words.</param>
    /// <param name="mode">The mode.</param>
    [SkipLocalsInit]
    internal static Blake3Node Parent(uint* pair, uint* key, Blake3Flags mode)
    {
        Blake3Node parent;
        Unsafe.CopyBlockUnaligned(parent.Chaining, key, Blake3Constants.ChainingSize);
        Unsafe.CopyBlockUnaligned(parent.Block, pair, Blake3Constants.BlockSize);
        parent.Counter = 0;
        parent.BlockLength = Blake3Constants.BlockSize;
        parent.Flags = mode | Blake3Flags.Parent;
        return parent;
    }

    /// <summary>8 words: what a node that is not the root passes up.</summary>
    internal readonly void WriteChaining(uint* output, VectorWidth width)
    {
        fixed (uint* chaining = Chaining)
        fixed (byte* block = Block)
            Blake3Block.Compress(chaining, block, Counter, BlockLength, Flags, output, isExtended: false, width);
    }
}
