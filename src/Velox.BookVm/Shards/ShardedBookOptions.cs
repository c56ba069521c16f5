using Velox.OrderBook;

namespace Velox.BookVm;

/// <summary>Takes the events of a shard, on the thread that runs it, in order. It must not throw and not keep the span.</summary>
public delegate void BookEventHandler(int shard, ReadOnlySpan<BookEvent> events);

/// <summary>What a <see cref="ShardedBook"/> is made of.</summary>
public sealed record ShardedBookOptions
{
    /// <summary>Largest <see cref="MailboxCapacity"/>.</summary>
    public const int MaxMailboxCapacity = 1 << 16;

    /// <summary>Of each shard's market.</summary>
    public required MarketParameters Market { get; init; }

    /// <summary>Messages that wait for a shard at most: a power of two from 2 to <see cref="MaxMailboxCapacity"/>.</summary>
    public int MailboxCapacity { get; init; } = 256;

    /// <summary>Takes the events; null where nobody wants them.</summary>
    public BookEventHandler? Events { get; init; }
}
