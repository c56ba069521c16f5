using System.CommandLine;
using System.CommandLine.Parsing;
using System.Numerics;
using System.Text.Json;
using Velox.Gateway;
using Velox.Node;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary><c>velox pipeline</c>: the four stages on this machine, with a report each second and a table at the end.</summary>
internal static class PipelineCommand
{
    private static readonly JsonSerializerOptions JsonOptions = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    internal static Command Create()
    {
        var defaults = new PipelineOptions();
        Option<int> rate = NumberOption.Create("--rate", "Messages per second of the synthetic flow", 1, 100_000_000, 100_000);
        Option<int> seconds = NumberOption.Create("--seconds", "How long the synthetic flow lasts, or --udp and --shared are listened to; what is due by then still comes", 1, 86_400, 10);
        Option<int> burst = NumberOption.Create("--burst", "Messages that arrive together; the mean rate stays", 1, 4_096, 1);
        Option<int> seed = NumberOption.Create("--seed", "Equal seeds give equal flows", 0, int.MaxValue, 1);
        Option<int> ring = NumberOption.Create(
            "--ring", "Messages that each ring holds, a power of two", 64, PipelineOptions.MaxRingMessages, defaults.RingMessages);
        Option<int> bundle = NumberOption.Create("--bundle", "Messages that close a bundle", 1, PipelineBundle.MaxMessages, PipelineBundle.MaxMessages);
        Option<int> age = NumberOption.Create("--bundle-us", "Microseconds after which a bundle is closed in any case", 0, 1_000_000, 100);
        Option<int> threads = NumberOption.Create("--threads", "Threads for the stages: 1, 2 or 4; 0 for what the cores allow", 0, 4, 0);
        Option<WaitKind> wait = ChoiceOption.Create(
            "--wait", "How a thread without work waits; spin needs a core for each thread, else it is adaptive", WaitNames.All);
        Option<IReadOnlyList<int>?> cores = CoreListOption.Create("--cores");
        Option<int> priority = NumberOption.Create(
            "--realtime", "Real-time priority of the threads (SCHED_FIFO) where the system grants it and a core is left over; 0 for none", 0, ThreadPlacement.MaxPriority, 0);
        Option<int> shed = NumberOption.Create(
            "--shed", "How full the first ring is, in percent, when new orders are turned away and cancels still pass; 0 for never", 0, 100, defaults.ShedPercent);
        Option<int> restarts = NumberOption.Create(
            "--restarts", "How often stages that fail go on before the run ends", 0, PipelineOptions.MaxRestarts, 0);
        Option<string?> source = FileOption("--source", "FILE", "A file of order messages to replay as fast as it goes, in place of the synthetic flow.");
        Option<int> udp = NumberOption.Create("--udp", "Port of the loopback interface to receive order messages on, one in a datagram; 0 for none", 0, 65_535, 0);
        Option<UdpReceive> udpReceive = ChoiceOption.Create(
            "--udp-receive", "How to receive datagrams; auto takes the first of recvmmsg, io_uring and socket that the system allows",
            ("auto", UdpReceive.Auto), ("io_uring", UdpReceive.IoUring), ("recvmmsg", UdpReceive.Recvmmsg), ("socket", UdpReceive.Socket));
        Option<string?> shared = FileOption("--shared", "FILE", "A ring of --ring messages in shared memory that another process writes to; made if there is none.");
        Option<string?> file = FileOption("--sink", "FILE", "A file to write the messages to; without it they are dropped at the end.");
        Option<string?> sharedSink = FileOption(
            "--sink-shared", "FILE", "A ring of --ring messages in shared memory to write the messages to, for a process that reads it with --shared.");
        Option<string?> node = FileOption(
            "--node", "DIR", "Folder of a chain: run a node on it, with a market, and send the bundles through its six stages as signed transactions.");
        Option<string?> metrics = FileOption("--metrics-file", "PATH", "File for the statistics, which 'velox top' shows live.");
        var json = new Option<bool>("--json") { Description = "Print one JSON object at the end in place of lines and table." };
        ring.Validators.Add(result => Require(result, ring, BitOperations.IsPow2, "a power of two"));
        threads.Validators.Add(result => Require(result, threads, count => count != 3, "0, 1, 2 or 4"));

        var command = new Command("pipeline", "Run ingress, order book, bundles and output; every message is accounted for.");
        foreach (Option option in (Option[])[
            rate, seconds, burst, seed, source, udp, udpReceive, shared,
            ring, bundle, age, threads, wait, cores, priority, shed, restarts,
            file, sharedSink, node, metrics, json])
        {
            command.Add(option);
        }

        command.SetAction((result, _) =>
        {
            var flow = new FlowParameters { MessagesPerSecond = result.GetValue(rate), BurstSize = result.GetValue(burst), Seed = result.GetValue(seed) };
            var options = new PipelineOptions
            {
                RingMessages = result.GetValue(ring),
                BundleMessages = result.GetValue(bundle),
                BundleAgeNanos = result.GetValue(age) * 1_000L,
                Threads = result.GetValue(threads),
                Wait = result.GetValue(wait),
                Cores = result.GetValue(cores),
                RealTimePriority = result.GetValue(priority),
                ShedPercent = result.GetValue(shed),
                StageRestarts = result.GetValue(restarts),
            };
            var input = new PipelineInput(flow, result.GetValue(seconds))
            {
                Path = result.GetValue(source),
                UdpPort = result.GetValue(udp),
                UdpReceive = result.GetValue(udpReceive),
                SharedPath = result.GetValue(shared),
                SharedCapacity = options.RingMessages,
            };
            var sink = new PipelineSink(result.GetValue(file), result.GetValue(sharedSink), options.RingMessages, result.GetValue(node));
            string? unused = FindUnused(input, IsGiven(rate, burst, seed), IsGiven(seconds), IsGiven(shed), IsGiven(udpReceive));
            return (unused ?? FindContradiction(input, options, sink)) is { } error
                ? Task.FromResult(CommandLineErrors.Print(result, error))
                : GuardAsync(() => RunAsync(input, options, sink, result.GetValue(metrics), result.GetValue(json)));

            string? IsGiven(params Option[] some) => some.FirstOrDefault(option => result.GetResult(option) is { Implicit: false })?.Name;
        });
        return command;
    }

