using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>Has the stages' code compiled and optimised before messages come whose latency counts.</summary>
public static class PipelineWarmUp
{
    // The runtime optimises a method some tenths of a second after it has seen it called often.
    private const long DurationNanos = 500_000_000;
    private const double MessagesPerSecond = 200_000;

    /// <summary>Runs a synthetic flow through such a pipeline to nowhere; takes half a second.</summary>
    /// <param name="options">Those of the pipeline to come; its threads are neither pinned nor given a priority yet.</param>
    /// <param name="clock">Its clock.</param>
    public static void Run(PipelineOptions options, INanoClock clock)
    {
        var source = new SyntheticSource(new FlowParameters { MessagesPerSecond = MessagesPerSecond }, DurationNanos);
        using var pipeline = new OrderPipeline(source, new NullOutput(), options with { Cores = [], RealTimePriority = 0 }, clock);
        pipeline.Run(monitor: null, CancellationToken.None);
    }
}
