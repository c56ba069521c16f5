using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Velox.Node;

/// <summary>What waits to be sent to one WebSocket client: bounded in messages and in bytes.</summary>
/// <remarks>Any number of threads add, one task reads. What was counted is given back once, however it leaves.</remarks>
internal sealed class OutgoingQueue(RpcOptions options, OutgoingBytes all)
{
    private readonly Channel<ReadOnlyMemory<byte>> _messages = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(options.MaxOutgoingMessages));

    private long _bytes;

    /// <summary>Adds a message; false when the client has as much waiting as it may, or the queue is closed.</summary>
    internal bool TryAdd(ReadOnlyMemory<byte> message)
    {
        if (!all.TryReserve(ref _bytes, message.Length))
            return false;
        if (_messages.Writer.TryWrite(message))
            return true;
        all.Release(ref _bytes, message.Length);
        return false;
    }

    /// <summary>
    /// Adds a message after waiting until it is not one too many; false when it is too many bytes, or the queue is closed.
    /// </summary>
    internal async ValueTask<bool> AddAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        while (!TryAdd(message))
        {
            if (!all.HasRoom(Interlocked.Read(ref _bytes), message.Length)
                || !await _messages.Writer.WaitToWriteAsync(cancellation))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>All messages as they come; one counts until the next is asked for.</summary>
    internal async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAllAsync(
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (ReadOnlyMemory<byte> message in _messages.Reader.ReadAllAsync(cancellation))
        {
            try
            {
                yield return message;
            }
            finally
            {
                all.Release(ref _bytes, message.Length);
            }
        }
    }

    /// <summary>Takes nothing more; what waits is still handed out.</summary>
    internal void Complete() => _messages.Writer.TryComplete();

    /// <summary>Drops what still waits; after the reader has ended.</summary>
    internal void Drop()
    {
        Complete();
        while (_messages.Reader.TryRead(out ReadOnlyMemory<byte> message))
            all.Release(ref _bytes, message.Length);
    }
}
