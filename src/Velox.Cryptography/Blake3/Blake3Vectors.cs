using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Velox.Cryptography;

/// <summary>Shares work out to lanes: as wide as allowed, and no wider than there is work.</summary>
internal static unsafe class Blake3Vectors
{
    /// <summary>The chaining values of some inputs.</summary>
    /// <param name="inputs">What is hashed.</param>
    /// <param name="count">How many inputs.</param>
    /// <param name="key">8 words.</param>
    /// <param name="output">8 words for each; may be where the inputs are when these are longer.</param>
    /// <param name="width">The widest vectors to use.</param>
    internal static void Hash(in Blake3Inputs inputs, int count, uint* key, uint* output, VectorWidth width)
    {
        for (int start = 0; start < count;)
        {
            int lanes = LanesFor(count - start, width);
            int taken = Math.Min(lanes, count - start);
            uint* target = output + (start * Blake3Constants.ChainingWords);
            switch (lanes)
            {
                case 16:
                    Blake3Lanes<Lanes512<uint>, Vector512<uint>>.Hash(in inputs, start, taken, key, target);
                    break;
                case 8:
                    Blake3Lanes<Lanes256<uint>, Vector256<uint>>.Hash(in inputs, start, taken, key, target);
                    break;
                case 4:
                    Blake3Lanes<Lanes128<uint>, Vector128<uint>>.Hash(in inputs, start, taken, key, target);
                    break;
                default:
                    Blake3Block.Hash(in inputs, start, key, target, width);
                    break;
            }

            start += taken;
        }
    }

    /// <summary>Bytes of the output of a root.</summary>
    /// <param name="root">The root.</param>
    /// <param name="offset">Where in the output to begin, in bytes.</param>
    /// <param name="output">Takes the bytes.</param>
    /// <param name="width">The widest vectors to use.</param>
    [SkipLocalsInit]
    internal static void Extend(Blake3Node* root, ulong offset, Span<byte> output, VectorWidth width)
    {
        ulong block = offset / Blake3Constants.BlockSize;
        int skipped = (int)(offset % Blake3Constants.BlockSize);
        if (skipped > 0)
            output = output[ExtendPart(root, block++, skipped, output, width)..];

        fixed (byte* bytes = output)
        {
            int whole = output.Length / Blake3Constants.BlockSize;
            ExtendWhole(root, block, whole, bytes, width);
            block += (ulong)whole;
            output = output[(whole * Blake3Constants.BlockSize)..];
        }

        if (output.Length > 0)
            ExtendPart(root, block, 0, output, width);
    }

    private static void ExtendWhole(Blake3Node* root, ulong first, int count, byte* output, VectorWidth width)
    {
        while (count > 0)
        {
            int lanes = LanesFor(count, width);
            int taken = count < lanes ? count : count / lanes * lanes;
            switch (lanes)
            {
                case 16:
                    Blake3Lanes<Lanes512<uint>, Vector512<uint>>.Extend(root, first, taken, output);
                    break;
                case 8:
                    Blake3Lanes<Lanes256<uint>, Vector256<uint>>.Extend(root, first, taken, output);
                    break;
                case 4:
                    Blake3Lanes<Lanes128<uint>, Vector128<uint>>.Extend(root, first, taken, output);
                    break;
                default:
                    taken = 1;
                    ExtendBlock(root, first, (uint*)output, width);
                    break;
            }

            first += (ulong)taken;
            count -= taken;
            output += taken * Blake3Constants.BlockSize;
        }
    }

    /// <returns>How many bytes of the block were wanted.</returns>
    [SkipLocalsInit]
    private static int ExtendPart(Blake3Node* root, ulong block, int skipped, Span<byte> output, VectorWidth width)
    {
        uint* words = stackalloc uint[Blake3Constants.BlockWords];
        ExtendBlock(root, block, words, width);
        int taken = Math.Min(Blake3Constants.BlockSize - skipped, output.Length);
        new ReadOnlySpan<byte>((byte*)words + skipped, taken).CopyTo(output);
        return taken;
    }

    private static void ExtendBlock(Blake3Node* root, ulong block, uint* output, VectorWidth width) => Blake3Block.Compress(
        root->Chaining, root->Block, block, root->BlockLength, root->Flags | Blake3Flags.Root, output, isExtended: true, width);

    /// <summary>1, 4, 8 or 16: the fewest that take all the work, or the most there are. Two are in four lanes sooner than in turn.</summary>
    private static int LanesFor(int work, VectorWidth width)
    {
        if (work == 1 || width == VectorWidth.None)
            return 1;
        if (work <= 4 || width == VectorWidth.Bits128)
            return 4;
        return work <= 8 || width == VectorWidth.Bits256 ? 8 : 16;
    }
}
