using System.Diagnostics.CodeAnalysis;

namespace Velox.Primitives;

/// <summary>A full ring rejects the item; the caller decides.</summary>
public readonly struct RejectWhenFull<T> : IBackPressure<T>
{
    static bool IBackPressure<T>.ReadsFromRing => false;

    public int HeldCount => 0;

    public bool Flush<TRing>(TRing ring)
        where TRing : class, IRing<T> => true;

    public WriteResult OnFull<TRing>(TRing ring, in T item, out int droppedOldest)
        where TRing : class, IRing<T>
    {
        droppedOldest = 0;
        return WriteResult.Rejected;
    }
}

/// <summary>A full ring keeps what it has; the new item is dropped.</summary>
public readonly struct DropNewest<T> : IBackPressure<T>
{
    static bool IBackPressure<T>.ReadsFromRing => false;

    public int HeldCount => 0;

    public bool Flush<TRing>(TRing ring)
        where TRing : class, IRing<T> => true;

    public WriteResult OnFull<TRing>(TRing ring, in T item, out int droppedOldest)
        where TRing : class, IRing<T>
    {
        droppedOldest = 0;
        return WriteResult.Dropped;
    }
}

/// <summary>A full ring gives up its oldest items for the new one. Needs an <see cref="MpmcRing{T}"/>.</summary>
/// <remarks>Other threads may take the room that was made; after <see cref="MaxTries"/> the new item is dropped instead.</remarks>
public readonly struct DropOldest<T> : IBackPressure<T>
{
    /// <summary>How often it makes room for one item.</summary>
    public const int MaxTries = 100;

    static bool IBackPressure<T>.ReadsFromRing => true;

    public int HeldCount => 0;

    public bool Flush<TRing>(TRing ring)
        where TRing : class, IRing<T> => true;

    public WriteResult OnFull<TRing>(TRing ring, in T item, out int droppedOldest)
        where TRing : class, IRing<T>
    {
        droppedOldest = 0;
        for (int tries = 0; tries < MaxTries; tries++)
        {
            if (ring.TryRead(out _))
                droppedOldest++;
            if (ring.TryWrite(in item))
                return WriteResult.Written;
        }

        return WriteResult.Dropped;
    }
}

/// <summary>A full ring makes its writer wait, a bounded number of steps.</summary>
/// <typeparam name="T">An item.</typeparam>
/// <typeparam name="TWait">How it waits.</typeparam>
/// <param name="wait">How it waits.</param>
/// <param name="maxSteps">Steps after which the item is refused as timed out.</param>
public struct BlockWhenFull<T, TWait>(TWait wait, int maxSteps) : IBackPressure<T>
    where TWait : IWaitStrategy
{
    [SuppressMessage("Style", "IDE0044", Justification = "It changes itself; a readonly field would be copied instead.")]
    private TWait _wait = wait;

    static bool IBackPressure<T>.ReadsFromRing => false;

    public readonly int HeldCount => 0;

    public readonly bool Flush<TRing>(TRing ring)
        where TRing : class, IRing<T> => true;

    public WriteResult OnFull<TRing>(TRing ring, in T item, out int droppedOldest)
        where TRing : class, IRing<T>
    {
        droppedOldest = 0;
        WriteResult result = WriteResult.TimedOut;
        for (int step = 0; step < maxSteps && result == WriteResult.TimedOut; step++)
        {
            _wait.WaitOnce();
            if (ring.TryWrite(in item))
                result = WriteResult.Written;
        }

        _wait.Reset();
        return result;
    }
}

/// <summary>What does not fit into a full ring waits in an overflow of the writer; when that is full too, it is dropped.</summary>
/// <remarks>
/// Order is kept: while anything is held, new items go behind it. The overflow moves on when the writer writes or flushes.
/// </remarks>
/// <param name="overflowCapacity">Items that may be held, at least 1; their memory is taken at once.</param>
public struct SpillWhenFull<T>(int overflowCapacity) : IBackPressure<T>
{
    private readonly T[] _overflow = new T[overflowCapacity];
    private int _first;
    private int _count;

    static bool IBackPressure<T>.ReadsFromRing => false;

    public readonly int HeldCount => _count;

    public bool Flush<TRing>(TRing ring)
        where TRing : class, IRing<T>
    {
        while (_count > 0 && ring.TryWrite(in _overflow[_first]))
        {
            _overflow[_first] = default!;
            _first = (_first + 1) % _overflow.Length;
            _count--;
        }

        return _count == 0;
    }

    public WriteResult OnFull<TRing>(TRing ring, in T item, out int droppedOldest)
        where TRing : class, IRing<T>
    {
        droppedOldest = 0;
        if (_count == _overflow.Length)
            return WriteResult.Dropped;
        _overflow[(_first + _count) % _overflow.Length] = item;
        _count++;
        return WriteResult.Spilled;
    }
}
