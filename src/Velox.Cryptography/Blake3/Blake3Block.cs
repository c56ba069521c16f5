using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>One block by itself.</summary>
internal static unsafe class Blake3Block
{
    /// <summary>Copies the bytes of a block that is not full, with zeros behind.</summary>
    internal static void Pad(byte* bytes, int length, byte* block)
    {
        var target = new Span<byte>(block, Blake3Constants.BlockSize);
        new ReadOnlySpan<byte>(bytes, length).CopyTo(target);
        target[length..].Clear();
    }

    /// <summary>As <see cref="Blake3Rows.Compress"/>, or without vectors where the width says so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Compress(
        uint* chaining, byte* block, ulong counter, uint blockLength, Blake3Flags flags, uint* output, bool isExtended, VectorWidth width)
    {
        if (width == VectorWidth.None)
        {
            Blake3Kernel<ScalarLanes<uint>, uint>.Compress(
                chaining, (uint*)block, (uint*)&counter, blockLength, flags, output, isExtended);
        }
        else
        {
            Blake3Rows.Compress(chaining, block, counter, blockLength, flags, output, isExtended);
        }
    }

    /// <summary>The chaining value of one input.</summary>
    [SkipLocalsInit]
    internal static void Hash(in Blake3Inputs inputs, int input, uint* key, uint* output, VectorWidth width)
    {
        byte* buffer = stackalloc byte[Blake3Constants.BlockSize];
        uint* chaining = key;
        byte* bytes = inputs.Address(input);
        for (int block = 0; block < inputs.Blocks; block++, bytes += Blake3Constants.BlockSize, chaining = output)
        {
            int length = inputs.BlockLength(block);
            byte* padded = bytes;
            if (length < Blake3Constants.BlockSize)
                Pad(bytes, length, padded = buffer);
            Compress(chaining, padded, inputs.Counter(input), (uint)length, inputs.Flags(block), output, isExtended: false, width);
        }
    }
}
