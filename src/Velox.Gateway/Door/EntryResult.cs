using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>What the order door did with a message.</summary>
public enum EntryResult
{
    /// <summary>It is in the ring and will be part of a bundle.</summary>
    Accepted,

    /// <summary>The message is not <see cref="OrderMessage.Size"/> bytes long.</summary>
    InvalidLength,

    /// <summary>The kind is none of <see cref="OrderMessageKind"/>.</summary>
    InvalidKind,

    /// <summary>The flags of a placed order name no order type.</summary>
    InvalidFlags,

    /// <summary>A field that this kind of message does not use is not zero.</summary>
    UnusedFieldNotZero,

    /// <summary>The ring is full: the sender is faster than the engine. The message is dropped.</summary>
    Full,

    /// <summary>The door is closed for good.</summary>
    Closed,
}
