using Velox.Primitives;

namespace Velox.Node;

/// <summary>
/// The node's statistics as named metrics: instruments of the meter <c>Velox.Node</c>, and in a file when there is a path.
/// </summary>
/// <remarks>They stand where the last reading of the statistics left them; not thread-safe, as that has a lock.</remarks>
internal sealed class NodeMetrics : IDisposable
{
    private readonly MetricsFile? _file;
    private readonly MetricsRegistry _registry;
    private readonly Gauge _slot;
    private readonly ShardedCounter _entries;
    private readonly ShardedCounter _orderMessages;
    private readonly ShardedCounter _transactions;
    private readonly ShardedCounter _verified;
    private readonly ShardedCounter _executed;
    private readonly ShardedCounter _executedFailures;
    private readonly ShardedCounter _bundles;
    private readonly ShardedCounter _fills;
    private readonly ShardedCounter _blocks;
    private readonly ShardedCounter _journalBytes;
    private readonly Dictionary<string, ShardedCounter> _drops = [];

    /// <exception cref="IOException">The file cannot be made, or is in use.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be made.</exception>
    internal NodeMetrics(string? path)
    {
        _file = path is null ? null : MetricsFile.Create(path);
        _registry = new MetricsRegistry("Velox.Node", _file);
        _slot = _registry.AddGauge("slot", "{slot}", "The last durable slot");
        _entries = _registry.AddCounter("entries", "{entry}", "Order messages, and transactions that are not bundles");
        _orderMessages = _registry.AddCounter("order.messages", "{message}", "Messages that came to the order door");
        _transactions = _registry.AddCounter("transactions", "{transaction}", "Transactions offered to the queue");
        _verified = _registry.AddCounter("verified", "{transaction}", "Transactions whose form and signatures were good");
        _executed = _registry.AddCounter("executed", "{transaction}", "Transactions executed and recorded in a block");
        _executedFailures = _registry.AddCounter("executed.failed", "{transaction}", "Executed ones that failed and paid their fee");
        _bundles = _registry.AddCounter("bundles", "{bundle}", "Bundles of order messages that the queue took");
        _fills = _registry.AddCounter("fills", "{fill}", "Fills");
        _blocks = _registry.AddCounter("blocks", "{block}", "Blocks produced");
        _journalBytes = _registry.AddCounter("journal.bytes", "By", "Durable bytes of the journal");
        ExecutionLatency = _registry.AddHistogram("latency.execution", "From arrival to executed");
        DurableLatency = _registry.AddHistogram("latency.durable", "From arrival to durable and visible");
    }

    /// <summary>Everything since the start, for the meters to fill.</summary>
    internal LatencyHistogram ExecutionLatency { get; }

    /// <inheritdoc cref="ExecutionLatency"/>
    internal LatencyHistogram DurableLatency { get; }

    internal void Publish(NodeStatistics statistics)
    {
        _slot.Set((long)statistics.Slot);
        Set(_entries, statistics.Ingress);
        Set(_orderMessages, statistics.OrderMessages);
        Set(_transactions, statistics.Transactions);
        Set(_verified, statistics.Verified);
        Set(_executed, statistics.Executed);
        Set(_executedFailures, statistics.ExecutedFailures);
        Set(_bundles, statistics.Bundles);
        Set(_fills, statistics.Fills);
        Set(_blocks, statistics.Blocks);
        Set(_journalBytes, statistics.JournalBytes);
        foreach (DropCount drop in statistics.Drops)
            Set(DropsOf(drop.Reason), drop.Count);
    }

    public void Dispose()
    {
        _registry.Dispose();
        _file?.Dispose();
    }

    // A reason appears with its first drop. They are names of enumerations: few dozens.
    private ShardedCounter DropsOf(string reason)
    {
        if (!_drops.TryGetValue(reason, out ShardedCounter? counter))
        {
            counter = _registry.AddCounter($"dropped.{reason.Replace(':', '.')}", "{entry}", "Turned away for this reason");
            _drops.Add(reason, counter);
        }

        return counter;
    }

    // The parts keep totals of their own; under the statistics' lock nobody else adds.
    private static void Set(ShardedCounter counter, long total) => counter.Add(total - counter.Value);
}
