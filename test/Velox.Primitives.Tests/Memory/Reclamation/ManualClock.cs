namespace Velox.Primitives.Tests;

/// <summary>A clock that a test sets.</summary>
internal sealed class ManualClock : INanoClock
{
    public long NowNanos { get; set; } = 1_000_000;
}
