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
    /// <param name="slots">
    /// Where they go: free slots of the first ring, and what is put there is not copied again. Only
    /// <see cref="PipelineMessage.Message"/> is to be filled, the pipeline stamps it; behind those that were taken anything may stand.
    /// </param>
    /// <param name="nowNanos">The time, on the pipeline's clock.</param>
    int Take(Span<PipelineMessage> slots, long nowNanos);

    /// <summary>
    /// Whether the source fills <see cref="PipelineMessage.IngressNanos"/> with the time at which the message was due, so that
    /// the pipeline knows how late it took it; it is stamped over.
    /// </summary>
    bool KnowsDueTimes => false;

    /// <summary>Messages that were not well-formed.</summary>
    long InvalidCount { get; }
}
