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
    private readonly VerifyStage _verify;
    private readonly AccessSetStage _accessSets;
    private readonly ScheduleStage _schedule = new();
    private readonly ExecuteStage _execute;
    private readonly CommitStage _commit;
    private readonly RootStage _root;
    private readonly List<InFlightTransaction> _run = [];
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
        _verify = new VerifyStage(workers);
        _accessSets = new AccessSetStage(Accounts, Blockhashes, _statuses);
        _execute = new ExecuteStage(new TransactionExecutor(programs), workers);
        _commit = new CommitStage(Accounts, _statuses);
        _root = new RootStage(Accounts, workers);

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
    public IReadOnlyList<StageCounters> Stages =>
        [_verify.Counters, _accessSets.Counters, _schedule.Counters, _execute.Counters, _commit.Counters, _root.Counters];

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

    /// <summary>Takes a batch through stages 1 to 5. Each transaction ends with a record or a rejection.</summary>
    public void Process(IReadOnlyList<InFlightTransaction> batch)
    {
        Verify(batch);
        Execute(batch);
    }

    /// <summary>Stage 1 alone. It looks at no state, so the block for which it is done may be a later one.</summary>
    public void Verify(IReadOnlyList<InFlightTransaction> batch)
    {
        if (batch.Count > 0)
            Measure(_verify.Counters, batch, () => _verify.Run(batch));
    }

    /// <summary>Stage 1 without its signature checks, for transactions whose signatures the caller has checked or does not ask for.</summary>
    public void Decode(IReadOnlyList<InFlightTransaction> batch)
    {
        if (batch.Count > 0)
            Measure(_verify.Counters, batch, () => VerifyStage.Decode(batch));
    }

    /// <summary>Stages 2 to 5 for a verified batch. Each transaction ends with a record or a rejection.</summary>
    public void Execute(IReadOnlyList<InFlightTransaction> batch)
    {
        BlockBuilder builder = _builder ?? throw new InvalidOperationException("No block is open: begin one first.");
        if (builder.Records.Count + batch.Count > MaxTransactionsPerBlock)
            throw new InvalidOperationException($"A block holds at most {MaxTransactionsPerBlock} transactions.");
        for (int start = 0; start < batch.Count; start += _run.Count)
        {
            _run.Clear();
            long begin = Stopwatch.GetTimestamp();
            int entered = _accessSets.Run(batch, start, builder.Context, _run);
            _accessSets.Counters.Add(entered, Alive(_run), Stopwatch.GetElapsedTime(begin));
            IReadOnlyList<IReadOnlyList<InFlightTransaction>> waves = [];
            Measure(_schedule.Counters, _run, () => waves = _schedule.Run(_run));
            Measure(_execute.Counters, _run, () => _execute.Run(waves, builder.Context));
            Measure(_commit.Counters, _run, () => _commit.Run(_run, builder));
        }

        _run.Clear();
    }

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

    private static void Measure(StageCounters counters, IReadOnlyList<InFlightTransaction> batch, Action stage)
    {
        int entered = Alive(batch);
        long start = Stopwatch.GetTimestamp();
        stage();
        counters.Add(entered, Alive(batch), Stopwatch.GetElapsedTime(start));
    }

    private static int Alive(IReadOnlyList<InFlightTransaction> batch)
    {
        int alive = 0;
        foreach (InFlightTransaction transaction in batch)
        {
            if (transaction.IsAlive)
                alive++;
        }

        return alive;
    }
}
