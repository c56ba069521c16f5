namespace Velox.Primitives;

/// <summary>A clock that only moves forward, in nanoseconds since an arbitrary origin.</summary>
/// <remarks>For waiting and measuring. Nothing that reaches state may read it.</remarks>
public interface INanoClock
{
    long NowNanos { get; }
}

/// <summary>The machine's monotonic clock behind <see cref="INanoClock"/>.</summary>
public sealed class SystemNanoClock : INanoClock
{
    public static readonly SystemNanoClock Instance = new();

    private SystemNanoClock()
    {
    }

    public long NowNanos => MonotonicClock.NowNanos;
}
