using System.Diagnostics;
using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>
/// The chain's state machine: blocks begin, take batches of transactions through the six stages, and end with a root.
/// </summary>
/// <remarks>
/// State, roots and hashes are a function of the genesis and the recorded transactions: not of batch boundaries, worker
/// count or time. Used by one thread (workers inside the stages excepted).
/// </remarks>
public sealed class Bank
{
    /// <summary>Most transactions in one block; the producer ends a fuller block's intake.</summary>
    public const int MaxTransactionsPerBlock = 65_536;

    private readonly Genesis _genesis;
    private readonly StatusCache _statuses;
    private readonly TransactionStages _stages;
    private readonly TransactionExecutor _executor;
    private readonly RootStage _root;
    private SysvarCache _sysvars = SysvarCache.Empty;
    private BlockBuilder? _builder;

    /// <param name="genesis">The first state.</param>
    /// <param name="programs">Programs that may run.</param>
    /// <param name="workers">Threads for stages that work in parallel; the result does not depend on it.</param>
    public Bank(Genesis genesis, ProgramRegistry programs, int workers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        _genesis = genesis;
        Blockhashes = new BlockhashQueue(genesis.BlockhashMaxAge);
        _statuses = new StatusCache(genesis.BlockhashMaxAge);
        _executor = new TransactionExecutor(programs);
        _stages = new TransactionStages(Accounts, Blockhashes, _statuses, workers);
        _root = new RootStage(Accounts, _stages.Team);

        genesis.Build(Accounts, programs);
        GenesisSeal = Accounts.Seal();
        LastHash = genesis.ComputeHash();
        LastTimestamp = genesis.UnixTimestamp;
        StateRoot = GenesisSeal.Root;
        Blockhashes.Add(LastHash);
    }

    public AccountStore Accounts { get; } = new();

    public BlockhashQueue Blockhashes { get; }

    /// <summary>The accounts of the genesis, as slot 0 publishes them.</summary>
    public StateSeal GenesisSeal { get; }

    /// <summary>Slot of the last finished block; 0 is the genesis.</summary>
    public ulong Slot { get; private set; }

    /// <summary>Hash of the last finished block.</summary>
    public Hash256 LastHash { get; private set; }

    public long LastTimestamp { get; private set; }

    /// <summary>Root after the last finished block.</summary>
    public Hash256 StateRoot { get; private set; }

    /// <summary>Transactions in the block under construction.</summary>
    public int PendingCount => _builder?.Records.Count ?? 0;

    /// <summary>The six stages' counters, in order.</summary>
    public IReadOnlyList<StageCounters> Stages => [.. _stages.Counters, _root.Counters];

    /// <summary>Opens the next block.</summary>
    /// <param name="unixTimestamp">Seconds since 1970; raised to the last block's if it is less.</param>
    public void BeginBlock(long unixTimestamp)
    {
        if (_builder is not null)
            throw new InvalidOperationException("A block is open already: end it first.");
        var context = new BlockContext(Slot + 1, Math.Max(unixTimestamp, LastTimestamp))
        {
            LastBlockhash = LastHash,
            Features = _genesis.Additions.Features,
        };
        _sysvars = Sysvars.BeginBlock(Accounts, context, _sysvars);
        context = context with { Sysvars = _sysvars };
        _builder = new BlockBuilder(context);
        _statuses.Expire(context.Slot);
    }

    /// <summary>Takes a batch through stages 1 to 5. Each transaction ends with an outcome or a rejection.</summary>
    public void Process(IReadOnlyList<InFlightTransaction> batch)
    {
        BuilderFor(batch);
        Verify(batch);
        Execute(batch);
    }

    /// <summary>Most batches that <see cref="TrySubmit"/> takes ahead of their execution.</summary>
    public const int MaxBatchesAhead = VerificationQueue.MaxBatches;

    /// <summary>
    /// Hands a batch in for stage 1, which is then done while others are executed; <see cref="Execute"/> takes batches in the order in
    /// which they were handed in. It looks at no state, so the block for which it is done may be a later one.
    /// </summary>
    /// <param name="batch">Not to be changed until it is executed.</param>
    /// <param name="checksSignatures">False where the caller has checked the signatures or does not ask for them.</param>
    /// <returns>False, and nothing happens, when <see cref="MaxBatchesAhead"/> batches wait.</returns>
    /// <exception cref="ArgumentException">A transaction is there twice, or was handed in before and not reset; nothing happens.</exception>
    public bool TrySubmit(IReadOnlyList<InFlightTransaction> batch, bool checksSignatures = true) =>
        _stages.TrySubmit(batch, checksSignatures);

