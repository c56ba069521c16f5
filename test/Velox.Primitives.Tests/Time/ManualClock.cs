namespace Velox.Primitives.Tests;

/// <summary>A clock that a test moves.</summary>
internal sealed class ManualClock : INanoClock
{
    public long NowNanos { get; set; }
}
