namespace Velox.Cli;

/// <summary>Where a pipeline's messages are to go; nowhere, if nothing is given.</summary>
/// <param name="Path">A file.</param>
/// <param name="SharedPath">The file of a ring that another process reads.</param>
/// <param name="SharedCapacity">Messages that this ring holds.</param>
/// <param name="LedgerPath">The folder of a node's chain.</param>
internal sealed record PipelineSink(string? Path, string? SharedPath, int SharedCapacity, string? LedgerPath);
