using System.Diagnostics;
using Velox.Gateway;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>The order pipeline flat out, beside the same stages over channels; and its latency at a steady rate.</summary>
internal static class PipelineBench
{
    private const int SteadyMessagesPerSecond = 100_000;
    private const long SteadyNanos = 1_000_000_000;

    /// <exception cref="BenchFailedException">Messages are missing.</exception>
    internal static IReadOnlyList<BenchLine> Run(int runs, int messages)
    {
        TscClock clock = TscClock.Start();
        string path = Path.Combine(Directory.CreateTempSubdirectory("velox-bench-").FullName, "messages");
        try
        {
            using (var write = new OrderPipeline(new PatientSource(messages), new FileOutput(path), new PipelineOptions(), clock))
                write.Run(null, CancellationToken.None);
            double bytes = 0;
            (double rings, double channels) = BenchReport.Medians(
                runs, () => Measure(messages, path, source => RunRings(source, clock), out bytes), () => Measure(messages, path, RunChannels, out _));
            PipelineSnapshot[] steady = [.. Enumerable.Range(0, runs).Select(_ => RunSteadily(clock)).OrderBy(run => run.EndToEnd.P99Nanos)];
            return
            [
                new BenchLine("flat out, a file to nowhere", rings, "messages/s", "the same stages over Channel<T>", channels),
                new BenchLine("allocated a message, with making the pipeline and ending it", bytes, "bytes"),
                new BenchLine("100,000 messages/s: median, ingress to output", steady[runs / 2].EndToEnd.P50Nanos / 1e3, "us"),
                new BenchLine("100,000 messages/s: 99 %", steady[runs / 2].EndToEnd.P99Nanos / 1e3, "us"),
                new BenchLine("100,000 messages/s: 99 %, best run", steady[0].EndToEnd.P99Nanos / 1e3, "us"),
                new BenchLine("100,000 messages/s: dropped", steady.Sum(run => run.Dropped), "messages"),
            ];
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    private static double Measure(int messages, string path, Func<FileSource, long> run, out double bytesPerMessage)
    {
        using var source = new FileSource(path);
        long bytesBefore = GC.GetTotalAllocatedBytes(precise: true);
        long start = Stopwatch.GetTimestamp();
        long delivered = run(source);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        bytesPerMessage = (GC.GetTotalAllocatedBytes(precise: true) - bytesBefore) / (double)messages;
        return delivered == messages
            ? messages / seconds
            : throw new BenchFailedException($"{delivered} of {messages} messages came out.");
    }

    private static long RunRings(FileSource source, TscClock clock)
    {
        using var pipeline = new OrderPipeline(source, new NullOutput(), new PipelineOptions(), clock);
        return pipeline.Run(null, CancellationToken.None).Delivered;
    }

    private static long RunChannels(FileSource source)
    {
        using var pipeline = new ChannelPipeline();
        return pipeline.Run(source);
    }

    private static PipelineSnapshot RunSteadily(TscClock clock)
    {
        var flow = new FlowParameters { MessagesPerSecond = SteadyMessagesPerSecond };
        using var pipeline = new OrderPipeline(
            new SyntheticSource(flow, SteadyNanos), new NullOutput(), new PipelineOptions(), clock);
        return pipeline.Run(null, CancellationToken.None);
    }
}
