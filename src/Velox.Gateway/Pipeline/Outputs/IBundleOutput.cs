namespace Velox.Gateway;

/// <summary>What became of a bundle that an output was offered.</summary>
public enum BundleResult
{
    /// <summary>It has been taken.</summary>
    Accepted,

    /// <summary>There is no room now: it stays with the pipeline, which asks again.</summary>
    Busy,

    /// <summary>It could not be taken: it stays with the pipeline, which counts the failure and asks again later.</summary>
    Failed,
}

/// <summary>Where a pipeline's bundles go. One thread.</summary>
/// <remarks>An exception of <see cref="Accept"/> ends the run, unless stages may be restarted: then the bundle is offered again.</remarks>
public interface IBundleOutput : IDisposable
{
    /// <summary>Takes a bundle, or says why not. Does not wait.</summary>
    BundleResult Accept(in PipelineBundle bundle);

    /// <summary>Called once, after the last bundle: what was taken is where it belongs when this returns.</summary>
    /// <exception cref="IOException">It is not: the run has failed.</exception>
    void Complete();
}

/// <summary>Takes everything and does nothing with it.</summary>
public sealed class NullOutput : IBundleOutput
{
    public BundleResult Accept(in PipelineBundle bundle) => BundleResult.Accepted;

    public void Complete()
    {
    }

    public void Dispose()
    {
    }
}
