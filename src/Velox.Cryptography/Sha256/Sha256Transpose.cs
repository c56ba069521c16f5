using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Cryptography;

/// <summary>Between inputs that lie one after the other and vectors that hold the same word of all of them.</summary>
/// <remarks>
/// Four by four words at a time: every 16 bytes of a vector belong to four lanes, whose rows come in as a column and go out as one.
/// </remarks>
internal static class Sha256Transpose
{
    /// <summary>Reads a block of 64 bytes for each lane.</summary>
    /// <param name="source">What the offsets count from.</param>
    /// <param name="offsets">Where each lane's block begins.</param>
    /// <param name="words">Its first 16 are written: word i of all blocks.</param>
    internal static void Load<TLanes>(ref byte source, ReadOnlySpan<nuint> offsets, Span<TLanes> words)
        where TLanes : unmanaged, ISha256Lanes<TLanes>
    {
        ref nuint offset = ref MemoryMarshal.GetReference(offsets);
        for (int word = 0; word < Sha256Constants.BlockWords; word += 4)
        {
            ref byte quarter = ref Unsafe.Add(ref source, word * sizeof(uint));
            TLanes row0 = TLanes.SwapBytes(TLanes.Gather(ref quarter, ref offset));
            TLanes row1 = TLanes.SwapBytes(TLanes.Gather(ref quarter, ref Unsafe.Add(ref offset, 1)));
            TLanes row2 = TLanes.SwapBytes(TLanes.Gather(ref quarter, ref Unsafe.Add(ref offset, 2)));
            TLanes row3 = TLanes.SwapBytes(TLanes.Gather(ref quarter, ref Unsafe.Add(ref offset, 3)));
            Transpose(ref row0, ref row1, ref row2, ref row3);
            words[word] = row0;
            words[word + 1] = row1;
            words[word + 2] = row2;
            words[word + 3] = row3;
        }
    }

    /// <summary>Writes a digest of 32 bytes for each lane.</summary>
    /// <param name="state">8 words of all lanes.</param>
    /// <param name="destination">What the offsets count from.</param>
    /// <param name="offsets">Where each lane's digest begins.</param>
    internal static void Store<TLanes>(ReadOnlySpan<TLanes> state, ref byte destination, ReadOnlySpan<nuint> offsets)
        where TLanes : unmanaged, ISha256Lanes<TLanes>
    {
        ref nuint offset = ref MemoryMarshal.GetReference(offsets);
        for (int word = 0; word < Sha256Constants.StateWords; word += 4)
        {
            ref byte half = ref Unsafe.Add(ref destination, word * sizeof(uint));
            (TLanes row0, TLanes row1, TLanes row2, TLanes row3) = (state[word], state[word + 1], state[word + 2], state[word + 3]);
            Transpose(ref row0, ref row1, ref row2, ref row3);
            TLanes.Scatter(TLanes.SwapBytes(row0), ref half, ref offset);
            TLanes.Scatter(TLanes.SwapBytes(row1), ref half, ref Unsafe.Add(ref offset, 1));
            TLanes.Scatter(TLanes.SwapBytes(row2), ref half, ref Unsafe.Add(ref offset, 2));
            TLanes.Scatter(TLanes.SwapBytes(row3), ref half, ref Unsafe.Add(ref offset, 3));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose<TLanes>(ref TLanes row0, ref TLanes row1, ref TLanes row2, ref TLanes row3)
        where TLanes : unmanaged, ISha256Lanes<TLanes>
    {
        (TLanes low01, TLanes high01) = (TLanes.ZipLow(row0, row1), TLanes.ZipHigh(row0, row1));
        (TLanes low23, TLanes high23) = (TLanes.ZipLow(row2, row3), TLanes.ZipHigh(row2, row3));
        row0 = TLanes.PairLow(low01, low23);
        row1 = TLanes.PairHigh(low01, low23);
        row2 = TLanes.PairLow(high01, high23);
        row3 = TLanes.PairHigh(high01, high23);
    }
}
