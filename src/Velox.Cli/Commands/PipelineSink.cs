using Velox.Gateway;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>Where a pipeline's messages go: a file, another process, or nowhere.</summary>
internal sealed record PipelineSink(string? Path, string? SharedPath, int SharedCapacity)
{
    /// <exception cref="IOException">The file or ring cannot be had.</exception>
    internal IBundleOutput Open(INanoClock clock)
    {
        if (Path is not null)
            return new FileOutput(Path);
        return SharedPath is not null ? new SharedRingOutput(SharedPath, SharedCapacity, clock) : new NullOutput();
    }
}