    /// <summary>Waits for stage 1 of a batch that was handed in, the oldest, and takes part in it.</summary>
    public void Complete(IReadOnlyList<InFlightTransaction> batch) => _stages.Complete(batch);

    /// <summary>As <see cref="Complete"/>, but false instead of waiting or taking part.</summary>
    public bool TryComplete(IReadOnlyList<InFlightTransaction> batch) => _stages.TryComplete(batch);

    /// <summary>Stage 1 alone, at once.</summary>
    /// <exception cref="InvalidOperationException">Batches that were handed in wait.</exception>
    public void Verify(IReadOnlyList<InFlightTransaction> batch) => Verify(batch, checksSignatures: true);

    /// <summary>Stage 1 without its signature checks, at once.</summary>
    /// <exception cref="InvalidOperationException">Batches that were handed in wait.</exception>
    public void Decode(IReadOnlyList<InFlightTransaction> batch) => Verify(batch, checksSignatures: false);

    /// <summary>
    /// Stages 2 to 5, for the oldest batch handed in or one that went through stage 1 at once. Each transaction ends with an outcome or a
    /// rejection.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// No block is open, or it has no room for so many; an older batch waits; one of the transactions has not been through stage 1.
    /// </exception>
    public void Execute(IReadOnlyList<InFlightTransaction> batch) => _stages.Execute(batch, BuilderFor(batch), _executor);

    /// <summary>Closes the block: pays the fees, computes root and hash.</summary>
    public Block EndBlock()
    {
        BlockBuilder builder = _builder ?? throw new InvalidOperationException("No block is open: begin one first.");
        _builder = null;
        PayIdentity(builder);
        Sysvars.EndBlock(Accounts, builder.Slot);

        long start = Stopwatch.GetTimestamp();
        StateSeal seal = _root.Run();
        _root.Counters.Add(seal.Changed.Count, seal.Changed.Count, Stopwatch.GetElapsedTime(start));

        BlockHeader header = builder.Finish(LastHash, seal.Root);
        Slot = header.Slot;
        LastHash = header.ComputeHash();
        LastTimestamp = header.UnixTimestamp;
        StateRoot = seal.Root;
        Blockhashes.Add(LastHash);
        return new Block(header, LastHash, builder.Records, seal.Changed);
    }

    /// <summary>
    /// Half of the signature fees is burnt; the rest and the priority fees go to the block producer (Agave
    /// fee_distribution). They are burnt too where they could not be sent: to an account of a program, or to too little
    /// to be exempt from rent.
    /// </summary>
    private void PayIdentity(BlockBuilder builder)
    {
        ulong share = builder.SignatureFees - (builder.SignatureFees / 2) + builder.PriorityFees;
        if (share == 0)
            return;
        Account identity = Accounts.GetOrCreate(_genesis.Identity);
        var before = RentState.Of(identity.Lamports, identity.Data.Length);
        var after = RentState.Of(identity.Lamports + share, identity.Data.Length);
        if (identity.Owner != ProgramIds.System || !Rent.IsTransitionAllowed(before, after))
            return;
        identity.Lamports += share;
        Accounts.MarkChanged(identity);
    }

    private BlockBuilder BuilderFor(IReadOnlyList<InFlightTransaction> batch)
    {
        BlockBuilder builder = _builder ?? throw new InvalidOperationException("No block is open: begin one first.");
        return builder.Records.Count + batch.Count <= MaxTransactionsPerBlock
            ? builder
            : throw new InvalidOperationException($"A block holds at most {MaxTransactionsPerBlock} transactions.");
    }

    private void Verify(IReadOnlyList<InFlightTransaction> batch, bool checksSignatures)
    {
        if (batch.Count == 0)
            return;
        if (_stages.HasWaiting)
            throw new InvalidOperationException("Batches that were handed in wait: execute them first.");
        _stages.TrySubmit(batch, checksSignatures);
        _stages.Complete(batch);
    }
}
