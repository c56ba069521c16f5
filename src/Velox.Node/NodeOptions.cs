using System.Net;
using Velox.Svm;

namespace Velox.Node;

/// <summary>How to run a node. The bounds are checked when the node is opened.</summary>
public sealed record NodeOptions
{
    public const int DefaultSlotMillis = 100;
    public const int MinSlotMillis = 10;
    public const int MaxSlotMillis = 60_000;
    public const int MaxWorkers = 256;

    /// <summary>The last port whose successor is one too: WebSocket is at <see cref="RpcPort"/> + 1.</summary>
    public const int MaxRpcPort = 65_534;

    /// <summary>Where the chain is kept; created if need be.</summary>
    public required string LedgerDirectory { get; init; }

    /// <summary>Delete the chain that is there and begin a new one.</summary>
    public bool Reset { get; init; }

    /// <summary>What a new chain has beside what every chain has. An existing one must have been made with the same.</summary>
    public GenesisAdditions Additions { get; init; } = GenesisAdditions.None;

    /// <summary>Length of a slot: a block each, <see cref="MinSlotMillis"/> to <see cref="MaxSlotMillis"/>.</summary>
    public int SlotMillis { get; init; } = DefaultSlotMillis;

    /// <summary>Port of JSON-RPC; WebSocket has the next. 0 lets the system choose both.</summary>
    public int RpcPort { get; init; } = 8899;

    /// <summary>Address that the servers listen on.</summary>
    public IPAddress BindAddress { get; init; } = IPAddress.Loopback;

    /// <summary>Threads for stages that work in parallel, 1 to <see cref="MaxWorkers"/>.</summary>
    public int Workers { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>The demo market with its synthetic flow; null for none.</summary>
    public DemoOptions? Demo { get; init; }

    /// <summary>File for the node's metrics, refreshed by each reading of its statistics; null for none.</summary>
    public string? MetricsFile { get; init; }

    /// <summary>Told after each replayed block: its slot, and the last one of the journal.</summary>
    public Action<ulong, ulong>? ReplayProgress { get; init; }

    /// <summary>Block times and the slot schedule.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal void Validate()
    {
        Check(nameof(SlotMillis), SlotMillis, MinSlotMillis, MaxSlotMillis);
        Check(nameof(RpcPort), RpcPort, 0, MaxRpcPort);
        Check(nameof(Workers), Workers, 1, MaxWorkers);
        Demo?.Validate();
    }

    internal static void Check(string name, double value, double min, double max)
    {
        if (!(value >= min && value <= max))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {min} to {max}.");
    }
}
