using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>BLAKE3 of an input in each lane, and a block of extended output from each lane.</summary>
internal static unsafe class Blake3Lanes<TLanes, TVector>
    where TLanes : struct, ILanes<TVector, uint>
    where TVector : unmanaged
{
    private const int CounterRows = 2;

    // Of output, 2 KB: as many as a lattice vector has, and passes of every number of lanes.
    private const int SliceBlocks = 32;

    /// <summary>The chaining values of some inputs, at most as many as there are lanes.</summary>
    /// <param name="inputs">What is hashed.</param>
    /// <param name="start">The first input to take.</param>
    /// <param name="count">How many, 1 to the number of lanes.</param>
    /// <param name="key">8 words.</param>
    /// <param name="output">8 words for each.</param>
    [SkipLocalsInit]
    internal static void Hash(in Blake3Inputs inputs, int start, int count, uint* key, uint* output)
    {
        const int rows = Blake3Constants.ChainingWords + Blake3Constants.BlockWords + CounterRows;
        uint* memory = stackalloc uint[(rows * TLanes.Count) + LaneMemory.Slack<uint>()];
        byte* buffers = stackalloc byte[Blake3Constants.BlockSize * TLanes.Count];
        byte** blocks = stackalloc byte*[TLanes.Count];
        uint* message = LaneMemory.Align(memory);
        uint* chaining = message + (Blake3Constants.BlockWords * TLanes.Count);
        uint* counters = chaining + (Blake3Constants.ChainingWords * TLanes.Count);

        Spread(key, Blake3Constants.ChainingWords, chaining);
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            // Lanes that are left over repeat the first.
            int input = start + (lane < count ? lane : 0);
            blocks[lane] = inputs.Address(input);
            SetCounter(counters, lane, inputs.Counter(input));
        }

        for (int block = 0; block < inputs.Blocks; block++)
        {
            int length = inputs.BlockLength(block);
            if (length < Blake3Constants.BlockSize)
                Pad(blocks, length, buffers);
            LaneTranspose.ToRows(blocks, TLanes.Count, Blake3Constants.BlockWords, message);
            Blake3Kernel<TLanes, TVector>.Compress(
                chaining, message, counters, (uint)length, inputs.Flags(block), chaining, isExtended: false);
            for (int lane = 0; lane < TLanes.Count; lane++)
                blocks[lane] += Blake3Constants.BlockSize;
        }

        uint* lanes = count == TLanes.Count ? output : message;
        LaneTranspose.FromRows(chaining, TLanes.Count, Blake3Constants.ChainingWords, lanes);
        if (lanes != output)
            Unsafe.CopyBlockUnaligned(output, lanes, (uint)(count * Blake3Constants.ChainingSize));
    }

    /// <summary>The roots of messages of different lengths, each of one chunk at most.</summary>
    /// <param name="chunks">1,024 bytes for each message.</param>
    /// <param name="lengths">Bytes of each message, 1 to 1,024.</param>
    /// <param name="count">How many, 0 to the number of lanes.</param>
    /// <param name="key">8 words.</param>
    /// <param name="roots">Takes the roots.</param>
    [SkipLocalsInit]
    internal static void FindRoots(byte* chunks, int* lengths, int count, uint* key, Blake3Node* roots)
    {
        const int rows = Blake3Constants.ChainingWords + Blake3Constants.BlockWords + CounterRows;
        uint* memory = stackalloc uint[(rows * TLanes.Count) + LaneMemory.Slack<uint>()];
        byte** blocks = stackalloc byte*[TLanes.Count];
        uint* message = LaneMemory.Align(memory);
        uint* chaining = message + (Blake3Constants.BlockWords * TLanes.Count);
        uint* counters = chaining + (Blake3Constants.ChainingWords * TLanes.Count);

        Spread(key, Blake3Constants.ChainingWords, chaining);
        new Span<uint>(counters, CounterRows * TLanes.Count).Clear();
        for (int lane = 0; lane < TLanes.Count; lane++)
            blocks[lane] = chunks + (lane * Blake3Constants.ChunkSize);

        Blake3Flags start = Blake3Flags.ChunkStart;
        for (int left = count; ; start = Blake3Flags.None)
        {
            // A lane whose last block has come is looked at no more; it goes on with whatever lies behind.
            for (int lane = 0; lane < count; lane++)
            {
                int length = lengths[lane] - (int)(blocks[lane] - chunks - (lane * Blake3Constants.ChunkSize));
                if (length is <= 0 or > Blake3Constants.BlockSize)
                    continue;
                WriteRoot(chaining + lane, blocks[lane], length, start, roots + lane);
                left--;
            }

            if (left == 0)
                return;
            LaneTranspose.ToRows(blocks, TLanes.Count, Blake3Constants.BlockWords, message);
            Blake3Kernel<TLanes, TVector>.Compress(
                chaining, message, counters, Blake3Constants.BlockSize, start, chaining, isExtended: false);
            for (int lane = 0; lane < TLanes.Count; lane++)
                blocks[lane] += Blake3Constants.BlockSize;
        }
    }

    private static void WriteRoot(uint* chaining, byte* block, int length, Blake3Flags start, Blake3Node* root)
    {
        for (int word = 0; word < Blake3Constants.ChainingWords; word++)
            root->Chaining[word] = chaining[word * TLanes.Count];
        Blake3Block.Pad(block, length, root->Block);
        root->Counter = 0;
        root->BlockLength = (uint)length;
        root->Flags = start | Blake3Flags.ChunkEnd;
    }

    /// <summary>Whole blocks of the output of a root.</summary>
    /// <param name="root">The root; its counter is not looked at.</param>
    /// <param name="first">The number of the first block of output.</param>
    /// <param name="count">How many blocks.</param>
    /// <param name="output">64 bytes for each.</param>
    [SkipLocalsInit]
    internal static void Extend(Blake3Node* root, ulong first, int count, byte* output)
    {
        uint* memory = stackalloc uint[(SliceBlocks * Blake3Constants.BlockWords) + LaneMemory.Slack<uint>()];
        uint* rest = stackalloc uint[Blake3Constants.BlockWords * TLanes.Count];
        uint* slice = LaneMemory.Align(memory);
        for (int done = 0; done < count;)
        {
            int passes = (Math.Min(SliceBlocks, count - done) + TLanes.Count - 1) / TLanes.Count;
            ExtendRows(root, first + (ulong)done, passes, slice);
            for (uint* rows = slice; passes > 0; passes--, rows += Blake3Constants.BlockWords * TLanes.Count)
            {
                int taken = Math.Min(TLanes.Count, count - done);
                uint* lanes = taken == TLanes.Count ? (uint*)output : rest;
                LaneTranspose.FromRows(rows, TLanes.Count, Blake3Constants.BlockWords, lanes);
                if (lanes == rest)
                    Unsafe.CopyBlockUnaligned(output, rest, (uint)(taken * Blake3Constants.BlockSize));
                output += taken * Blake3Constants.BlockSize;
                done += taken;
            }
        }
    }

    /// <summary>Blocks of the output of a root as they come: 16 rows of one word of each lane, a block in each lane, and so on.</summary>
    /// <param name="root">The root; its counter is not looked at.</param>
    /// <param name="first">The number of the first block of output.</param>
    /// <param name="passes">How often to take a block from each lane.</param>
    /// <param name="output">16 rows for each pass.</param>
    [SkipLocalsInit]
    internal static void ExtendRows(Blake3Node* root, ulong first, int passes, uint* output)
    {
        const int rows = Blake3Constants.ChainingWords + Blake3Constants.BlockWords + CounterRows;
        uint* memory = stackalloc uint[(rows * TLanes.Count) + LaneMemory.Slack<uint>()];
        uint* message = LaneMemory.Align(memory);
        uint* chaining = message + (Blake3Constants.BlockWords * TLanes.Count);
        uint* counters = chaining + (Blake3Constants.ChainingWords * TLanes.Count);

        Spread(root->Chaining, Blake3Constants.ChainingWords, chaining);
        Spread((uint*)root->Block, Blake3Constants.BlockWords, message);
        for (; passes > 0; passes--, first += (ulong)TLanes.Count, output += Blake3Constants.BlockWords * TLanes.Count)
        {
            for (int lane = 0; lane < TLanes.Count; lane++)
                SetCounter(counters, lane, first + (ulong)lane);
            Blake3Kernel<TLanes, TVector>.Compress(
                chaining, message, counters, root->BlockLength, root->Flags | Blake3Flags.Root, output, isExtended: true);
        }
    }

    private static void Spread(uint* words, int count, uint* rows)
    {
        for (int word = 0; word < count; word++)
            TLanes.Store(TLanes.Broadcast(words + word), rows + (word * TLanes.Count));
    }

    private static void SetCounter(uint* counters, int lane, ulong counter)
    {
        counters[lane] = (uint)counter;
        counters[TLanes.Count + lane] = (uint)(counter >> 32);
    }

    /// <summary>Moves last blocks that are not full into buffers with zeros behind.</summary>
    private static void Pad(byte** blocks, int length, byte* buffers)
    {
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            byte* buffer = buffers + (lane * Blake3Constants.BlockSize);
            Blake3Block.Pad(blocks[lane], length, buffer);
            blocks[lane] = buffer;
        }
    }
}
