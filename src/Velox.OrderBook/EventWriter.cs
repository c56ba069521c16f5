namespace Velox.OrderBook;

/// <summary>Where an operation writes its events: a buffer of the caller's, and the slot to stamp them with.</summary>
/// <remarks>
/// It never overflows: an operation that might need more than <see cref="Remaining"/> is refused with
/// <see cref="BookError.EventBufferFull"/> before it changes anything. What an operation may need is a constant or a
/// count known on entry (<see cref="Market.MaxEventsPerOperation"/> covers all), so with room for that many per
/// operation the buffer never influences a result.
/// </remarks>
/// <param name="buffer">Receives the events from its beginning.</param>
/// <param name="slot">Slot of the operations to come: a clock of the book, and a stamp of its events.</param>
/// <param name="unixSeconds">Time of the operations to come: the other clock.</param>
public ref struct EventWriter(Span<BookEvent> buffer, ulong slot, ulong unixSeconds = 0)
{
    private readonly Span<BookEvent> _buffer = buffer;

    public ulong Slot { get; } = slot;

    public ulong UnixSeconds { get; } = unixSeconds;

    public int Count { get; private set; }

    public readonly int Remaining => _buffer.Length - Count;

    public readonly ReadOnlySpan<BookEvent> Written => _buffer[..Count];

    /// <summary>Forgets the events written: the buffer is free again.</summary>
    public void Clear() => Count = 0;

    internal ref BookEvent Next() => ref _buffer[Count++];
}
