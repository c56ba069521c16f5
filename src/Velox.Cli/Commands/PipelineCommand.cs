using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net.Sockets;
using System.Numerics;
using System.Text.Json;
using Velox.Gateway;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary><c>velox pipeline</c>: the four stages on this machine, with a report each second and a table at the end.</summary>
internal static class PipelineCommand
{
    private static readonly JsonSerializerOptions JsonOptions = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    internal static Command Create()
    {
        Option<int> rate = NumberOption.Create("--rate", "Messages per second of the synthetic flow", 1, 100_000_000, 100_000);
        Option<int> seconds = NumberOption.Create("--seconds", "How long the synthetic flow lasts, or --udp and --shared are listened to", 1, 86_400, 10);
        Option<int> burst = NumberOption.Create("--burst", "Messages that arrive together; the mean rate stays", 1, 4_096, 1);
        Option<int> seed = NumberOption.Create("--seed", "Equal seeds give equal flows", 0, int.MaxValue, 1);
        Option<int> ring = NumberOption.Create(
            "--ring", "Messages that each ring holds, a power of two", 64, PipelineOptions.MaxRingMessages, new PipelineOptions().RingMessages);
        Option<int> bundle = NumberOption.Create("--bundle", "Messages that close a bundle", 1, PipelineBundle.MaxMessages, PipelineBundle.MaxMessages);
        Option<int> age = NumberOption.Create("--bundle-us", "Microseconds after which a bundle is closed in any case", 0, 1_000_000, 100);
        Option<int> threads = NumberOption.Create("--threads", "Threads for the stages: 1, 2 or 4; 0 for what the cores allow", 0, 4, 0);
        var source = new Option<string?>("--source") { Description = "A file of order messages to replay as fast as it goes, in place of the synthetic flow.", HelpName = "FILE" };
        Option<int> udp = NumberOption.Create("--udp", "Port of the loopback interface to receive order messages on, one in a datagram; 0 for none", 0, 65_535, 0);
        Option<UdpReceive> udpReceive = UdpReceiveOption.Create();
        var shared = new Option<string?>("--shared") { Description = "A ring of --ring messages in shared memory that another process writes to; made if there is none.", HelpName = "FILE" };
        var sink = new Option<string?>("--sink") { Description = "A file to write the messages to; without it they are dropped at the end.", HelpName = "FILE" };
        var sharedSink = new Option<string?>("--sink-shared") { Description = "A ring of --ring messages in shared memory to write the messages to, for a process that reads it with --shared.", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object at the end in place of lines and table." };
        ring.Validators.Add(result => Require(result, ring, BitOperations.IsPow2, "a power of two"));
        threads.Validators.Add(result => Require(result, threads, count => count != 3, "0, 1, 2 or 4"));
        foreach (Option<string?> path in (Option<string?>[])[source, shared, sink, sharedSink])
            path.Validators.Add(PathRules.RefuseEmpty);

        var command = new Command("pipeline", "Run ingress, order book, bundles and output; every message is accounted for.");
        foreach (Option option in (Option[])[rate, seconds, burst, seed, ring, bundle, age, threads, source, udp, udpReceive, shared, sink, sharedSink, json])
            command.Add(option);
        command.SetAction(result =>
        {
            var flow = new FlowParameters { MessagesPerSecond = result.GetValue(rate), BurstSize = result.GetValue(burst), Seed = result.GetValue(seed) };
            var options = new PipelineOptions
            {
                RingMessages = result.GetValue(ring),
                BundleMessages = result.GetValue(bundle),
                BundleAgeNanos = result.GetValue(age) * 1_000L,
                Threads = result.GetValue(threads),
            };
            var input = new PipelineInput(flow, result.GetValue(seconds))
            {
                Path = result.GetValue(source),
                UdpPort = result.GetValue(udp),
                UdpReceive = result.GetValue(udpReceive),
                SharedPath = result.GetValue(shared),
                SharedCapacity = options.RingMessages,
            };
            var output = new PipelineSink(result.GetValue(sink), result.GetValue(sharedSink), options.RingMessages);
            return Run(input, options, output, result.GetValue(json));
        });
        command.Validators.Add(result =>
        {
            bool[] sources = [result.GetValue(source) is not null, result.GetValue(udp) != 0, result.GetValue(shared) is not null];
            if (sources.Count(isGiven => isGiven) > 1)
                result.AddError("--source, --udp and --shared are different sources: give one of them.");
            if (result.GetValue(sink) is not null && result.GetValue(sharedSink) is not null)
                result.AddError("--sink and --sink-shared are two outputs: give one of them.");
            if (result.GetResult(udpReceive) is not null && result.GetValue(udp) == 0)
                result.AddError("--udp-receive says how to receive datagrams: give a port by --udp.");
        });
        return command;
    }

    private static void Require(OptionResult result, Option<int> option, Func<int, bool> isAllowed, string what)
    {
        int value = result.GetValue(option);
        if (!isAllowed(value))
            result.AddError($"{option.Name} is '{value}': it must be {what}.");
    }

    private static int Run(PipelineInput input, PipelineOptions options, PipelineSink sink, bool asJson)
    {
        try
        {
            SystemNanoClock clock = SystemNanoClock.Instance;
            IMessageSource source = input.Open(clock);
            using IDisposable? closing = source as IDisposable;
            IBundleOutput output = sink.Open(clock);
            using var pipeline = new OrderPipeline(source, output, options, clock);
            if (!asJson)
                PipelineReport.PrintStart(input.Describe(source), options);
            using var signals = new StopSignals();
            Action<PipelineSnapshot>? report = asJson ? null : PipelineInput.WithNews(source, PipelineReport.PrintLine);
            PipelineSnapshot end = pipeline.Run(report, signals.Token);
            if (asJson)
                Console.WriteLine(JsonSerializer.Serialize(end, JsonOptions));
            else
                PipelineReport.PrintEnd(end);
            return end.InFlight == 0 ? 0 : 1;
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException or SocketException)
        {
            Console.Error.WriteLine($"velox: {error.Message}");
            return 1;
        }
    }
}
