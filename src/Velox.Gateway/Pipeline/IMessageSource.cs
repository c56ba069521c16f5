using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>Where a pipeline's messages come from. One thread.</summary>
public interface IMessageSource
{
    /// <summary>Whether a full ring makes the source wait; else the message is dropped and counted.</summary>
    bool WaitsForRoom { get; }

    /// <summary>Whether no message will come any more.</summary>
    bool IsExhausted { get; }

    /// <summary>Nanoseconds until there may be a message; 0 when that is not known.</summary>
    long NanosToNext(long nowNanos);

    /// <summary>Takes messages that are due, in order; returns how many. What is not well-formed is left out and counted.</summary>
    int Take(Span<OrderMessage> messages, long nowNanos);

    /// <summary>Messages that were not well-formed.</summary>
    long InvalidCount { get; }
}
