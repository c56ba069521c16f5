using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Primitives;

/// <summary>A 64-bit word that threads share, in the middle of 128 bytes of its own.</summary>
/// <remarks>
/// <para>Two words that different threads write often slow each other down when they lie on one cache line, or on two that the
/// processor fetches as a pair: the line travels at every write. Here 56 bytes before the word and 64 after it belong to
/// nobody, so nothing else comes onto its line of 64 bytes wherever the 8-byte aligned struct lies; and two of them, side by side
/// in an array, are never in one pair of lines.</para>
/// <para>It costs 16 words of memory: for few words that are hot, not for thousands. A copy is another word: keep it in a field
/// or an array and call it there, and do not declare the field <c>readonly</c>. The order of each operation is that of
/// <see cref="IMemoryModel"/>; nothing throws, sums wrap around.</para>
/// <example>
/// <code>
/// private PaddedLong _written; // the producer's
/// private PaddedLong _read;    // the consumer's
/// ...
/// _written.StoreRelease(position + 1);
/// if (_read.LoadAcquire() == position) Wait();
/// </code>
/// </example>
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public struct PaddedLong
{
    /// <summary>What a word takes.</summary>
    public const int Bytes = RingMemory.AlignmentBytes;

    internal const int WordOffset = 56;

    [FieldOffset(WordOffset)]
    private long _word;

    public PaddedLong(long value) => _word = value;

    /// <summary>The word itself, for algorithms that are written over a memory model.</summary>
    [UnscopedRef]
    internal ref long Word => ref _word;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long LoadRelaxed() => HardwareModel.LoadRelaxed(ref _word);

    /// <summary>What follows in the program happens after the load.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long LoadAcquire() => HardwareModel.LoadAcquire(ref _word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreRelaxed(long value) => HardwareModel.StoreRelaxed(ref _word, value);

    /// <summary>What precedes in the program happens before the store.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreRelease(long value) => HardwareModel.StoreRelease(ref _word, value);

    /// <summary>Adds to the word, which several threads may do at once; returns the sum. Acquires and releases.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Add(long value) => HardwareModel.Add(ref _word, value);

    /// <summary>Stores the value; returns what the word held before. Acquires and releases.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Exchange(long value) => HardwareModel.Exchange(ref _word, value);

    /// <summary>Stores the value if the word holds the comparand; returns what it held before. Acquires and releases.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long CompareExchange(long value, long comparand) =>
        HardwareModel.CompareExchange(ref _word, value, comparand);
}
