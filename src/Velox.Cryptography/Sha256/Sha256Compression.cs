using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>The compression function of SHA-256 (FIPS 180-4, section 6.2.2), for one input or for many side by side.</summary>
/// <remarks>
/// A block goes through in two steps, so that the compiler keeps all of each in registers: the schedule is written to memory,
/// and the rounds take it from there. Spans would be checked at each index, so memory is passed by reference, to as many
/// words as is said.
/// </remarks>
internal static class Sha256Compression
{
    /// <summary>Makes of the 16 words of a block the 64 of its schedule.</summary>
    /// <param name="schedule">64 words, of which the first 16 are the block.</param>
    internal static void Expand<TWords>(ref TWords schedule)
        where TWords : struct, ISha256Words<TWords> =>
        Expand(ref schedule, from: Sha256Constants.BlockWords);

    /// <summary>As <see cref="Expand{TWords}(ref TWords)"/>, for a block whose words 1 to 14 are zero: half of the sums fall away.</summary>
    internal static void ExpandSparse<TWords>(ref TWords schedule)
        where TWords : struct, ISha256Words<TWords>
    {
        TWords last = Unsafe.Add(ref schedule, 15);
        (TWords even, TWords odd) = (schedule, SmallSigma1(last));
        Unsafe.Add(ref schedule, 16) = even;
        Unsafe.Add(ref schedule, 17) = odd;
        for (int t = 18; t < 30; t += 2)
        {
            ref TWords word = ref Unsafe.Add(ref schedule, t);
            even = Unsafe.Add(ref word, -7) + SmallSigma1(even);
            odd = Unsafe.Add(ref word, -6) + SmallSigma1(odd);
            word = even;
            Unsafe.Add(ref word, 1) = odd;
        }

        Unsafe.Add(ref schedule, 30) = SmallSigma0(last) + Unsafe.Add(ref schedule, 23) + SmallSigma1(even);
        Unsafe.Add(ref schedule, 31) = last + SmallSigma0(schedule) + Unsafe.Add(ref schedule, 24) + SmallSigma1(odd);
        Expand(ref schedule, from: 32);
    }

    private static void Expand<TWords>(ref TWords schedule, int from)
        where TWords : struct, ISha256Words<TWords>
    {
        ref TWords end = ref Unsafe.Add(ref schedule, Sha256Constants.Rounds - Sha256Constants.BlockWords);
        schedule = ref Unsafe.Add(ref schedule, from - Sha256Constants.BlockWords);
        // The last two words stay in registers: each word depends on the one but one before it.
        (TWords even, TWords odd) = (Unsafe.Add(ref schedule, 14), Unsafe.Add(ref schedule, 15));
        for (; Unsafe.IsAddressLessThan(ref schedule, ref end); schedule = ref Unsafe.Add(ref schedule, 2))
        {
            even = schedule + SmallSigma0(Unsafe.Add(ref schedule, 1)) + Unsafe.Add(ref schedule, 9) + SmallSigma1(even);
            odd = Unsafe.Add(ref schedule, 1) + SmallSigma0(Unsafe.Add(ref schedule, 2)) + Unsafe.Add(ref schedule, 10) + SmallSigma1(odd);
            Unsafe.Add(ref schedule, 16) = even;
            Unsafe.Add(ref schedule, 17) = odd;
        }
    }

    /// <summary>The 64 rounds, and the addition to the state.</summary>
    /// <param name="state">8 words.</param>
    /// <param name="schedule">What the rounds add.</param>
    internal static void Compress<TWords, TSchedule>(ref TWords state, TSchedule schedule)
        where TWords : struct, ISha256Words<TWords>
        where TSchedule : struct, ISha256Schedule<TWords>, allows ref struct
    {
        TWords a = state, b = Unsafe.Add(ref state, 1), c = Unsafe.Add(ref state, 2), d = Unsafe.Add(ref state, 3);
        TWords e = Unsafe.Add(ref state, 4), f = Unsafe.Add(ref state, 5), g = Unsafe.Add(ref state, 6), h = Unsafe.Add(ref state, 7);
        TWords bXorC = b ^ c;

        for (; schedule.HasMore; schedule.Advance8())
        {
            // After a round the names move on by one instead of the words.
            Round(a, b, c, ref d, e, f, g, out h, ref bXorC, schedule.AddTo(h, 0));
            Round(h, a, b, ref c, d, e, f, out g, ref bXorC, schedule.AddTo(g, 1));
            Round(g, h, a, ref b, c, d, e, out f, ref bXorC, schedule.AddTo(f, 2));
            Round(f, g, h, ref a, b, c, d, out e, ref bXorC, schedule.AddTo(e, 3));
            Round(e, f, g, ref h, a, b, c, out d, ref bXorC, schedule.AddTo(d, 4));
            Round(d, e, f, ref g, h, a, b, out c, ref bXorC, schedule.AddTo(c, 5));
            Round(c, d, e, ref f, g, h, a, out b, ref bXorC, schedule.AddTo(b, 6));
            Round(b, c, d, ref e, f, g, h, out a, ref bXorC, schedule.AddTo(a, 7));
        }

        state += a;
        Unsafe.Add(ref state, 1) += b;
        Unsafe.Add(ref state, 2) += c;
        Unsafe.Add(ref state, 3) += d;
        Unsafe.Add(ref state, 4) += e;
        Unsafe.Add(ref state, 5) += f;
        Unsafe.Add(ref state, 6) += g;
        Unsafe.Add(ref state, 7) += h;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round<TWords>(
        TWords a, TWords b, TWords c, ref TWords d, TWords e, TWords f, TWords g, out TWords h, ref TWords bXorC, TWords sum)
        where TWords : struct, ISha256Words<TWords>
    {
        h = sum + TWords.Choose(e, f, g) + TWords.XorRotated(e, 6, 11, 25);
        d += h;
        h = h + TWords.Majority(a, b, c, ref bXorC) + TWords.XorRotated(a, 2, 13, 22);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TWords SmallSigma0<TWords>(TWords words)
        where TWords : struct, ISha256Words<TWords> => TWords.XorShifted(words, 7, 18, 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TWords SmallSigma1<TWords>(TWords words)
        where TWords : struct, ISha256Words<TWords> => TWords.XorShifted(words, 17, 19, 10);
}
