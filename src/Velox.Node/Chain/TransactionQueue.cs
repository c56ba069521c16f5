using System.Threading.Channels;

namespace Velox.Node;

/// <summary>Where transactions wait for the block producer: many writers, one reader, bounded.</summary>
public sealed class TransactionQueue
{
    /// <summary>Most transactions that wait; further ones are refused and counted.</summary>
    public const int Capacity = 16_384;

    private readonly Channel<WaitingTransaction> _channel = Channel.CreateBounded<WaitingTransaction>(
        new BoundedChannelOptions(Capacity)
        {
            SingleReader = true,
            FullMode = BoundedChannelFullMode.Wait,
            // Whoever submits wakes the engine's thread himself: no detour over a pool that may be busy.
            AllowSynchronousContinuations = true,
        });

    private volatile bool _isClosed; // set by whoever stops the engine, read by whoever waits for its blocks
    private long _accepted;
    private long _refused;

    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Transactions turned away because the queue was full or closed.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public int Count => _channel.Reader.Count;

    /// <summary>Adds a transaction; false when the queue is full or closed.</summary>
    /// <param name="transaction">Serialized; not to be changed any more.</param>
    /// <param name="receivedNanos">When it entered, on the monotonic clock; for latency metrics only.</param>
    public bool TrySubmit(byte[] transaction, long receivedNanos = 0)
    {
        bool isAccepted = _channel.Writer.TryWrite(new WaitingTransaction(transaction, receivedNanos));
        Interlocked.Increment(ref isAccepted ? ref _accepted : ref _refused);
        return isAccepted;
    }

    internal ChannelReader<WaitingTransaction> Reader => _channel.Reader;

    /// <summary>Whether it refuses everything: true before the first refusal for that reason.</summary>
    internal bool IsClosed => _isClosed;

    /// <summary>Refuses everything from now on; what waits is still handed out.</summary>
    internal void Close()
    {
        _isClosed = true;
        _channel.Writer.TryComplete();
    }
}

/// <summary>A transaction that nobody has looked at yet.</summary>
/// <param name="Bytes">Serialized.</param>
/// <param name="ReceivedNanos">When it entered, on the monotonic clock.</param>
internal readonly record struct WaitingTransaction(byte[] Bytes, long ReceivedNanos);
