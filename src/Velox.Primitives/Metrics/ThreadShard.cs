using System.Runtime.CompilerServices;

namespace Velox.Primitives;

/// <summary>
/// Gives each running thread a number of its own, so that it may write the cells of that number without a lock prefix.
/// </summary>
/// <remarks>
/// <see cref="ExclusiveCount"/> threads at a time have one; the others share number 0 and must write it indivisibly.
/// A number comes back some time after its thread has ended, when the collector finds that nobody holds its lease.
/// </remarks>
internal static class ThreadShard
{
    /// <summary>Threads that have a number of their own at the same time.</summary>
    internal const int ExclusiveCount = 63;

    /// <summary>The number of those who have none of their own.</summary>
    internal const int Shared = 0;

    /// <summary>All numbers: 0 to <see cref="ExclusiveCount"/>.</summary>
    internal const int Count = ExclusiveCount + 1;

    private const int NoneLeft = -1;

    private static readonly Lock Gate = new();
    private static readonly Stack<int> Free = new(Enumerable.Range(1, ExclusiveCount).Reverse());

    // 0 before the thread's first question. Of a primitive type: the runtime reaches it in about a nanosecond.
    [ThreadStatic]
    private static int OwnShard;

#pragma warning disable IDE0052 // Never read: that it is reachable is its use.
    [ThreadStatic]
    private static Lease? OwnLease;
#pragma warning restore IDE0052

    /// <summary>This thread's number, or <see cref="Shared"/>.</summary>
    internal static int Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            int shard = OwnShard;
            return shard > 0 ? shard : FirstOrShared(shard);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int FirstOrShared(int shard)
    {
        // A thread that got none does not ask again: it would take the lock at every call.
        if (shard == NoneLeft)
            return Shared;
        lock (Gate)
        {
            if (!Free.TryPop(out shard))
            {
                OwnShard = NoneLeft;
                return Shared;
            }
        }

        OwnLease = new Lease(shard);
        OwnShard = shard;
        return shard;
    }

    /// <summary>Reachable from its thread alone; when that is gone the finalizer gives the number back.</summary>
    /// <remarks>
    /// The next owner sees all that the last one wrote: the collection, the finalizer and the lock stand in between.
    /// </remarks>
    private sealed class Lease(int shard)
    {
        ~Lease()
        {
            lock (Gate)
                Free.Push(shard);
        }
    }
}
