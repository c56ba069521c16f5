using System.Diagnostics;
using System.Text.Json;
using Velox.Gateway;
using Velox.Primitives;
using Velox.Testing;
using Xunit;

namespace Velox.Cli.Tests;

/// <summary>Two processes and a ring in shared memory between them.</summary>
public sealed class SharedPipelineTests
{
    private const int RingMessages = 64;

    [Fact]
    public async Task What_one_process_left_in_the_ring_another_takes_to_the_unit()
    {
        using var folder = new TemporaryFolder();
        string ring = folder.File("ring");
        long sent = Delivered(await Tool.RunAsync("pipeline", "--rate", "1000", "--seconds", "1", "--ring", "8192", "--sink-shared", ring, "--json"));
        ToolResult result = await Tool.RunAsync("pipeline", "--shared", ring, "--ring", "8192", "--seconds", "1");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.InRange(sent, 800, 1_200);
        Assert.Contains($"(ring of 8192; its producer is absent)", result.Output, StringComparison.Ordinal);
        Assert.Contains($"messages   {sent} generated = {sent} delivered + 0 dropped (0 ring full, 0 shed, 0 output) + 0 lost; 0 not well-formed", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_producer_that_is_killed_loses_nothing_that_it_wrote_and_the_next_one_goes_on()
    {
        const int before = 1_000;
        using var folder = new TemporaryFolder();
        string file = folder.File("messages");
        string ring = folder.File("ring");
        long count = Delivered(await Tool.RunAsync("pipeline", "--rate", "20000", "--seconds", "1", "--ring", "65536", "--sink", file, "--json"));
        using var source = new SharedRingSource(ring, RingMessages, long.MaxValue);
        var output = new HaltingOutput(before, count);
        using var pipeline = new OrderPipeline(source, output, new PipelineOptions { RingMessages = RingMessages }, SystemNanoClock.Instance);
        Task<PipelineSnapshot> run = Task.Factory.StartNew(
            () => pipeline.Run(null, output.End), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        // This end takes no more until the producer is dead: it dies with most of its file before it, waiting for room.
        using (var producer = Process.Start(new ProcessStartInfo(Tool.Dotnet, Producing(file, ring)) { RedirectStandardOutput = true })!)
        {
            await output.Halted.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
            Assert.Equal(PeerState.Alive, source.Producer);
            producer.Kill();
            await producer.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(PeerState.Dead, source.Producer);
        output.GoOn();
        Assert.Equal(count, Delivered(await Tool.RunAsync([.. Producing(file, ring).Skip(1)])));
        Assert.Equal(PeerState.Absent, source.Producer);
        PipelineSnapshot end = await run.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);

        // The first one's messages up to where it died, then all of the second one's.
        long first = output.Sequences.Count - count;
        Assert.InRange(first, before, before + (4 * RingMessages) + (RingMessages * PipelineBundle.MaxMessages));
        Assert.Equal(Sequences(first).Concat(Sequences(count)), output.Sequences);
        Assert.Equal((first + count, first + count, 0, 0), (end.Generated, end.Delivered, end.DroppedFull, end.InFlight));
    }

    [Fact]
    public async Task A_file_that_is_no_ring_is_an_error_with_its_field()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("ring");
        await File.WriteAllBytesAsync(path, new byte[5_000], TestContext.Current.CancellationToken);
        ToolResult result = await Tool.RunAsync("pipeline", "--shared", path);
        Assert.Equal((1, "", $"velox: '{path}' is not a shared ring.\n"), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task Two_readers_of_a_ring_are_one_too_many()
    {
        using var folder = new TemporaryFolder();
        using var source = new SharedRingSource(folder.File("ring"), RingMessages, long.MaxValue);
        ToolResult result = await Tool.RunAsync("pipeline", "--shared", folder.File("ring"), "--ring", $"{RingMessages}");
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains($"belongs to process {Environment.ProcessId}", result.Error, StringComparison.Ordinal);
    }

    private static string[] Producing(string file, string ring) =>
        [Tool.Path, "pipeline", "--source", file, "--sink-shared", ring, "--ring", $"{RingMessages}", "--json"];

    private static long Delivered(ToolResult result)
    {
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        return JsonDocument.Parse(result.Output).RootElement.GetProperty("delivered").GetInt64();
    }

    private static IEnumerable<uint> Sequences(long count) => Enumerable.Range(1, (int)count).Select(i => (uint)i);

    /// <summary>Takes some messages, then none until it is told to go on, and ends the run with the last one of the second producer.</summary>
    private sealed class HaltingOutput(int before, long count) : IBundleOutput
    {
        private readonly TaskCompletionSource _halted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenSource _end = new();
        private bool _goesOn;
        private long _inSecond = -1;

        internal List<uint> Sequences { get; } = [];

        internal Task Halted => _halted.Task;

        internal CancellationToken End => _end.Token;

        // Release: what the test saw comes before what is taken from now on.
        internal void GoOn() => Volatile.Write(ref _goesOn, true);

        public BundleResult Accept(in PipelineBundle bundle)
        {
            if (Sequences.Count >= before && !Volatile.Read(ref _goesOn))
            {
                _halted.TrySetResult();
                return BundleResult.Busy;
            }

            foreach (ref readonly PipelineMessage message in bundle.Messages)
            {
                bool isSecond = _inSecond >= 0 || (Sequences.Count > 0 && message.Message.Sequence == 1);
                _inSecond = isSecond ? Math.Max(0, _inSecond) + 1 : -1;
                Sequences.Add(message.Message.Sequence);
            }

            if (_inSecond == count)
                _end.Cancel();
            return BundleResult.Accepted;
        }

        public void Complete()
        {
        }

        public void Dispose() => _end.Dispose();
    }
}
