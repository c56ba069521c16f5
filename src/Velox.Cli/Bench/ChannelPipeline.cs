using System.Threading.Channels;
using Velox.Gateway;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>The four stages as one would write them with .NET's bounded channels and tasks: the pipeline's peer.</summary>
/// <remarks>The same work: stamps, depth, bundles of 16, a latency of each message for each hop and the whole way.</remarks>
internal sealed class ChannelPipeline : IDisposable
{
    private const int RingMessages = 4_096;
    private const int BatchMessages = 64;

    private readonly Channel<PipelineMessage> _toBook = Create<PipelineMessage>(RingMessages);
    private readonly Channel<PipelineMessage> _toBundles = Create<PipelineMessage>(RingMessages);
    private readonly Channel<Bundle> _toOutput = Create<Bundle>(RingMessages / PipelineBundle.MaxMessages);
    private readonly DepthView _depth = new(new PipelineOptions().FirstPriceTicks);
    private readonly LatencyHistogram _bookLatency = new();
    private readonly LatencyHistogram _bundleLatency = new();
    private readonly LatencyHistogram _outputLatency = new();
    private readonly LatencyHistogram _totalLatency = new();

    /// <summary>Runs a source to its end; returns how many messages came out.</summary>
    internal long Run(IMessageSource source)
    {
        Task<long> output = Task.Run(OutputAsync);
        Task.WaitAll(Task.Run(() => IngressAsync(source)), Task.Run(BookAsync), Task.Run(BundleAsync), output);
        return output.Result;
    }

    public void Dispose() => _depth.Dispose();

    private async Task IngressAsync(IMessageSource source)
    {
        var taken = new PipelineMessage[BatchMessages];
        while (!source.IsExhausted)
        {
            long nowNanos = MonotonicClock.NowNanos;
            int count = source.Take(taken, nowNanos);
            for (int i = 0; i < count; i++)
                await _toBook.Writer.WriteAsync(taken[i] with { IngressNanos = nowNanos, BookNanos = 0 });
        }

        _toBook.Writer.Complete();
    }

    private async Task BookAsync()
    {
        await foreach (PipelineMessage message in _toBook.Reader.ReadAllAsync())
        {
            _depth.Apply(message.Message);
            long doneNanos = MonotonicClock.NowNanos;
            _bookLatency.Record(doneNanos - message.IngressNanos);
            await _toBundles.Writer.WriteAsync(message with { BookNanos = doneNanos });
        }

        _toBundles.Writer.Complete();
    }

    private async Task BundleAsync()
    {
        var open = new List<PipelineMessage>(PipelineBundle.MaxMessages);
        await foreach (PipelineMessage message in _toBundles.Reader.ReadAllAsync())
        {
            open.Add(message);
            if (open.Count < PipelineBundle.MaxMessages)
                continue;
            await CloseAsync(open);
            open.Clear();
        }

        if (open.Count > 0)
            await CloseAsync(open);
        _toOutput.Writer.Complete();
    }

    private async Task CloseAsync(List<PipelineMessage> open)
    {
        long closedNanos = MonotonicClock.NowNanos;
        foreach (PipelineMessage message in open)
            _bundleLatency.Record(closedNanos - message.BookNanos);
        await _toOutput.Writer.WriteAsync(new Bundle([.. open], closedNanos));
    }

    private async Task<long> OutputAsync()
    {
        long delivered = 0;
        await foreach (Bundle bundle in _toOutput.Reader.ReadAllAsync())
        {
            long outNanos = MonotonicClock.NowNanos;
            foreach (PipelineMessage message in bundle.Messages)
            {
                _outputLatency.Record(outNanos - bundle.ClosedNanos);
                _totalLatency.Record(outNanos - message.IngressNanos);
            }

            delivered += bundle.Messages.Length;
        }

        return delivered;
    }

    private static Channel<T> Create<T>(int capacity) => Channel.CreateBounded<T>(
        new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });

    private readonly record struct Bundle(PipelineMessage[] Messages, long ClosedNanos);
}
