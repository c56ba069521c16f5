using Velox.Primitives;

namespace Velox.Node;

/// <summary>Something that was turned away, and how often since the start.</summary>
/// <param name="Reason">A stable name, such as <c>door:Full</c> or <c>transaction:BlockhashNotFound</c>.</param>
/// <param name="Count">At least 1.</param>
public readonly record struct DropCount(string Reason, long Count);

/// <summary>
/// The node at a glance. Counts are since the start; parts are read one after the other, while the node works.
/// </summary>
public sealed record NodeStatistics
{
    /// <summary>The last durable slot.</summary>
    public required ulong Slot { get; init; }

    /// <summary>State root of the last durable slot.</summary>
    public required Hash256 StateRoot { get; init; }

    /// <summary>Order messages that came to the order door.</summary>
    public required long OrderMessages { get; init; }

    /// <summary>Transactions offered to the queue: bundles, and those of clients.</summary>
    public required long Transactions { get; init; }

    /// <summary>Everything that came in: order messages, and transactions that are not bundles.</summary>
    public required long Ingress { get; init; }

    /// <summary>Transactions whose form and signatures were found good.</summary>
    public required long Verified { get; init; }

    /// <summary>Transactions executed and recorded in a block.</summary>
    public required long Executed { get; init; }

    /// <summary>Of the executed ones, those that failed and only paid their fee.</summary>
    public required long ExecutedFailures { get; init; }

    /// <summary>Bundles of order messages that the queue took.</summary>
    public required long Bundles { get; init; }

    public required long Fills { get; init; }

    /// <summary>Blocks produced, durable or about to be.</summary>
    public required long Blocks { get; init; }

    /// <summary>Bytes of the journal's blocks that are durable, and its header.</summary>
    public required long JournalBytes { get; init; }

    /// <summary>Everything turned away, in a fixed order of reasons.</summary>
    public required IReadOnlyList<DropCount> Drops { get; init; }

    /// <summary>Best prices of the demo market in the last durable block; null without a demo.</summary>
    public required MarketQuote? Quote { get; init; }

    /// <summary>From arrival to executed, since the last reading.</summary>
    public required LatencySummary ExecutionLatency { get; init; }

    /// <summary>From arrival to durable and visible, since the last reading.</summary>
    public required LatencySummary DurableLatency { get; init; }

    /// <summary>From arrival to executed, since the start.</summary>
    public required LatencySummary TotalExecutionLatency { get; init; }

    /// <summary>From arrival to durable and visible, since the start.</summary>
    public required LatencySummary TotalDurableLatency { get; init; }

    public long Dropped => Drops.Sum(drop => drop.Count);
}
