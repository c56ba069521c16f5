using System.Numerics;
using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>A BLAKE3 hash under way, in about 2 KB without anything on the heap.</summary>
/// <remarks>
/// The chunks are leaves of a tree that is as full as it can be on the left (section 2.1 of the paper). Of a part that is done
/// only its root is kept, on a stack. Two neighbours are merged only when more input comes, as the last merge makes the root of
/// all and is another compression.
/// </remarks>
internal unsafe struct Blake3State
{
    // 2^64 bytes are 2^54 chunks; and one more as merging waits.
    private const int MaxStackDepth = 55;

    // So many chunks at once keep the lanes busy up the tree, and their chaining values in the nearest cache.
    private const int MaxSubtreeChunks = 64;

    private fixed uint _key[Blake3Constants.ChainingWords];
    private fixed uint _stack[MaxStackDepth * Blake3Constants.ChainingWords];

    // The chunk under way. A full block stays here until more input shows that it is not the last.
    private fixed uint _chaining[Blake3Constants.ChainingWords];
    private fixed byte _block[Blake3Constants.BlockSize];
    private int _blockLength;
    private int _blocksDone;

    private ulong _chunksDone;
    private int _stackDepth;
    private Blake3Flags _mode;
    private VectorWidth _width;

    private readonly Blake3Flags StartFlag => _blocksDone == 0 ? Blake3Flags.ChunkStart : Blake3Flags.None;

    private readonly int ChunkLength => (_blocksDone * Blake3Constants.BlockSize) + _blockLength;

    /// <summary>Begins.</summary>
    /// <param name="key">8 words.</param>
    /// <param name="mode">Which of the modes: plain, keyed, or one of the two of key derivation.</param>
    /// <param name="width">The widest vectors to use.</param>
    internal void Begin(ReadOnlySpan<uint> key, Blake3Flags mode, VectorWidth width)
    {
        for (int word = 0; word < Blake3Constants.ChainingWords; word++)
            _key[word] = key[word];
        (_mode, _width) = (mode, width);
        Restart();
    }

    /// <summary>Begins again with the same key.</summary>
    internal void Restart()
    {
        _chunksDone = 0;
        _stackDepth = 0;
        BeginChunk();
    }

    internal void Append(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
            return;

        // A hasher may be on the heap: its memory is held in place as well as the data's.
        fixed (byte* bytes = data)
        fixed (uint* key = _key)
        {
            byte* next = bytes;
            int left = data.Length;
            if (ChunkLength > 0)
            {
                int taken = Math.Min(Blake3Constants.ChunkSize - ChunkLength, left);
                FillChunk(next, taken);
                next += taken;
                left -= taken;
                if (left == 0)
                    return;
                EndChunk(key);
            }

            // What is last may be the root and waits: at most a chunk here, or the two halves of a subtree on the stack.
            while (left > Blake3Constants.ChunkSize)
            {
                int chunks = SubtreeChunks(left);
                AppendSubtree(next, chunks, key);
                next += chunks * Blake3Constants.ChunkSize;
                left -= chunks * Blake3Constants.ChunkSize;
            }

            if (left == 0)
                return;
            MergeStack(key);
            FillChunk(next, left);
        }
    }

    /// <summary>The last node of the tree. What was appended stays, and more may follow.</summary>
    internal void Finish(Blake3Node* root)
    {
        fixed (uint* stack = _stack, key = _key)
        {
            int depth = _stackDepth;
            if (ChunkLength > 0 || depth == 0)
            {
                WriteChunkNode(root);
            }
            else
            {
                depth -= 2;
                *root = Blake3Node.Parent(stack + (depth * Blake3Constants.ChainingWords), key, _mode);
            }

            uint* pair = stackalloc uint[2 * Blake3Constants.ChainingWords];
            while (depth-- > 0)
            {
                Copy(stack + (depth * Blake3Constants.ChainingWords), pair);
                root->WriteChaining(pair + Blake3Constants.ChainingWords, _width);
                *root = Blake3Node.Parent(pair, key, _mode);
            }
        }
    }

    private static void Copy(uint* from, uint* to) => Unsafe.CopyBlockUnaligned(to, from, Blake3Constants.ChainingSize);

