using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>How <see cref="ShardedMarkets"/> runs. Nothing of it reaches a result.</summary>
public sealed record ShardOptions
{
    /// <summary>The most shards.</summary>
    public const int MaxShards = 64;

    /// <summary>The most legs of one command over several markets.</summary>
    public const int MaxLegs = 8;

    /// <summary>Shards, each with a thread: 1..<see cref="MaxShards"/>.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Commands that wait in front of a shard at most: a power of two, at least 2.</summary>
    public int RingCapacity { get; init; } = 4_096;

    /// <summary>Commands over several markets that are under way at most: a power of two, 1..2^20.</summary>
    public int TogetherCapacity { get; init; } = 256;

    /// <summary>How shards and the sequencer wait; <see cref="WaitStrategy.Allowed(WaitKind, int)"/> says what they get.</summary>
    public WaitKind Wait { get; init; } = WaitKind.Adaptive;

    /// <summary>The shard of each market; null deals them out in turn.</summary>
    public IReadOnlyList<int>? ShardOfMarket { get; init; }

    internal int[] Place(int markets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Shards, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Shards, MaxShards);
        if (ShardOfMarket is null)
            return [.. Enumerable.Range(0, markets).Select(market => market % Shards)];
        if (ShardOfMarket.Count != markets || ShardOfMarket.Any(shard => shard < 0 || shard >= Shards))
            throw new ArgumentException($"There must be a shard from 0 to {Shards - 1} for each of {markets} markets.");
        return [.. ShardOfMarket];
    }
}

/// <summary>What became of a submission.</summary>
public enum ShardSubmission : byte
{
    /// <summary>It has a number and will be answered.</summary>
    Accepted,

    /// <summary>A shard it is for has no room in its ring.</summary>
    RingFull,

    /// <summary>As many commands over several markets are under way as the table holds.</summary>
    TableFull,

    /// <summary>The engine was stopped or has failed.</summary>
    Stopped,

    /// <summary>There is no such market.</summary>
    UnknownMarket,

    /// <summary>Its kind cannot stand alone, or cannot be a leg: legs place, credit or debit.</summary>
    InvalidKind,

    /// <summary>There are fewer than 2 legs or more than <see cref="ShardOptions.MaxLegs"/>.</summary>
    InvalidLegs,

    /// <summary>Two legs are in the same market, where the second would have to be checked behind the first.</summary>
    MarketTwice,

    /// <summary>A transfer from one mint to another.</summary>
    DifferentAssets,
}

/// <summary>How often a submission met a limit.</summary>
/// <param name="Accepted">Commands with a number.</param>
/// <param name="RingFull">Submissions that found a ring full, and were refused or waited.</param>
/// <param name="TableFull">Submissions that found the table full, and were refused or waited.</param>
public readonly record struct ShardCounts(long Accepted, long RingFull, long TableFull);

/// <summary>A shard's thread ended by an exception, and the engine with it.</summary>
/// <remarks>The other shards stopped wherever they were: open the markets anew from a snapshot and replay.</remarks>
public sealed class ShardFailedException(int shard, Exception error)
    : Exception($"Shard {shard} failed: {error.Message}", error)
{
    public int Shard { get; } = shard;
}
