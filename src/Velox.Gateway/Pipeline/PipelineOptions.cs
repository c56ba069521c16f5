using System.Numerics;
using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>How a pipeline is built.</summary>
public sealed record PipelineOptions
{
    /// <summary>Most messages that a ring holds.</summary>
    public const int MaxRingMessages = 1 << 20;

    /// <summary>Most restarts of stages in a run.</summary>
    public const int MaxRestarts = 1_000_000;

    private const long MaxPatienceNanos = 3_600_000_000_000;

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

    /// <summary>How a thread waits that has nothing to do; see <see cref="EffectiveWait"/>.</summary>
    public WaitKind Wait { get; init; } = WaitKind.Adaptive;

    /// <summary>
    /// The logical core of each thread, in their order; empty for no pinning. Null pins where all four stages have a thread and
    /// a core (<see cref="CorePlan"/>).
    /// </summary>
    public IReadOnlyList<int>? Cores { get; init; }

    /// <summary>
    /// Real-time priority of the threads, 1 to 99, where the system grants it; 0 for the ordinary one. Such threads yield to each
    /// other alone, so they only have it where a core more than threads is left for everything else.
    /// </summary>
    public int RealTimePriority { get; init; }

    /// <summary>
    /// How full the first ring is, in percent, when new orders are turned away so that cancels find room, 1 to 100; 0 for never.
    /// They are taken again at half of that. Of no account where the source waits for room.
    /// </summary>
    public int ShedPercent { get; init; } = 90;

    /// <summary>
    /// How long a failing output is waited for before bundles are dropped, until it takes one again; nanoseconds, 0 to one hour.
    /// </summary>
    public long OutputPatienceNanos { get; init; } = 1_000_000_000;

    /// <summary>When a failing output is left alone for a while, and probed again.</summary>
    public CircuitBreakerOptions OutputBreaker { get; init; } = new()
    {
        BucketNanos = 100_000_000,
        MinimumCalls = 5,
        OpenNanos = 100_000_000,
        Probes = 1,
    };

    /// <summary>How often stages that have thrown an exception go on, in all, 0 to 1,000,000; then the run ends with it.</summary>
    public int StageRestarts { get; init; }

    /// <summary>The threads that will be used.</summary>
    /// <remarks>
    /// With two cores it is one: two threads that wait for each other and for deadlines would leave nothing to the system, which
    /// then takes a core from one of them for milliseconds at a time.
    /// </remarks>
    public int EffectiveThreads => Threads != 0 ? Threads : ThreadsFor(Environment.ProcessorCount);

    /// <summary>The wait strategy that will be used: spinning needs a core for each thread.</summary>
    public WaitKind EffectiveWait => WaitStrategy.Allowed(Wait, EffectiveThreads);

    /// <summary>Whether <see cref="RealTimePriority"/> may be asked for.</summary>
    internal bool MayBeRealTime => Environment.ProcessorCount > EffectiveThreads;

    internal static int ThreadsFor(int cores) => cores switch { >= 4 => 4, 3 => 2, _ => 1 };

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
        if (!Enum.IsDefined(Wait))
            throw OutOfBounds(nameof(Wait), Wait, "a wait strategy");
        if (Cores is { Count: > 0 } cores)
            CheckCores(cores);
        if (RealTimePriority is < 0 or > ThreadPlacement.MaxPriority)
            throw OutOfBounds(nameof(RealTimePriority), RealTimePriority, $"0 to {ThreadPlacement.MaxPriority}");
        if (ShedPercent is < 0 or > 100)
            throw OutOfBounds(nameof(ShedPercent), ShedPercent, "0 to 100");
        if (OutputPatienceNanos is < 0 or > MaxPatienceNanos)
            throw OutOfBounds(nameof(OutputPatienceNanos), OutputPatienceNanos, $"0 to {MaxPatienceNanos}");
        if (StageRestarts is < 0 or > MaxRestarts)
            throw OutOfBounds(nameof(StageRestarts), StageRestarts, $"0 to {MaxRestarts}");
    }

    private void CheckCores(IReadOnlyList<int> cores)
    {
        if (cores.Count != EffectiveThreads)
            throw OutOfBounds(nameof(Cores), cores.Count, $"one core for each of the {EffectiveThreads} threads");
        if (cores.Distinct().Count() != cores.Count)
            throw OutOfBounds(nameof(Cores), string.Join(",", cores), "a core of its own for each thread");
        foreach (int core in cores)
        {
            if (core is < 0 or > CoreList.MaxNumber)
                throw OutOfBounds(nameof(Cores), core, $"core numbers, 0 to {CoreList.MaxNumber}");
        }
    }

    private static ArgumentOutOfRangeException OutOfBounds(string field, object value, string bounds) =>
        new(field, value, $"{field} must be {bounds}.");
}
