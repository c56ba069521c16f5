using Velox.Primitives;

namespace Velox.Gateway.Tests;

/// <summary>A monitor that keeps what it is told.</summary>
internal sealed class CallbackMonitor : IPipelineMonitor
{
    internal IReadOnlyList<PipelineThreadReport> Threads { get; private set; } = [];

    internal List<ErrorBatch> Errors { get; } = [];

    internal string? LastMessage { get; private set; }

    internal Action<PipelineSnapshot>? OnSecond { get; init; }

    public void Started(IReadOnlyList<PipelineThreadReport> threads) => Threads = threads;

    public void EverySecond(PipelineSnapshot now) => OnSecond?.Invoke(now);

    public void Failed(ErrorBatch errors, string? lastMessage)
    {
        Errors.Add(errors);
        LastMessage = lastMessage ?? LastMessage;
    }
}
