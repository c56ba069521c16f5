using Velox.Primitives;
using Xunit;

namespace Velox.Gateway.Tests;

/// <summary>No byte is allocated for a message, in a million of them.</summary>
public sealed class PipelineAllocationTests
{
    private const int RoundMessages = 1_000_000;
    private const int Rounds = 5;

    [Fact]
    public void A_source_that_waits() => MeasureOnOneThread(new CountingSource(RoundMessages * (Rounds + 1), waitsForRoom: true));

    [Fact]
    public void The_synthetic_flow()
    {
        // So much faster than any pipeline that it is always late, and drops.
        var flow = new FlowParameters { MessagesPerSecond = FlowParameters.MaxMessagesPerSecond };
        MeasureOnOneThread(new SyntheticSource(flow, durationNanos: 3_600_000_000_000));
    }

    /// <summary>All four stages share a thread, so that its counter sees everything.</summary>
    private static void MeasureOnOneThread(IMessageSource source)
    {
        using var stop = new CancellationTokenSource();
        var output = new MeasuringOutput(stop);
        using var pipeline = new OrderPipeline(source, output, new PipelineOptions { Threads = 1 }, TscClock.Start());
        PipelineSnapshot end = pipeline.Run(null, stop.Token);
        Assert.Equal(0, end.InFlight);

        // The runtime itself allocates now and then on the thread that it interrupts; a pipeline that does, does so in each round.
        Assert.Equal(Rounds, output.AllocatedBytes.Count);
        Assert.Contains(0, output.AllocatedBytes);
    }

    private sealed class MeasuringOutput(CancellationTokenSource stop) : IBundleOutput
    {
        private long _messages;
        private long _roundEnd = RoundMessages; // the first one warms up
        private long _bytesBefore;

        internal List<long> AllocatedBytes { get; } = new(Rounds);

        public BundleResult Accept(in PipelineBundle bundle)
        {
            _messages += bundle.Count;
            if (_messages >= _roundEnd && AllocatedBytes.Count < Rounds)
                EndRound();
            return BundleResult.Accepted;
        }

        public void Complete()
        {
        }

        public void Dispose()
        {
        }

        private void EndRound()
        {
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            if (_roundEnd > RoundMessages)
                AllocatedBytes.Add(bytes - _bytesBefore);
            _roundEnd += RoundMessages;
            if (AllocatedBytes.Count == Rounds)
                stop.Cancel();
            _bytesBefore = GC.GetAllocatedBytesForCurrentThread();
        }
    }
}
