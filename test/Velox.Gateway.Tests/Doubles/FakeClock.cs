using Velox.Primitives;

namespace Velox.Gateway.Tests;

/// <summary>A clock that stands still until the test moves it.</summary>
internal sealed class FakeClock : INanoClock
{
    public long NowNanos { get; set; } = 1_000_000;
}
