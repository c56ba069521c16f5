using Velox.State;

namespace Velox.Svm;

/// <summary>
/// A Solana runtime inside the process, for tests and tools: accounts and programs are put in, transactions are sent or
/// simulated, time is set, and the whole state is snapshotted, restored and forked in O(1).
/// </summary>
/// <remarks>
/// <para>It runs the stages of the chain (<see cref="Bank"/>), so errors, compute units and logs are those of Agave. What it does
/// not have is blocks: a transaction is executed at once in the current slot, which lasts until <see cref="AdvanceSlot"/> or
/// <see cref="WarpToSlot"/>. Fees are burnt. No clock is read: everything is a function of the calls.</para>
/// <para>Limits: transactions of <see cref="WireLimits.MaxTransactionBytes"/> bytes, 65,536 in one <see cref="SendAll"/>, accounts of
/// 10 MiB. Rent and epochs are mainnet's (6,960 lamports a byte, 432,000 slots) whatever the sysvars are set to.</para>
/// <para>Used by one thread at a time. Forks share only what never changes: each may have its own thread. Nothing is to be
/// disposed.</para>
/// </remarks>
/// <example>
/// <code>
/// var environment = new SvmEnvironment();
/// Keypair payer = environment.NewFunded();
/// Address programId = environment.AddProgramFromFile("counter.so");
///
/// SvmResult result = environment.Send(new Instruction(programId, accounts, data), payer);
/// Assert.True(result.IsSuccess, result.ToString());
/// Assert.Contains("Program log: counted", result.Logs);
///
/// SvmSnapshot before = environment.TakeSnapshot();
/// environment.WarpToTimestamp(1_800_000_000);
/// // ...
/// environment.Restore(before);
/// </code>
/// </example>
public sealed partial class SvmEnvironment
{
    // Changes after which the state is sealed, so that snapshots copy no more than so many marks. A part of the rules: positions of
    // accounts in the state tree, and so roots, depend on where seals are.
    private const int ChangesPerSeal = 4_096;

    private readonly SvmHistory _history;
    private readonly TransactionStages _stages;
    private readonly AccountStore _accounts;
    private SvmRuntime _runtime;
    private BlockContext _block;
    private AccountStore? _sealedView;
    private int _unsealed;

    /// <summary>An environment with mainnet's features at slot 1, time 0.</summary>
    public SvmEnvironment()
        : this(new SvmOptions())
    {
    }

    /// <summary>An environment with options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds.</exception>
    public SvmEnvironment(SvmOptions options)
        : this(options, new AccountStore(), CreateRuntime(options), new SvmHistory(options))
    {
        GenesisPrograms.Create(_accounts, _runtime.Programs);
        Genesis.CreateNativeMint(_accounts);
        Sysvars.Create(_accounts, options.UnixTimestamp);
        BeginSlot(options.Slot);
        Seal();
    }

    internal SvmEnvironment(SvmSnapshot origin)
        : this(origin.Options, origin.Accounts.Fork(), origin.Runtime, new SvmHistory(origin.Options, origin.History))
    {
        _block = origin.Block;
        _unsealed = origin.Unsealed;
        _nextKey = origin.NextKey;
    }

    private SvmEnvironment(SvmOptions options, AccountStore accounts, SvmRuntime runtime, SvmHistory history)
    {
        Options = options;
        _accounts = accounts;
        _runtime = runtime;
        _history = history;
        _block = new BlockContext(0, options.UnixTimestamp) { Features = options.Features };
        _stages = new TransactionStages(accounts, history, history, options.Workers);
    }

    /// <summary>How it behaves.</summary>
    public SvmOptions Options { get; }

    /// <summary>The native programs: builtins, token programs, and what <see cref="AddNativeProgram"/> added.</summary>
    public ProgramRegistry NativePrograms => _runtime.Programs;

    private static SvmRuntime CreateRuntime(SvmOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ProgramRegistry programs = Svm.NativePrograms.CreateRegistry();
        if (!options.HasTokenPrograms)
            programs = programs.Without(ProgramIds.Token, ProgramIds.AssociatedToken, ProgramIds.Memo);
        return new SvmRuntime(programs, options.LogBytes);
    }

    /// <summary>Says that an account was written, outside of a transaction.</summary>
    private void MarkChanged(Account account)
    {
        _accounts.MarkChanged(account);
        CountChange();
    }

    private void CountChange()
    {
        _sealedView = null;
        if (++_unsealed >= ChangesPerSeal)
            Seal();
    }

    private void Seal()
    {
        _accounts.Seal(_stages.Team);
        _sealedView = null;
        _unsealed = 0;
    }
}
