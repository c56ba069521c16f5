namespace Velox.Primitives;

/// <summary>When a <see cref="CircuitBreaker"/> opens, and how it closes again.</summary>
public sealed record CircuitBreakerOptions
{
    /// <summary>Buckets that a window is made of, at most.</summary>
    public const int MaxBuckets = 64;

    /// <summary>The most probes at a time.</summary>
    public const int MaxProbes = 255;

    /// <summary>The shortest time that a breaker stays open, 1 ms: shorter ones could not be told apart.</summary>
    public const long MinOpenNanos = 1_000_000;

    /// <summary>The shortest bucket, 1 ms.</summary>
    public const long MinBucketNanos = 1_000_000;

    // A month: what is added to a clock's reading must not overflow.
    private const long MaxNanos = 30L * 86_400 * 1_000_000_000;

    /// <summary>Length of a bucket. The window is <see cref="Buckets"/> of them, the last one still filling.</summary>
    public long BucketNanos { get; init; } = 1_000_000_000;

    /// <summary>Buckets in the window, 1 to <see cref="MaxBuckets"/>.</summary>
    public int Buckets { get; init; } = 10;

    /// <summary>Calls in the window below which nothing opens, at least 1.</summary>
    public int MinimumCalls { get; init; } = 20;

    /// <summary>Failures of a hundred calls that open it, 1 to 100.</summary>
    public int FailurePercent { get; init; } = 50;

    /// <summary>How long it refuses before it probes; also how long it waits for its probes' answers.</summary>
    public long OpenNanos { get; init; } = 5_000_000_000;

    /// <summary>Calls let through half-open; all must succeed. 1 to <see cref="MaxProbes"/>.</summary>
    public int Probes { get; init; } = 3;

    /// <exception cref="ArgumentOutOfRangeException">A number is out of its bounds.</exception>
    internal void Validate()
    {
        Check(nameof(BucketNanos), BucketNanos, MinBucketNanos, MaxNanos);
        Check(nameof(Buckets), Buckets, 1, MaxBuckets);
        Check(nameof(MinimumCalls), MinimumCalls, 1, int.MaxValue);
        Check(nameof(FailurePercent), FailurePercent, 1, 100);
        Check(nameof(OpenNanos), OpenNanos, MinOpenNanos, MaxNanos);
        Check(nameof(Probes), Probes, 1, MaxProbes);
    }

    private static void Check(string name, long value, long least, long most)
    {
        if (value < least || value > most)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {least} to {most}.");
    }
}
