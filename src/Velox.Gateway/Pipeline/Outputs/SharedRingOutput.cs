using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>Hands messages to another process, by a ring in shared memory that <see cref="SharedRingSource"/> reads.</summary>
/// <remarks>A full ring holds the pipeline up, but not for ever: what nobody reads for <see cref="MaxWaitNanos"/> fails.</remarks>
public sealed class SharedRingOutput : IBundleOutput
{
    /// <summary>How long a full ring may stay full: 10 seconds.</summary>
    public const long MaxWaitNanos = 10_000_000_000;

    private readonly SharedRingProducer<OrderMessage> _ring;
    private readonly string _path;
    private readonly INanoClock _clock;
    private int _written;
    private long _fullSinceNanos = long.MaxValue;

    /// <param name="path">The ring's file, which is made if there is none; best in memory, such as below /dev/shm.</param>
    /// <param name="capacity">Messages that the ring holds: a power of two, the same on both sides.</param>
    /// <param name="clock">Tells how long the ring has been full.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not such a number.</exception>
    /// <exception cref="SharedRingException">The file is no such ring, or another process writes to it.</exception>
    public SharedRingOutput(string path, int capacity, INanoClock clock)
    {
        _ring = new SharedRingProducer<OrderMessage>(path, capacity);
        _path = path;
        _clock = clock;
    }

    /// <summary>Takes a bundle when all of it is in the ring; before that, a part of it may be.</summary>
    /// <exception cref="IOException">Nobody has read from the full ring for too long.</exception>
    public BundleResult Accept(in PipelineBundle bundle)
    {
        int before = _written;
        ReadOnlySpan<PipelineMessage> messages = bundle.Messages;
        while (_written < messages.Length && _ring.TryWrite(messages[_written].Message))
            _written++;
        if (_written == messages.Length)
        {
            _written = 0;
            _fullSinceNanos = long.MaxValue;
            return BundleResult.Accepted;
        }

        CheckReader(hasMoved: _written > before);
        return BundleResult.Busy;
    }

    /// <summary>Nothing to do: what was written is the reader's, whenever it comes.</summary>
    public void Complete()
    {
    }

    public void Dispose() => _ring.Dispose();

    private void CheckReader(bool hasMoved)
    {
        long nowNanos = _clock.NowNanos;
        if (hasMoved || _fullSinceNanos == long.MaxValue)
            _fullSinceNanos = nowNanos;
        else if (nowNanos - _fullSinceNanos >= MaxWaitNanos)
            throw new IOException($"{_path}: the ring has been full for {MaxWaitNanos / 1_000_000_000} s; its reader is {_ring.Peer.ToString().ToLowerInvariant()}");
    }
}
