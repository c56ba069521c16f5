using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Velox.OrderBook;

/// <summary>
/// One cache line of the index of client order ids: up to 15 orders, each with some bits of its key, and the trie of those
/// that found no room.
/// </summary>
/// <remarks>
/// <code>
/// offset size field
///   0    60    entries     15 words, 0 where free: upper 12 bits of the key, the lowest of them 1, * 2^20 + link
///  60     4    overflow    link of the order at the root of the trie; 0 for none
/// </code>
/// All entries are compared at once, so that the common answers (no such id; exactly one) are one branch each, whatever the
/// ids: a branch an entry would be a coin toss for the processor.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = MarketLayout.BucketBytes)]
internal struct IndexBucket
{
    internal const int Entries = 15;

    private const int TagShift = MarketLayout.OrderLinkBits;
    private const uint LinkMask = (1u << TagShift) - 1;
    private const uint EntryMask = (1u << Entries) - 1;

    private Words _words;

    /// <summary>Link of the order at the root of the trie; 0 for none.</summary>
    internal uint Overflow
    {
        readonly get => _words[Entries];
        set => _words[Entries] = value;
    }

    internal uint this[int place]
    {
        readonly get => _words[place];
        set => _words[place] = value;
    }

    internal static uint LinkOf(uint entry) => entry & LinkMask;

    internal static uint EntryOf(ulong key, uint link) => TagOf(key) | link;

    /// <summary>Bit per entry that may be an order with this key; none can be where it is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Candidates(in IndexBucket bucket, ulong key) => Equal(in bucket, ~LinkMask, TagOf(key)) & EntryMask;

    /// <summary>The link of the first order that a key may name, not looked at; 0 for none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Guess(in IndexBucket bucket, ulong key)
    {
        uint candidates = Candidates(in bucket, key);
        return candidates == 0 ? bucket.Overflow : LinkOf(bucket[BitOperations.TrailingZeroCount(candidates)]);
    }

    /// <summary>The first place that is free; <see cref="Entries"/> when none is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int FreePlace(in IndexBucket bucket) =>
        BitOperations.TrailingZeroCount(Equal(in bucket, uint.MaxValue, 0) | (1u << Entries));

    /// <summary>Where an entry stands; at least <see cref="Entries"/> when it does not.</summary>
    internal static int PlaceOf(in IndexBucket bucket, uint entry) =>
        BitOperations.TrailingZeroCount(Equal(in bucket, uint.MaxValue, entry) & EntryMask);

    // The lowest bit of a tag is 1: an empty entry matches none.
    private static uint TagOf(ulong key) => ((uint)(key >> 52) | 1) << TagShift;

    /// <summary>Bit per word that equals <paramref name="wanted"/> under the mask; bit 15 is the overflow word's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Equal(in IndexBucket bucket, uint mask, uint wanted) =>
        Vector256.IsHardwareAccelerated ? EqualWide(in bucket, mask, wanted) : EqualNarrow(in bucket, mask, wanted);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint EqualWide(in IndexBucket bucket, uint mask, uint wanted)
    {
        ref uint words = ref Unsafe.As<IndexBucket, uint>(ref Unsafe.AsRef(in bucket));
        var masks = Vector256.Create(mask);
        var all = Vector256.Create(wanted);
        return Vector256.Equals(Vector256.LoadUnsafe(ref words) & masks, all).ExtractMostSignificantBits()
            | (Vector256.Equals(Vector256.LoadUnsafe(ref words, 8) & masks, all).ExtractMostSignificantBits() << 8);
    }

    /// <summary>The same on processors without 256-bit vectors; .NET has a form of these for every processor.</summary>
    internal static uint EqualNarrow(in IndexBucket bucket, uint mask, uint wanted)
    {
        ref uint words = ref Unsafe.As<IndexBucket, uint>(ref Unsafe.AsRef(in bucket));
        uint equal = 0;
        for (int word = 0; word < Entries + 1; word += Vector128<uint>.Count)
        {
            Vector128<uint> masked = Vector128.LoadUnsafe(ref words, (nuint)word) & Vector128.Create(mask);
            equal |= Vector128.Equals(masked, Vector128.Create(wanted)).ExtractMostSignificantBits() << word;
        }

        return equal;
    }

    [InlineArray(Entries + 1)]
    private struct Words
    {
        private uint _word;
    }
}
