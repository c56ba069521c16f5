using System.CommandLine;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary><c>velox top</c>: shows the metrics of a running process, or the last of one that is gone.</summary>
internal static class TopCommand
{
    private const int MinIntervalMillis = 50;
    private const int MaxIntervalMillis = 60_000;

    internal static Command Create()
    {
        var source = new Argument<string>("file|pid") { Description = "The metrics file, or on Linux the id of the process that writes it." };
        Option<int> interval = NumberOption.Create(
            "--interval", "Milliseconds between two readings", MinIntervalMillis, MaxIntervalMillis, 1_000);
        var once = new Option<bool>("--once") { Description = "Print one reading, with the rates of one interval." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object a reading, each on a line." };
        source.Validators.Add(PathRules.RefuseEmpty);

        var command = new Command("top", "Show the metrics of a running process live (node --metrics-file); Ctrl-C ends it.")
        {
            source, interval, once, json,
        };
        command.SetAction((result, cancellation) => RunAsync(
            result.GetRequiredValue(source), TimeSpan.FromMilliseconds(result.GetValue(interval)),
            result.GetValue(once), result.GetValue(json), cancellation));
        return command;
    }

    /// <remarks>What goes wrong with the file is an <see cref="IOException"/>, which the tool prints.</remarks>
    private static async Task<int> RunAsync(
        string fileOrProcess, TimeSpan interval, bool once, bool asJson, CancellationToken cancellation)
    {
        using MetricsFileReader file = MetricsFileReader.Open(MetricsFileFinder.Find(fileOrProcess));
        var reader = new TopReader(file);
        bool isTerminal = !Console.IsOutputRedirected && !asJson;

        // The first reading is what the second one is compared with; alone it has no rates.
        TopReading reading = reader.Read();
        while (file.ReadOwner().State == MetricsOwnerState.Running)
        {
            await Task.Delay(interval, cancellation);
            reading = reader.Read();
            if (once)
                break;
            if (isTerminal)
                Console.Clear();
            TopReport.Print(reading, asJson);
        }

        // Without --once the process has ended by now: its last values, latencies since its start.
        TopReport.Print(once ? reading : new TopReader(file).Read(), asJson);
        return 0;
    }
}
