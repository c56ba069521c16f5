namespace Velox.Primitives;

/// <summary>What came of handing an unlinked node over.</summary>
public enum RetireResult
{
    /// <summary>It is garbage now and will be freed when no reader can hold it.</summary>
    Retired,

    /// <summary>The garbage is at its bound and readers hold all of it: the node is still the caller's.</summary>
    GarbageFull,
}

/// <summary>A reader that keeps garbage from being freed.</summary>
/// <param name="ManagedThreadId">The thread that joined with it.</param>
/// <param name="ThreadName">Its name; "unnamed" without one.</param>
/// <param name="HeldNanos">Since when it has been in the way, as collections saw it.</param>
public readonly record struct StuckReader(int ManagedThreadId, string ThreadName, long HeldNanos);

/// <summary>Frees the nodes of a lock-free structure when no reader can hold them any more.</summary>
/// <remarks>
/// <para>
/// A writer first unlinks a node, so that no reader finds it any more, and then retires its number; the reclaimer releases
/// it to its <see cref="SlabAllocator"/> after the readers that may hold it are gone. Readers neither lock nor fence: the
/// collecting side pays, with a barrier on all cores of the process (some microseconds a collection). How a reader says
/// what it holds differs: <see cref="EpochReclaimer"/> is cheaper to read under and lets one stuck reader keep everything;
/// with <see cref="HazardReclaimer"/> a stuck reader keeps what it named and nothing else.
/// </para>
/// <para>Retiring and collecting take a lock among writers. Garbage is bounded, and what happens there is a result.</para>
/// </remarks>
public interface IReclaimer
{
    /// <summary>Most nodes that wait at one time.</summary>
    int MaxGarbage { get; }

    /// <summary>Nodes that wait now.</summary>
    int Garbage { get; }

    /// <summary>Nodes handed over so far.</summary>
    long Retired { get; }

    /// <summary>Nodes released so far.</summary>
    long Reclaimed { get; }

    /// <summary>Nodes that were not taken because the garbage was at its bound.</summary>
    long Refused { get; }

    /// <summary>Hands an unlinked node over; collects by itself now and then, and always at the bound.</summary>
    RetireResult Retire(int index);

    /// <summary>Releases what no reader can hold.</summary>
    /// <returns>How many nodes.</returns>
    int Collect();

    /// <summary>The reader in the way of the oldest garbage if collections saw it there for so long; null without.</summary>
    StuckReader? FindStuckReader(long heldNanos);
}
