using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Cryptography;

/// <summary>The compression function of SHA-512 (FIPS 180-4, 6.4.2), of one block in each lane.</summary>
internal static unsafe class Sha512Kernel<TLanes, TVector>
    where TLanes : struct, ILanes<TVector, ulong>
    where TVector : unmanaged
{
    /// <param name="state">8 words for each lane, the first words of all lanes first; replaced.</param>
    /// <param name="schedule">
    /// Room for 80 words for each lane. The first 16, which are the block, must be there; the others are written.
    /// </param>
    internal static void Compress(ulong* state, ulong* schedule)
    {
        Expand(schedule);
        Round(state, schedule);
    }

    private static void Expand(ulong* schedule)
    {
        int row = TLanes.Count;
        ulong* end = schedule + (Sha512Constants.Rounds * row);
        // Two at a time: each depends on the one before the last, which so stays in a register.
        TVector even = TLanes.Load(schedule + (14 * row));
        TVector odd = TLanes.Load(schedule + (15 * row));
        for (ulong* next = schedule + (16 * row); next < end; next += 2 * row)
        {
            even = Word(next, even);
            TLanes.Store(even, next);
            odd = Word(next + row, odd);
            TLanes.Store(odd, next + row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Word(ulong* next, TVector beforeLast)
    {
        int row = TLanes.Count;
        TVector fifteenth = TLanes.Load(next - (15 * row));
        TVector sigma0 = TLanes.Xor(
            TLanes.RotateRight(fifteenth, 1), TLanes.RotateRight(fifteenth, 8), TLanes.ShiftRight(fifteenth, 7));
        TVector sigma1 = TLanes.Xor(
            TLanes.RotateRight(beforeLast, 19), TLanes.RotateRight(beforeLast, 61), TLanes.ShiftRight(beforeLast, 6));
        TVector old = TLanes.Add(TLanes.Load(next - (7 * row)), TLanes.Load(next - (16 * row)));
        return TLanes.Add(TLanes.Add(old, sigma0), sigma1);
    }

    private static void Round(ulong* state, ulong* schedule)
    {
        int row = TLanes.Count;
        TVector a = TLanes.Load(state);
        TVector b = TLanes.Load(state + row);
        TVector c = TLanes.Load(state + (2 * row));
        TVector d = TLanes.Load(state + (3 * row));
        TVector e = TLanes.Load(state + (4 * row));
        TVector f = TLanes.Load(state + (5 * row));
        TVector g = TLanes.Load(state + (6 * row));
        TVector h = TLanes.Load(state + (7 * row));

        // They are part of the assembly's image, which the garbage collector does not move.
        ulong* constant = (ulong*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Sha512Constants.RoundConstants));
        ulong* end = schedule + (Sha512Constants.Rounds * row);
        for (ulong* word = schedule; word < end; word += 8 * row, constant += 8)
        {
            // Eight rounds turn the names once around, so that nothing is moved.
            Round(a, b, c, ref d, e, f, g, ref h, word, constant);
            Round(h, a, b, ref c, d, e, f, ref g, word + row, constant + 1);
            Round(g, h, a, ref b, c, d, e, ref f, word + (2 * row), constant + 2);
            Round(f, g, h, ref a, b, c, d, ref e, word + (3 * row), constant + 3);
            Round(e, f, g, ref h, a, b, c, ref d, word + (4 * row), constant + 4);
            Round(d, e, f, ref g, h, a, b, ref c, word + (5 * row), constant + 5);
            Round(c, d, e, ref f, g, h, a, ref b, word + (6 * row), constant + 6);
            Round(b, c, d, ref e, f, g, h, ref a, word + (7 * row), constant + 7);
        }

        AddTo(state, a);
        AddTo(state + row, b);
        AddTo(state + (2 * row), c);
        AddTo(state + (3 * row), d);
        AddTo(state + (4 * row), e);
        AddTo(state + (5 * row), f);
        AddTo(state + (6 * row), g);
        AddTo(state + (7 * row), h);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        TVector a, TVector b, TVector c, ref TVector d, TVector e, TVector f, TVector g, ref TVector h, ulong* word, ulong* constant)
    {
        TVector sum1 = TLanes.Xor(TLanes.RotateRight(e, 14), TLanes.RotateRight(e, 18), TLanes.RotateRight(e, 41));
        TVector sum0 = TLanes.Xor(TLanes.RotateRight(a, 28), TLanes.RotateRight(a, 34), TLanes.RotateRight(a, 39));
        TVector given = TLanes.Add(h, TLanes.Add(TLanes.Load(word), TLanes.Broadcast(constant)));
        TVector first = TLanes.Add(TLanes.Add(given, TLanes.Choose(e, f, g)), sum1);
        d = TLanes.Add(d, first);
        h = TLanes.Add(TLanes.Add(first, TLanes.Majority(a, b, c)), sum0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(ulong* words, TVector value) => TLanes.Store(TLanes.Add(TLanes.Load(words), value), words);
}
