namespace Velox.Gateway;

/// <summary>A run of a pipeline that has ended early, and what it had done by then.</summary>
public sealed class PipelineFailedException : IOException
{
    /// <param name="end">What was done; what was on its way is its <see cref="PipelineSnapshot.InFlight"/>.</param>
    /// <param name="cause">The first error.</param>
    public PipelineFailedException(PipelineSnapshot end, Exception cause)
        : base($"The pipeline has ended: {cause.Message}", cause) => End = end;

    /// <summary>What was done.</summary>
    public PipelineSnapshot End { get; }
}
