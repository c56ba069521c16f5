namespace Velox.Primitives;

/// <summary>
/// The memory operations that a lock-free structure is written against. Released code runs them on
/// <see cref="HardwareModel"/>, of which nothing is left once it is compiled; tests run the same source on a model
/// checker that tries every interleaving and every value that a weakly ordered processor may deliver.
/// </summary>
/// <remarks>
/// Implemented by structs only, so that every instantiation is compiled for itself and the operations are inlined.
/// <list type="bullet">
/// <item><b>Acquire load</b>: what follows in the program happens after it. When it reads a value of a release store or
/// of a read-modify-write, all that came before that store is visible.</item>
/// <item><b>Release store</b>: what precedes in the program happens before it.</item>
/// <item><b>Relaxed</b>: never torn, and coherent (a thread never sees a location go back), but no order with other
/// locations. The compiler may merge two relaxed loads that have no ordered operation between them, so a loop that waits
/// for a relaxed load to change must contain an ordered operation or a <see cref="SpinHint"/>.</item>
/// <item><b>Read-modify-write</b>: acquires and releases, and acts on the newest value. Algorithms must not count on more,
/// though the hardware gives a full fence.</item>
/// <item><b>Fence</b>: stores before it are visible to every thread whose own fence comes later; the only operation that
/// orders a store before a later load of another location.</item>
/// <item><b>Light fence and process-wide fence</b>: a pair in which one side pays for both. Of a light fence of one thread
/// and a process-wide fence of another the one that comes later sees what came before the other: stores included, as between
/// two full fences. Two light fences order nothing between them.</item>
/// <item><b>Plain data</b> (<see cref="Read{T}"/>, <see cref="Write{T}"/>): two threads must never meet there unordered
/// when one of them writes. The checker reports it when they do.</item>
/// </list>
/// Locations must be aligned to their size. The checker knows them by address, so a structure that is to be checked keeps
/// its shared words in memory that does not move.
/// <example>
/// <code>
/// internal readonly unsafe struct Flag&lt;TModel&gt;(long* word) where TModel : struct, IMemoryModel
/// {
///     internal void Raise() =&gt; TModel.StoreRelease(ref *word, 1);
///     internal bool IsRaised =&gt; TModel.LoadAcquire(ref *word) != 0;
/// }
/// </code>
/// </example>
/// </remarks>
public interface IMemoryModel
{
    static abstract long LoadRelaxed(ref long location);

    static abstract int LoadRelaxed(ref int location);

    static abstract long LoadAcquire(ref long location);

    static abstract int LoadAcquire(ref int location);

    static abstract void StoreRelaxed(ref long location, long value);

    static abstract void StoreRelaxed(ref int location, int value);

    static abstract void StoreRelease(ref long location, long value);

    static abstract void StoreRelease(ref int location, int value);

    /// <summary>Stores the value if the location holds the comparand; returns what it held before.</summary>
    static abstract long CompareExchange(ref long location, long value, long comparand);

    /// <inheritdoc cref="CompareExchange(ref long, long, long)"/>
    static abstract int CompareExchange(ref int location, int value, int comparand);

    /// <summary>Stores the value; returns what the location held before.</summary>
    static abstract long Exchange(ref long location, long value);

    /// <summary>Adds to the location; returns the sum.</summary>
    static abstract long Add(ref long location, long value);

    /// <summary>A sequentially consistent fence.</summary>
    static abstract void Fence();

    /// <summary>The cheap side of an asymmetric pair: nanoseconds, orders only against <see cref="FenceProcessWide"/>.</summary>
    /// <remarks>Also keeps later accesses behind earlier loads (acquire), as that costs nothing more.</remarks>
    static abstract void FenceLight();

    /// <summary>The dear side: microseconds; a full fence, and the other half of every <see cref="FenceLight"/>.</summary>
    static abstract void FenceProcessWide();

    /// <summary>Reads plain data that the algorithm protects.</summary>
    static abstract T Read<T>(ref T slot);

    /// <summary>Writes plain data that the algorithm protects.</summary>
    static abstract void Write<T>(ref T slot, in T value);

    /// <summary>Says that this turn of a waiting loop found nothing: another thread must do something first.</summary>
    /// <param name="iterations">Length of the pause; a few nanoseconds each.</param>
    static abstract void SpinHint(int iterations);

    /// <summary>Lets time pass before another try, which may succeed whatever others do.</summary>
    /// <param name="iterations">Length of the pause; a few nanoseconds each.</param>
    static abstract void BackOff(int iterations);
}
