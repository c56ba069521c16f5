namespace Velox.Node;

/// <summary>A part that lives as long as its node runs, such as the RPC server.</summary>
public interface INodeService
{
    /// <summary>Starts once the chain is replayed and blocks are being produced.</summary>
    Task StartAsync(CancellationToken cancellation);

    /// <summary>Stops before the engine does, so that what it has submitted still becomes part of a block.</summary>
    Task StopAsync();
}
