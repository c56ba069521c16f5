using System.Diagnostics.CodeAnalysis;

namespace Velox.Primitives;

/// <summary>The algorithm of <see cref="SequenceLock{T}"/>, over memory that its owner keeps alive.</summary>
/// <remarks>
/// The stamp is odd while the value is being written. A reader that loads a word of a newer value sees the odd stamp that
/// came before it (<see cref="SharedWords{T, TModel}"/>), so its second look at the stamp differs from the first.
/// </remarks>
/// <param name="words">The stamp, then the value: zeroed, 1 + <see cref="SharedWords{T, TModel}.Count"/> words.</param>
internal readonly unsafe struct SequenceLockCore<T, TModel>(long* words)
    where T : unmanaged
    where TModel : struct, IMemoryModel
{
    internal void Write(in T value)
    {
        long stamp = TModel.LoadRelaxed(ref *words);

        // Relaxed: every word that follows releases it.
        TModel.StoreRelaxed(ref *words, stamp + 1);
        SharedWords<T, TModel>.Store(words + 1, in value);
        TModel.StoreRelease(ref *words, stamp + 2);
    }

    internal bool TryRead(out T value)
    {
        long stamp = TModel.LoadAcquire(ref *words);
        SharedWords<T, TModel>.Load(words + 1, out value);
        return (stamp & 1) == 0 && TModel.LoadRelaxed(ref *words) == stamp;
    }
}

/// <summary>A value that one thread writes without waiting and many threads read without disturbing it.</summary>
/// <remarks>
/// A reader copies the value and learns whether the copy is whole; if not, it tries again, a bounded number of times. It sees
/// the value with everything that the writer did before. One writer at a time: several need a lock among them. It starts as
/// the value with all bits zero.
/// <example>
/// <code>
/// var best = new SequenceLock&lt;Quote&gt;();
/// best.Write(quote);                            // the writer
/// if (best.TryRead(out Quote copy)) Show(copy); // anyone
/// </code>
/// </example>
/// </remarks>
public sealed unsafe class SequenceLock<T>
    where T : unmanaged
{
    /// <summary>Tries of a read, where nothing else is asked for.</summary>
    public const int DefaultTries = 100;

    private readonly SequenceLockCore<T, HardwareModel> _core;

    [SuppressMessage("CodeQuality", "IDE0052", Justification = "Keeps memory alive.")]
    private readonly byte[] _owner;

    public SequenceLock()
    {
        _owner = RingMemory.Allocate((1L + SharedWords<T, HardwareModel>.Count) * sizeof(long), out byte* first);
        _core = new SequenceLockCore<T, HardwareModel>((long*)first);
    }

    /// <summary>Replaces the value. The writer only; it never waits.</summary>
    public void Write(in T value)
    {
        _core.Write(in value);
        GC.KeepAlive(this);
    }

    /// <summary>Copies the value; false when every try met a write. Any thread.</summary>
    /// <param name="value">The value, whole, when the result is true; otherwise meaningless.</param>
    /// <param name="maxTries">Tries before it gives up, at least 1.</param>
    public bool TryRead(out T value, int maxTries = DefaultTries)
    {
        bool isWhole = _core.TryRead(out value);
        for (int tries = 1; !isWhole && tries < maxTries; tries++)
        {
            HardwareModel.BackOff(1);
            isWhole = _core.TryRead(out value);
        }

        GC.KeepAlive(this);
        return isWhole;
    }
}
