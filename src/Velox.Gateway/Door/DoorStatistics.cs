namespace Velox.Gateway;

/// <summary>What an order door did with the messages it received, in messages since it opened.</summary>
/// <remarks>Every message received is counted in exactly one of the fields.</remarks>
public readonly record struct DoorStatistics(
    long Accepted,
    long InvalidLength,
    long InvalidKind,
    long InvalidFlags,
    long UnusedFieldNotZero,
    long Full,
    long Closed)
{
    /// <summary>All messages received.</summary>
    public long Received => Accepted + Dropped;

    /// <summary>Messages that were not accepted, whatever the reason.</summary>
    public long Dropped => InvalidLength + InvalidKind + InvalidFlags + UnusedFieldNotZero + Full + Closed;
}
