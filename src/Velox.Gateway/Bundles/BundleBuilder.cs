using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>
/// Gathers the messages of one door into bundles of at most <see cref="MaxMessages"/> messages, each closed at the
/// latest when its first message is <see cref="MaxAgeNanos"/> old, has them encoded and submits them.
/// </summary>
/// <remarks>
/// A bundle that the sink refuses is dropped and counted, not tried again: the sink's queue is where bundles may wait,
/// and behind a full one new orders would only grow old.
/// <para>Not thread-safe: a <see cref="BundleStage"/> drives it on one thread, a test step by step.
/// <see cref="Statistics"/> and <see cref="Latency"/> may be read by any thread.</para>
/// </remarks>
public sealed class BundleBuilder
{
    /// <summary>Most messages of a bundle: what one transaction carries.</summary>
    public const int MaxMessages = 16;

    /// <summary>How long after the arrival of its first message a bundle is closed.</summary>
    public const long MaxAgeNanos = 100_000;

    private readonly OrderDoor _door;
    private readonly IBundleEncoder _encoder;
    private readonly IBundleSink _sink;
    private readonly INanoClock _clock;

    private readonly StampedOrder[] _open = new StampedOrder[MaxMessages];
    private readonly OrderMessage[] _messages = new OrderMessage[MaxMessages];
    private int _openCount;

    private readonly Counter _submittedMessages = new();
    private readonly Counter _refusedMessages = new();
    private readonly Counter _submittedBundles = new();
    private readonly Counter _refusedBundles = new();
    private readonly Counter[] _closedBy = [new(), new(), new()];

    public BundleBuilder(OrderDoor door, IBundleEncoder encoder, IBundleSink sink, INanoClock clock)
    {
        _door = door;
        _encoder = encoder;
        _sink = sink;
        _clock = clock;
    }

    /// <summary>Nanoseconds from a message's arrival until its bundle was submitted or refused.</summary>
    public LatencyHistogram Latency { get; } = new();

    public BundleStatistics Statistics => new(
        _submittedMessages.Value,
        _refusedMessages.Value,
        _submittedBundles.Value,
        _refusedBundles.Value,
        _closedBy[(int)BundleTrigger.Size].Value,
        _closedBy[(int)BundleTrigger.Age].Value,
        _closedBy[(int)BundleTrigger.Drain].Value);

    /// <summary>True when the door is closed and everything that came through it is bundled.</summary>
    internal bool IsFinished => _door.IsClosed && _openCount == 0 && _door.WaitingCount == 0;

    /// <summary>When the open bundle is due, on the clock; <see cref="long.MaxValue"/> when there is none.</summary>
    internal long DeadlineNanos => _openCount == 0 ? long.MaxValue : _open[0].IngressNanos + MaxAgeNanos;

    internal void CloseDoor()
    {
        if (!_door.IsClosed)
            _door.Close();
    }

    /// <summary>One step: takes what waits, up to a full bundle, and closes the bundle if it is due.</summary>
    /// <returns>False when there was nothing to do.</returns>
    public bool Poll()
    {
        // Read before the ring: if it was closed then, nothing comes after what the ring gives now.
        bool isClosed = _door.IsClosed;
        int taken = _door.Take(_open.AsSpan(_openCount));
        _openCount += taken;

        if (_openCount == MaxMessages)
            CloseBundle(BundleTrigger.Size);
        else if (_openCount == 0)
            return false;
        else if (_clock.NowNanos >= DeadlineNanos)
            CloseBundle(BundleTrigger.Age);
        else if (isClosed && taken == 0)
            CloseBundle(BundleTrigger.Drain);
        else
            return taken > 0;
        return true;
    }

    private void CloseBundle(BundleTrigger trigger)
    {
        for (int i = 0; i < _openCount; i++)
            _messages[i] = _open[i].Message;
        byte[] transaction = _encoder.Encode(_messages.AsSpan(0, _openCount));
        var info = new BundleInfo(_door.Market, _door.SessionKey, _openCount, _open[0].IngressNanos, trigger);
        bool isTaken = _sink.TrySubmit(transaction, in info);

        (isTaken ? _submittedBundles : _refusedBundles).Increment();
        (isTaken ? _submittedMessages : _refusedMessages).Add(_openCount);
        _closedBy[(int)trigger].Increment();
        RecordLatency();
        _openCount = 0;
    }

    private void RecordLatency()
    {
        long now = _clock.NowNanos;
        for (int i = 0; i < _openCount; i++)
            Latency.Record(now - _open[i].IngressNanos);
    }
}
