using System.Globalization;
using Velox.Gateway;
using Velox.Node;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>Where a pipeline's bundles go: nowhere, a file, another process, or a node with a market.</summary>
internal sealed class PipelineTarget : IAsyncDisposable
{
    private readonly VeloxNode? _node;

    // What the market's making has taken.
    private readonly NodeStatistics? _before;

    private PipelineTarget(IBundleOutput output, VeloxNode? node)
    {
        Output = output;
        _node = node;
        _before = node?.ReadStatistics();
    }

    internal IBundleOutput Output { get; }

    /// <summary>Seats that messages may trade for, or null where anything goes.</summary>
    internal IReadOnlyList<ushort>? Seats => _node?.Demo?.Seats;

    /// <param name="sink">What was asked for.</param>
    /// <param name="clock">The pipeline's clock.</param>
    /// <param name="cancellation">Ends the node's start.</param>
    /// <exception cref="IOException">The file, ring or ledger cannot be made.</exception>
    /// <exception cref="LedgerException">The ledger is in use or damaged.</exception>
    /// <exception cref="DemoException">The market cannot be set up.</exception>
    internal static async Task<PipelineTarget> OpenAsync(PipelineSink sink, INanoClock clock, CancellationToken cancellation)
    {
        if (sink.Path is not null)
            return new PipelineTarget(new FileOutput(sink.Path), node: null);
        if (sink.SharedPath is not null)
            return new PipelineTarget(new SharedRingOutput(sink.SharedPath, sink.SharedCapacity, clock), node: null);
        return sink.LedgerPath is not null
            ? await OpenNodeAsync(sink.LedgerPath, cancellation)
            : new PipelineTarget(new NullOutput(), node: null);
    }

    /// <summary>What the node made of the bundles, or null without one; after the run.</summary>
    internal string? Describe()
    {
        if (_node is null || _before is null)
            return null;
        NodeStatistics node = _node.ReadStatistics();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"node       {node.Executed - _before.Executed} transactions executed ({node.ExecutedFailures - _before.ExecutedFailures} failed), {node.Fills - _before.Fills} fills; durable to slot {node.Slot}, root {node.StateRoot}");
    }

    public ValueTask DisposeAsync()
    {
        // The pipeline's to dispose of as well, where it came to one.
        Output.Dispose();
        return _node?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private static async Task<PipelineTarget> OpenNodeAsync(string ledgerPath, CancellationToken cancellation)
    {
        var options = new NodeOptions { LedgerDirectory = ledgerPath, Demo = new DemoOptions { HasFlow = false } };
        VeloxNode node = VeloxNode.Open(options, cancellation);
        try
        {
            await node.StartAsync(cancellation);
            return new PipelineTarget(new NodeOutput(node), node);
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }
}
