using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>The events of one market, from the thread that changes it to any number of consumers.</summary>
/// <remarks>
/// A <see cref="BroadcastRing{T}"/> of 64-byte events. The writer never waits: a consumer that falls back by more than
/// the capacity loses events, its reader counts how many, and the next event it gets shows the gap by its sequence.
/// Event <c>n</c> is item <c>n - firstSequence</c> of the ring, so both ways of counting agree. Publishing and reading
/// allocate nothing.
/// <example>
/// <code>
/// market.Place(seat, order, ref events, out _);            // the writer
/// feed.Publish(events.Written);
///
/// BroadcastReader&lt;BookEvent&gt; reader = feed.ReadFromNow();  // a consumer: first the reader, then the snapshot
/// view.Load(snapshot);
/// while (reader.TryRead(out BookEvent e) is BroadcastRead.Item)
///     if (view.Apply(e) is not (FeedError.None or FeedError.AlreadyApplied)) AskForSnapshot();
/// </code>
/// </example>
/// </remarks>
public sealed class BookFeed
{
    private readonly BroadcastRing<BookEvent> _ring;

    /// <param name="capacity">Events that a consumer may be behind: a power of two, 2 to
    /// <see cref="BroadcastRing{T}.MaxCapacity"/>. One operation makes up to
    /// <see cref="Market.MaxEventsPerOperation"/>.</param>
    /// <param name="firstSequence">Sequence of the first event to come: the market's nextEventSequence.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not such a number.</exception>
    public BookFeed(int capacity, ulong firstSequence = 0)
    {
        _ring = new BroadcastRing<BookEvent>(capacity);
        FirstSequence = firstSequence;
    }

    public int Capacity => _ring.Capacity;

    public ulong FirstSequence { get; }

    /// <summary>Sequence of the next event to be published. Any thread.</summary>
    public ulong NextSequence => FirstSequence + (ulong)_ring.WrittenCount;

    /// <summary>Hands events to all consumers. The writer's thread only; it never waits.</summary>
    /// <param name="events">What an operation wrote, when it can no longer be undone.</param>
    /// <returns><see cref="FeedError.Gap"/> or <see cref="FeedError.AlreadyApplied"/> when they do not begin with
    /// <see cref="NextSequence"/>, <see cref="FeedError.Contradiction"/> when they are not consecutive: then none is
    /// published.</returns>
    public FeedError Publish(ReadOnlySpan<BookEvent> events)
    {
        if (events.IsEmpty)
            return FeedError.None;
        ulong first = NextSequence;
        if (events[0].Sequence != first)
            return events[0].Sequence < first ? FeedError.AlreadyApplied : FeedError.Gap;
        for (int i = 1; i < events.Length; i++)
        {
            if (events[i].Sequence != first + (ulong)i)
                return FeedError.Contradiction;
        }

        foreach (ref readonly BookEvent e in events)
            _ring.Write(e);
        return FeedError.None;
    }

    /// <summary>A reader of all events published from now on.</summary>
    public BroadcastReader<BookEvent> ReadFromNow() => _ring.ReadFromNow();

    /// <summary>A reader of all events since <see cref="FirstSequence"/>; what is overwritten already counts as
    /// missed.</summary>
    public BroadcastReader<BookEvent> ReadFromStart() => _ring.ReadFromStart();
}
