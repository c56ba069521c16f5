using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>A message on its way: a slot of the rings between the stages.</summary>
/// <remarks>
/// The message stands first and its stamps behind it, 48 bytes in all: a source lets the system write the 32 bytes of a datagram
/// right here, and the stage stamps them then.
/// </remarks>
/// <param name="Message">The message.</param>
/// <param name="IngressNanos">When it came in, on the pipeline's clock.</param>
/// <param name="BookNanos">When the depth view had seen it; 0 before.</param>
public record struct PipelineMessage(OrderMessage Message, long IngressNanos, long BookNanos);

/// <summary>Up to 16 messages that go on together.</summary>
public struct PipelineBundle
{
    /// <summary>Most messages of a bundle.</summary>
    public const int MaxMessages = 16;

    private MessageArray _messages;

    /// <summary>Messages in it.</summary>
    public int Count { get; private set; }

    /// <summary>Why it was closed.</summary>
    public BundleTrigger Trigger { get; private set; }

    /// <summary>When it was closed, on the pipeline's clock.</summary>
    public long ClosedNanos { get; private set; }

    /// <summary>The messages, oldest first.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<PipelineMessage> Messages => ((ReadOnlySpan<PipelineMessage>)_messages)[..Count];

    /// <summary>Adds messages, for which there must be room.</summary>
    internal void Add(ReadOnlySpan<PipelineMessage> messages)
    {
        messages.CopyTo(((Span<PipelineMessage>)_messages)[Count..]);
        Count += messages.Length;
    }

    internal void Close(BundleTrigger trigger, long nowNanos)
    {
        Trigger = trigger;
        ClosedNanos = nowNanos;
    }

    internal void Clear() => Count = 0;

    [InlineArray(MaxMessages)]
    private struct MessageArray
    {
        private PipelineMessage _first;
    }
}
