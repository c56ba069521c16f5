using System.Runtime.CompilerServices;

namespace Velox.Primitives;

/// <summary>How a bounded update ended.</summary>
public enum UpdateResult
{
    /// <summary>The word was changed.</summary>
    Done,

    /// <summary>The change did not want the value that it found.</summary>
    Refused,

    /// <summary>Others came first in every try.</summary>
    Timeout,
}

/// <summary>A change of a word: computes the new value from the old one. Implemented by structs.</summary>
public interface IWordChange
{
    /// <summary>The new value for an old one, or false to leave it. May be called several times: it has no side effects.</summary>
    bool TryChange(long old, out long changed);
}

/// <summary>Compare-and-swap in a loop that has an end: bounded tries with exponential back-off between them.</summary>
/// <remarks>
/// Acquires and releases. A try fails only when another thread changed the word, so under any load somebody gets on; whom
/// it is never, is told so instead of spinning for ever.
/// <example>
/// <code>
/// readonly struct TakeOne : IWordChange
/// {
///     public bool TryChange(long old, out long changed) { changed = old - 1; return old &gt; 0; }
/// }
/// UpdateResult result = BoundedUpdate.Apply(ref permits, default(TakeOne), out long left);
/// </code>
/// </example>
/// </remarks>
public static class BoundedUpdate
{
    /// <summary>Tries, where nothing else is asked for.</summary>
    public const int DefaultTries = 100;

    // 2^9 pauses of some ten nanoseconds: a few microseconds at most between two tries.
    private const int LongestBackOffShift = 9;

    /// <summary>Changes a word, or says why not.</summary>
    /// <param name="location">The word.</param>
    /// <param name="change">The change.</param>
    /// <param name="value">The new value when done, otherwise the value last seen.</param>
    /// <param name="maxTries">Compare-and-swaps before it gives up, at least 1.</param>
    public static UpdateResult Apply<TChange>(
        ref long location, TChange change, out long value, int maxTries = DefaultTries)
        where TChange : struct, IWordChange =>
        Apply<TChange, HardwareModel>(ref location, change, out value, maxTries);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static UpdateResult Apply<TChange, TModel>(
        ref long location, TChange change, out long value, int maxTries)
        where TChange : struct, IWordChange
        where TModel : struct, IMemoryModel
    {
        value = TModel.LoadAcquire(ref location);
        for (int tries = 0; tries < maxTries; tries++)
        {
            if (!change.TryChange(value, out long changed))
                return UpdateResult.Refused;
            long seen = TModel.CompareExchange(ref location, changed, value);
            if (seen == value)
            {
                value = changed;
                return UpdateResult.Done;
            }

            value = seen;
            TModel.BackOff(1 << Math.Min(tries, LongestBackOffShift));
        }

        return UpdateResult.Timeout;
    }
}
