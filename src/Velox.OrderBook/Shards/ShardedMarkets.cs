using System.Security.Cryptography;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>Markets spread over shards: one thread is the only writer of each shard's markets, fed through a ring.</summary>
/// <remarks>
/// <para>
/// Every accepted command gets the next number, and every shard takes its commands in the order of their numbers. What
/// markets, events and answers become is a function of the numbered commands alone: not of the number of shards, of
/// where a market is, of capacities, or of any thread's speed.
/// </para>
/// <para>
/// A command over several markets (<see cref="SubmitTogether"/>, <see cref="SubmitTransfer"/>) is done wholly or not at
/// all. It reaches all its shards at its number; each says what its own legs would answer, waits for what the others
/// say, and all do the same. No locks, and no deadlock: all shards meet these commands in one order.
/// </para>
/// <para>
/// Submissions come from one thread at a time, which is the sequencer. Several producers put an
/// <see cref="MpscRing{T}"/> in front of it. Who may act for a seat is the caller's to check, as with
/// <see cref="Market"/> itself. While it runs nobody else writes the markets' memory.
/// </para>
/// <para>No allocation after construction. Limits: <see cref="ShardOptions"/>; a full ring or table refuses
/// (<c>Try…</c>) or waits, and is counted.</para>
/// </remarks>
public sealed partial class ShardedMarkets : IDisposable
{
    private readonly TrackedMemory[] _memories;
    private readonly ShardRun _run;
    private readonly ShardWorker[] _workers;
    private readonly IWaitStrategy _wait;
    private State _state;

    /// <param name="markets">The memories of markets; the order gives them their index.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="output">Where answers and events go.</param>
    /// <exception cref="ArgumentException">A memory holds no market.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds.</exception>
    public ShardedMarkets(IReadOnlyList<TrackedMemory> markets, ShardOptions options, IShardOutput output)
    {
        ArgumentNullException.ThrowIfNull(markets);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        int[] shardOfMarket = options.Place(markets.Count);
        _memories = [.. markets];
        _run = new ShardRun(
            [.. markets.Select(Open)], shardOfMarket, new VoteTable(options.TogetherCapacity, options.Shards), output, options.Shards);
        _workers = [.. Enumerable.Range(0, options.Shards).Select(shard => new ShardWorker(shard, _run, options))];
        _wait = WaitStrategy.Create(options.Wait, _run.SequencerSpot, options.Shards + 1);
    }

    private enum State
    {
        Created,
        Running,
        Stopped,
    }

    /// <summary>What stopped the engine before its time, or null.</summary>
    public ShardFailedException? Failure => _run.Failure;

    /// <summary>Starts the shards' threads; what was submitted before waits in their rings.</summary>
    /// <exception cref="InvalidOperationException">It was started or stopped before.</exception>
    public void Start()
    {
        if (_state != State.Created)
            throw new InvalidOperationException("The engine was started or stopped before.");
        _state = State.Running;
        foreach (ShardWorker worker in _workers)
            worker.Start();
    }

    /// <summary>Waits until everything submitted is answered.</summary>
    /// <exception cref="ShardFailedException">A shard failed.</exception>
    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public void Drain()
    {
        if (_state != State.Running)
            throw new InvalidOperationException("The engine does not run.");
        for (int shard = 0; shard < _workers.Length; shard++)
        {
            while (!_run.Table.Votes.HasReached(shard, _workers[shard].LastNumber))
            {
                ThrowIfFailed();
                _wait.WaitOnce();
            }

            _wait.Reset();
        }

        ThrowIfFailed();
    }

    /// <summary>Takes no more, answers everything submitted, and ends the threads. Of no effect a second time.</summary>
    /// <exception cref="ShardFailedException">A shard failed; its threads have ended all the same.</exception>
    public void Stop()
    {
        End();
        ThrowIfFailed();
    }

    /// <summary><see cref="Stop"/>, without a word on a <see cref="Failure"/>.</summary>
    public void Dispose() => End();

    /// <summary>The SHA-256 of all markets' memories in their order.</summary>
    /// <exception cref="InvalidOperationException">It runs, and the memories may change: stop or drain first.</exception>
    /// <exception cref="ShardFailedException">A shard failed: the memories are of different moments.</exception>
    public Hash256 Digest()
    {
        ThrowIfFailed();
        if (!IsIdle())
            throw new InvalidOperationException("The markets are changing: drain or stop first.");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TrackedMemory memory in _memories)
            hash.AppendData(memory.Bytes);
        return new Hash256(hash.GetHashAndReset());
    }

    private static Market Open(TrackedMemory memory)
    {
        BookError error = Market.TryOpen(memory, out Market market);
        return error == BookError.None ? market : throw new ArgumentException($"A memory holds no market: {error}.", nameof(memory));
    }

    private bool IsIdle()
    {
        if (_state == State.Stopped)
            return true;
        for (int shard = 0; shard < _workers.Length; shard++)
        {
            if (!_run.Table.Votes.HasReached(shard, _workers[shard].LastNumber))
                return false;
        }

        return true;
    }

    private void End()
    {
        if (_state == State.Running)
        {
            _run.Stop();
            foreach (ShardWorker worker in _workers)
                worker.Join();
        }

        _state = State.Stopped;
    }

    private void ThrowIfFailed()
    {
        if (_run.Failure is { } failure)
            throw failure;
    }
}
