using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>Messages from another process, by a ring in shared memory.</summary>
/// <remarks>
/// The other process writes with a <see cref="SharedRingProducer{T}"/> of <see cref="OrderMessage"/>. It comes and goes as it likes: what it
/// had written when it died is taken, one that starts again goes on, and <see cref="Producer"/> says how it is. The ring is
/// the buffer between the two: when the pipeline is behind it is full, and the producer sees that. A message is
/// copied into its slot before it is checked, as the other process might still write.
/// </remarks>
/// <example>
/// <code>
/// using var source = new SharedRingSource("/dev/shm/orders", 4096, endNanos: long.MaxValue);
/// using var pipeline = new OrderPipeline(source, new NullOutput(), new PipelineOptions(), SystemNanoClock.Instance);
/// pipeline.Run(monitor: null, cancellation);
/// </code>
/// </example>
public sealed class SharedRingSource : IMessageSource, IDisposable
{
    private readonly SharedRingConsumer<OrderMessage> _ring;
    private readonly ListeningTime _time;
    private bool _isExhausted;

    /// <param name="path">The ring's file, which is made if there is none; best in memory, such as below /dev/shm.</param>
    /// <param name="capacity">Messages that the ring holds: a power of two, the same on both sides.</param>
    /// <param name="endNanos">When it ends, on the pipeline's clock.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not such a number.</exception>
    /// <exception cref="SharedRingException">The file is no such ring, or another process reads from it.</exception>
    public SharedRingSource(string path, int capacity, long endNanos)
    {
        _ring = new SharedRingConsumer<OrderMessage>(path, capacity);
        _time = new ListeningTime(endNanos);
    }

    /// <summary>How the process is that writes. Asks the system; from any thread, but not while another disposes.</summary>
    public PeerState Producer => _ring.Peer;

    /// <summary>A full pipeline leaves messages in the ring.</summary>
    public bool WaitsForRoom => true;

    public bool IsExhausted => _isExhausted;

    public long InvalidCount { get; private set; }

    public long NanosToNext(long nowNanos) => _time.NanosToNext(nowNanos);

    public int Take(Span<PipelineMessage> slots, long nowNanos)
    {
        int count = 0;
        int refused = 0;
        while (count + refused < slots.Length && _ring.TryRead(out OrderMessage message))
        {
            if (message.Validate() == BookError.None)
                slots[count++].Message = message;
            else
                refused++;
        }

        InvalidCount += refused;
        _isExhausted = _time.IsOver(nowNanos, foundNothing: count + refused == 0);
        return count;
    }

    public void Dispose() => _ring.Dispose();
}
