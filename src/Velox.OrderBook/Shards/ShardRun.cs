using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>What the threads of an engine share: markets and their shards, the table, the output, and how it ends.</summary>
internal sealed class ShardRun(Market[] markets, int[] shardOfMarket, VoteTable table, IShardOutput output, int shards)
{
    private ShardFailedException? _failure;
    private bool _isStopping;

    internal Market[] Markets { get; } = markets;

    internal int[] ShardOfMarket { get; } = shardOfMarket;

    internal VoteTable Table { get; } = table;

    internal IShardOutput Output { get; } = output;

    /// <summary>Where each shard parks; the last is the sequencer's.</summary>
    internal ParkingSpot[] Spots { get; } = [.. Enumerable.Range(0, shards + 1).Select(_ => new ParkingSpot())];

    internal ParkingSpot SequencerSpot => Spots[^1];

    internal ShardFailedException? Failure => Volatile.Read(ref _failure);

    /// <summary>Acquires: who sees it sees all that was written into the rings before.</summary>
    internal bool IsStopping => Volatile.Read(ref _isStopping);

    /// <summary>After the last input is in its rings.</summary>
    internal void Stop()
    {
        Volatile.Write(ref _isStopping, true);
        WakeAll();
    }

    /// <summary>The first failure counts; everybody looks at it in every wait.</summary>
    internal void Fail(int shard, Exception error)
    {
        Interlocked.CompareExchange(ref _failure, new ShardFailedException(shard, error), null);
        WakeAll();
    }

    private void WakeAll()
    {
        foreach (ParkingSpot spot in Spots)
            spot.Signal();
    }
}
