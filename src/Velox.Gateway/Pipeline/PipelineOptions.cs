using System.Numerics;

namespace Velox.Gateway;

/// <summary>How a pipeline is built.</summary>
public sealed record PipelineOptions
{
    /// <summary>Most messages that a ring holds.</summary>
    public const int MaxRingMessages = 1 << 20;

    /// <summary>Messages that each ring between two stages holds: a power of two, 64 to <see cref="MaxRingMessages"/>.</summary>
    public int RingMessages { get; init; } = 4096;

    /// <summary>Messages that close a bundle, 1 to 16.</summary>
    public int BundleMessages { get; init; } = PipelineBundle.MaxMessages;

    /// <summary>Age of its first message at which a bundle is closed, in nanoseconds; 0 to one second.</summary>
    public long BundleAgeNanos { get; init; } = 100_000;

    /// <summary>The lowest price that the depth view shows; it shows 16,384 ticks.</summary>
    public ulong FirstPriceTicks { get; init; } = 2_000;

    /// <summary>Threads for the four stages: 1, 2 or 4; 0 chooses by the cores.</summary>
    public int Threads { get; init; }

    /// <summary>The threads that will be used.</summary>
    public int EffectiveThreads => Threads != 0 ? Threads : Environment.ProcessorCount switch { >= 4 => 4, >= 2 => 2, _ => 1 };

    /// <exception cref="ArgumentOutOfRangeException">A field is out of its bounds.</exception>
    internal void Validate()
    {
        if (RingMessages is < 64 or > MaxRingMessages || !BitOperations.IsPow2(RingMessages))
            throw OutOfBounds(nameof(RingMessages), RingMessages, $"a power of two from 64 to {MaxRingMessages}");
        if (BundleMessages is < 1 or > PipelineBundle.MaxMessages)
            throw OutOfBounds(nameof(BundleMessages), BundleMessages, $"1 to {PipelineBundle.MaxMessages}");
        if (BundleAgeNanos is < 0 or > 1_000_000_000)
            throw OutOfBounds(nameof(BundleAgeNanos), BundleAgeNanos, "0 to 1000000000");
        if (Threads is not (0 or 1 or 2 or 4))
            throw OutOfBounds(nameof(Threads), Threads, "0 (by the cores), 1, 2 or 4");
    }

    private static ArgumentOutOfRangeException OutOfBounds(string field, object value, string bounds) =>
        new(field, value, $"{field} must be {bounds}.");
}
