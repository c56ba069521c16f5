namespace Velox.Node;

/// <summary>When slots end: at multiples of their length since the start, so that delays do not add up.</summary>
/// <remarks>
/// After a stall of a slot or more the count starts anew: the missed slots are not made up for in a burst.
/// </remarks>
internal sealed class SlotSchedule(TimeProvider time, TimeSpan slotLength)
{
    private readonly long _slotTicks = (long)(slotLength.TotalSeconds * time.TimestampFrequency);
    private long _endTimestamp = time.GetTimestamp();

    /// <summary>Time until the slot ends; zero or less when it is over.</summary>
    internal TimeSpan Remaining => time.GetElapsedTime(time.GetTimestamp(), _endTimestamp);

    /// <summary>Begins the next slot.</summary>
    internal void Next()
    {
        long now = time.GetTimestamp();
        _endTimestamp += _slotTicks;
        if (_endTimestamp <= now)
            _endTimestamp = now + _slotTicks;
    }
}
