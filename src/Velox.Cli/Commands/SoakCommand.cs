using System.CommandLine;
using Velox.Gateway;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary><c>velox soak</c>: the pipeline for an hour, and whether anything crept in meanwhile.</summary>
internal static class SoakCommand
{
    internal static Command Create()
    {
        Option<int> seconds = NumberOption.Create("--seconds", "How long", 2, 7 * 86_400, 3_600);
        Option<int> every = NumberOption.Create("--every", "Seconds between two lines", 1, 3_600, 60);
        Option<int> rate = NumberOption.Create("--rate", "Messages per second of the synthetic flow", 1, 100_000_000, 100_000);
        Option<int> seed = NumberOption.Create("--seed", "Equal seeds give equal flows", 0, int.MaxValue, 1);
        var command = new Command(
            "soak", "Run the order pipeline for an hour; ends with 1 if a message is lost, memory grows, or messages allocate.")
        {
            seconds, every, rate, seed,
        };
        command.SetAction(result => Run(
            new FlowParameters { MessagesPerSecond = result.GetValue(rate), Seed = result.GetValue(seed) },
            result.GetValue(seconds),
            result.GetValue(every)));
        return command;
    }

    private static int Run(FlowParameters flow, int seconds, int everySeconds)
    {
        TscClock clock = TscClock.Start();
        using var signals = new StopSignals();
        PipelineWarmUp.Run(new PipelineOptions(), clock);
        using var pipeline = new OrderPipeline(
            new SyntheticSource(flow, seconds * 1_000_000_000L), new NullOutput(), new PipelineOptions(), clock);
        var watch = new SoakWatch(clock, everySeconds);
        try
        {
            return watch.Judge(pipeline.Run(watch, signals.Token)) ? 0 : 1;
        }
        catch (PipelineFailedException error)
        {
            watch.Judge(error.End);
            Console.Error.WriteLine($"velox: {error.Message}");
            return 1;
        }
    }
}
