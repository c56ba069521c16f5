using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>How one of a pipeline's threads runs.</summary>
/// <param name="Stages">The stages it polls.</param>
/// <param name="Wait">How it waits.</param>
/// <param name="Grants">What was asked of the system for it, and what it said.</param>
public sealed record PipelineThreadReport(IReadOnlyList<string> Stages, WaitKind Wait, IReadOnlyList<HostGrant> Grants);

/// <summary>Watches a run, on the thread that called it; what it throws ends the run.</summary>
public interface IPipelineMonitor
{
    /// <summary>All threads are in their places.</summary>
    void Started(IReadOnlyList<PipelineThreadReport> threads);

    /// <summary>Called once a second.</summary>
    void EverySecond(PipelineSnapshot now);

    /// <summary>Errors of one kind that did not end the run.</summary>
    /// <param name="errors">Their code is a <see cref="PipelineErrorCode"/>. Of more than 1,024 in a second the first are not in it.</param>
    /// <param name="lastMessage">What the last of them said, or null.</param>
    void Failed(ErrorBatch errors, string? lastMessage);
}