    /// <summary>An option that was given and that the source has no use for; null where there is none.</summary>
    private static string? FindUnused(PipelineInput input, string? flowOption, string? seconds, string? shed, string? udpReceive)
    {
        if (flowOption is not null && !input.IsSynthetic)
            return $"{flowOption} is the synthetic flow's: leave it out, or the other source.";
        if (seconds is not null && input.Path is not null)
            return $"{seconds} says nothing to a file, which lasts as long as it does: leave it out.";
        if (shed is not null && input.WaitsForRoom)
            return $"{shed} is for sources that cannot wait: a file or another process does.";
        return udpReceive is not null && input.UdpPort == 0
            ? $"{udpReceive} says how to receive datagrams: give a port by --udp."
            : null;
    }

    /// <summary>Options that are good by themselves, but not together; null where there are none.</summary>
    private static string? FindContradiction(PipelineInput input, PipelineOptions options, PipelineSink sink)
    {
        if (CountTrue(input.Path is not null, input.UdpPort != 0, input.SharedPath is not null) > 1)
            return "--source, --udp and --shared are different sources: give one of them.";
        if (CountTrue(sink.Path is not null, sink.SharedPath is not null, sink.LedgerPath is not null) > 1)
            return "--sink, --sink-shared and --node are different outputs: give one of them.";
        if ((input.Path ?? input.SharedPath) is { } from && (sink.Path ?? sink.SharedPath) is { } to && Path.GetFullPath(from) == Path.GetFullPath(to))
            return $"'{from}' is source and output: they must be different files.";
        return options.Cores is { Count: > 0 } cores && cores.Count != options.EffectiveThreads
            ? $"--cores names {cores.Count} cores: it must be one for each of the {options.EffectiveThreads} threads."
            : null;
    }

    private static int CountTrue(params ReadOnlySpan<bool> conditions) => conditions.Count(true);

    private static Option<string?> FileOption(string name, string helpName, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = helpName };
        option.Validators.Add(PathRules.RefuseEmpty);
        return option;
    }

    private static void Require(OptionResult result, Option<int> option, Func<int, bool> isAllowed, string what)
    {
        int value = result.GetValue(option);
        if (!isAllowed(value))
            result.AddError($"{option.Name} is '{value}': it must be {what}.");
    }

    private static async Task<int> GuardAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("stopped during the start");
            return 0;
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException
            or LedgerException or DemoException or MetricsFileException or SharedRingException)
        {
            Console.Error.WriteLine($"velox: {error.Message}");
            return 1;
        }
    }

    private static async Task<int> RunAsync(PipelineInput input, PipelineOptions options, PipelineSink sink, string? metricsPath, bool asJson)
    {
        TscClock clock = TscClock.Start();
        using var signals = new StopSignals();
        using MetricsFile? file = metricsPath is null ? null : MetricsFile.Create(metricsPath);
        using MetricsRegistry? registry = file is null ? null : new MetricsRegistry("Velox.Pipeline", file);
        PipelineWarmUp.Run(options, clock);

        // What an output is to replace stays as it is when the source cannot be had. Of a node the flow must know the seats.
        IMessageSource? early = sink.LedgerPath is null ? input.Open(clock) : null;
        using IDisposable? closingEarly = early as IDisposable;
        await using PipelineTarget target = await PipelineTarget.OpenAsync(sink, clock, signals.Token);
        if (target.Seats is { } seats)
            input = input with { Flow = input.Flow with { Seats = seats } };
        IMessageSource source = early ?? input.Open(clock);
        using IDisposable? closing = source as IDisposable;

        using var pipeline = new OrderPipeline(source, target.Output, options, clock, registry);
        PipelineReport? report = asJson ? null : new PipelineReport(clock, input.Describe(source), PipelineInput.NewsOf(source));
        try
        {
            Print(report, pipeline.Run(report, signals.Token), target);
            return 0;
        }
        catch (PipelineFailedException error)
        {
            Print(report, error.End, target);
            throw;
        }
    }

    private static void Print(PipelineReport? report, PipelineSnapshot end, PipelineTarget target)
    {
        if (report is null)
            Console.WriteLine(JsonSerializer.Serialize(end, JsonOptions));
        else
            report.PrintEnd(end, target.Describe());
    }
}
