using Velox.Primitives;

namespace Velox.Gateway.Tests;

/// <summary>A first stage that gives nothing, and ends when the test says so.</summary>
internal sealed class EndingStage(INanoClock clock) : PipelineStage("before", clock)
{
    internal override long Depth => 0;

    internal void End() => Poll(0);

    protected override int Work(long nowNanos, out bool isFinished)
    {
        isFinished = true;
        return 0;
    }
}
