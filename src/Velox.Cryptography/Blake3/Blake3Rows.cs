using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Velox.Cryptography;

/// <summary>The compression function of BLAKE3, of one block: its state of 4 x 4 words is a vector of 128 bits for each row.</summary>
/// <remarks>For a block that has to wait for the one before it, so that there is nothing to put in other lanes.</remarks>
internal static unsafe class Blake3Rows
{
    private const uint Zero = 4;

    /// <param name="chaining">8 words: the chaining value that goes in.</param>
    /// <param name="block">64 bytes, zeros behind the end.</param>
    /// <param name="counter">Of the chunk, or of the block of output.</param>
    /// <param name="blockLength">Bytes of the block, 0 to 64.</param>
    /// <param name="flags">What the block is.</param>
    /// <param name="output">8 words of the new chaining value, which may replace the old, or 16 of extended output.</param>
    /// <param name="isExtended">Whether 16 words are wanted.</param>
    internal static void Compress(
        uint* chaining, byte* block, ulong counter, uint blockLength, Blake3Flags flags, uint* output, bool isExtended)
    {
        var first = Vector128.Load(chaining);
        var second = Vector128.Load(chaining + 4);
        var a = first;
        var b = second;
        var c = Vector128.Create(Blake3Constants.InitialValue);
        var d = Vector128.Create((uint)counter, (uint)(counter >> 32), blockLength, (uint)flags);

        // The words that the four columns take in, then those of the diagonals, which begin at the last: see Diagonals.
        uint* words = (uint*)block;
        (var even, var odd) = (Vector128.Load(words), Vector128.Load(words + 4));
        (var columnX, var columnY) = (Pick(even, 0, 2, Zero, Zero) | Pick(odd, Zero, Zero, 0, 2), Pick(even, 1, 3, Zero, Zero) | Pick(odd, Zero, Zero, 1, 3));
        (even, odd) = (Vector128.Load(words + 8), Vector128.Load(words + 12));
        (var diagonalX, var diagonalY) = (Pick(even, Zero, 0, 2, Zero) | Pick(odd, 2, Zero, Zero, 0), Pick(even, Zero, 1, 3, Zero) | Pick(odd, 3, Zero, Zero, 1));

        for (int round = 1; ; round++)
        {
            Mix(ref a, ref b, ref c, ref d, columnX, columnY);
            Diagonals(ref a, ref c, ref d);
            Mix(ref a, ref b, ref c, ref d, diagonalX, diagonalY);
            Columns(ref a, ref c, ref d);
            if (round == Blake3Constants.Rounds)
                break;
            Permute(ref columnX, ref columnY, ref diagonalX, ref diagonalY);
        }

        (a ^ c).Store(output);
        (b ^ d).Store(output + 4);
        if (isExtended)
        {
            (c ^ first).Store(output + 8);
            (d ^ second).Store(output + 12);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(
        ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d, Vector128<uint> x, Vector128<uint> y)
    {
        a = a + x + b;
        d = Lanes128<uint>.RotateRight(d ^ a, 16);
        c += d;
        b = Lanes128<uint>.RotateRight(b ^ c, 12);
        a = a + y + b;
        d = Lanes128<uint>.RotateRight(d ^ a, 8);
        c += d;
        b = Lanes128<uint>.RotateRight(b ^ c, 7);
    }

    /// <summary>Puts diagonals into columns. The second row stays, as its words are known last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Diagonals(ref Vector128<uint> a, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        a = Pick(a, 3, 0, 1, 2);
        c = Pick(c, 1, 2, 3, 0);
        d = Pick(d, 2, 3, 0, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns(ref Vector128<uint> a, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        a = Pick(a, 1, 2, 3, 0);
        c = Pick(c, 3, 0, 1, 2);
        d = Pick(d, 2, 3, 0, 1);
    }

    /// <summary>The permutation of the words between two rounds (table 2 of the paper), in the order they are kept in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Permute(
        ref Vector128<uint> columnX, ref Vector128<uint> columnY, ref Vector128<uint> diagonalX, ref Vector128<uint> diagonalY)
    {
        (columnX, columnY, diagonalX, diagonalY) = (
            Pick(columnX, 1, Zero, Zero, 2) | Pick(columnY, Zero, 1, 3, Zero),
            Pick(columnX, 3, Zero, 0, Zero) | Pick(diagonalX, Zero, 2, Zero, Zero) | Pick(diagonalY, Zero, Zero, Zero, 3),
            Pick(diagonalY, 0, Zero, Zero, 1) | Pick(columnY, Zero, 0, Zero, Zero) | Pick(diagonalX, Zero, Zero, 3, Zero),
            Pick(diagonalX, 1, Zero, Zero, 0) | Pick(diagonalY, Zero, 2, Zero, Zero) | Pick(columnY, Zero, Zero, 2, Zero));
    }

    /// <summary>The words at these indices, all of them constants.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Pick(Vector128<uint> words, uint first, uint second, uint third, uint fourth) =>
        Vector128.Shuffle(words, Vector128.Create(first, second, third, fourth));
}