    /// <summary>The most chunks of the input that make a whole subtree where the next chunk stands.</summary>
    private readonly int SubtreeChunks(int length)
    {
        int chunks = Math.Min(MaxSubtreeChunks, 1 << BitOperations.Log2((uint)length / Blake3Constants.ChunkSize));
        while ((_chunksDone & (ulong)(chunks - 1)) != 0)
            chunks /= 2;
        return chunks;
    }

    [SkipLocalsInit]
    private void AppendSubtree(byte* bytes, int chunks, uint* key)
    {
        uint* nodes = stackalloc uint[MaxSubtreeChunks * Blake3Constants.ChainingWords];
        Blake3Vectors.Hash(Blake3Inputs.Chunks(bytes, _chunksDone, _mode), chunks, key, nodes, _width);
        if (chunks == 1)
        {
            Push(nodes, 1, key);
            return;
        }

        for (int left = chunks / 2; left > 1; left /= 2)
            Blake3Vectors.Hash(Blake3Inputs.Parents(nodes, _mode), left, key, nodes, _width);
        Push(nodes, chunks / 2, key);
        Push(nodes + Blake3Constants.ChainingWords, chunks / 2, key);
    }

    /// <summary>Puts the root of a subtree of so many chunks onto the stack.</summary>
    private void Push(uint* chaining, int chunks, uint* key)
    {
        MergeStack(key);
        fixed (uint* stack = _stack)
            Copy(chaining, stack + (_stackDepth++ * Blake3Constants.ChainingWords));
        _chunksDone += (ulong)chunks;
    }

    /// <summary>Merges what is whole: of a number of chunks each bit that is set is one subtree.</summary>
    private void MergeStack(uint* key)
    {
        fixed (uint* stack = _stack)
        {
            for (int subtrees = BitOperations.PopCount(_chunksDone); _stackDepth > subtrees; _stackDepth--)
            {
                uint* pair = stack + ((_stackDepth - 2) * Blake3Constants.ChainingWords);
                Blake3Node.Parent(pair, key, _mode).WriteChaining(pair, _width);
            }
        }
    }

    private void BeginChunk()
    {
        fixed (uint* key = _key, chaining = _chaining)
            Copy(key, chaining);
        (_blockLength, _blocksDone) = (0, 0);
    }

    private void EndChunk(uint* key)
    {
        Blake3Node chunk;
        WriteChunkNode(&chunk);
        uint* chaining = stackalloc uint[Blake3Constants.ChainingWords];
        chunk.WriteChaining(chaining, _width);
        Push(chaining, 1, key);
        BeginChunk();
    }

    /// <summary>Adds at most what is left of the chunk.</summary>
    private void FillChunk(byte* bytes, int length)
    {
        fixed (byte* block = _block)
        {
            while (length > 0)
            {
                if (_blockLength == Blake3Constants.BlockSize)
                {
                    CompressBlock(block);
                    _blockLength = 0;
                }

                if (_blockLength == 0 && length > Blake3Constants.BlockSize)
                {
                    CompressBlock(bytes);
                    bytes += Blake3Constants.BlockSize;
                    length -= Blake3Constants.BlockSize;
                    continue;
                }

                int taken = Math.Min(Blake3Constants.BlockSize - _blockLength, length);
                new ReadOnlySpan<byte>(bytes, taken).CopyTo(new Span<byte>(block + _blockLength, taken));
                _blockLength += taken;
                bytes += taken;
                length -= taken;
            }
        }
    }

    private void CompressBlock(byte* block)
    {
        fixed (uint* chaining = _chaining)
        {
            Blake3Block.Compress(
                chaining, block, _chunksDone, Blake3Constants.BlockSize, _mode | StartFlag, chaining, isExtended: false, _width);
        }

        _blocksDone++;
    }

    private void WriteChunkNode(Blake3Node* node)
    {
        fixed (uint* chaining = _chaining)
            Copy(chaining, node->Chaining);
        fixed (byte* block = _block)
            Blake3Block.Pad(block, _blockLength, node->Block);
        node->Counter = _chunksDone;
        node->BlockLength = (uint)_blockLength;
        node->Flags = _mode | StartFlag | Blake3Flags.ChunkEnd;
    }
}
