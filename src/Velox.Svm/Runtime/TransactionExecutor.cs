using Velox.State;

namespace Velox.Svm;

/// <summary>
/// Runs one transaction on its accounts: takes the fee, runs the instructions in order, and keeps all effects or none.
/// </summary>
/// <remarks>The order of checks and what a failure costs are Agave's (svm transaction_processor). Stateless; safe on several threads.</remarks>
/// <param name="programs">Native programs.</param>
/// <param name="logBytes">Most bytes of log that a transaction leaves.</param>
public sealed class TransactionExecutor(ProgramRegistry programs, int logBytes = LogCollector.MaxBytes)
{
    // What workers have given back. More than so many at once make their own, which the garbage collector takes.
    private readonly Scratch?[] _scratches = new Scratch?[MaxScratches];

    private const int MaxScratches = 64;

    /// <summary>Lamports for each signature.</summary>
    public const ulong LamportsPerSignature = 5_000;

    /// <summary>Bytes that an account counts beside its data towards the loaded-data limit.</summary>
    public const int LoadedAccountOverheadBytes = 64;

    /// <summary>
    /// Sets the transaction's record, or its rejection when the fee cannot be taken or an earlier copy is recorded.
    /// </summary>
    public void Execute(InFlightTransaction transaction, BlockContext block)
    {
        if (transaction.EarlierCopy is { IsMessageRecorded: true })
            transaction.Rejection = TransactionErrorKind.AlreadyProcessed;
        else
            ExecuteFirst(transaction, block);
        transaction.IsMessageRecorded =
            transaction.Record is not null || transaction.EarlierCopy is { IsMessageRecorded: true };
    }

    private void ExecuteFirst(InFlightTransaction transaction, BlockContext block)
    {
        TransactionAccounts accounts = transaction.Accounts!;
        ulong fee = FeeOf(in transaction.View, transaction.Budget);
        ulong[] preBalances = Balances(accounts);
        TokenBalance[] preTokenBalances = TokenBalances.Collect(accounts);

        NonceAccount advancedNonce = default;
        if (transaction.HasNonce)
            transaction.Rejection = DurableNonce.Check(transaction, block, out advancedNonce);
        if (transaction.IsAlive)
            transaction.Rejection = FeePayer.Charge(accounts, fee, block.Features);
        if (!transaction.IsAlive)
            return;

        Scratch scratch = RentScratch();
        InvokeContext context = scratch.Context;
        context.Begin(block, accounts, in transaction.View, transaction.Budget);
        TransactionError error = CheckLoaded(transaction);
        if (!error.IsError)
            error = RunAtomically(accounts, context, scratch.BalancesBefore);
        // Else whoever sees a failed transaction could have it run, and take its fee, again and again.
        if (error.IsError && transaction.HasNonce)
            advancedNonce.WriteTo(accounts.Accounts[transaction.NonceIndex].Data.Write(0, NonceAccount.Size));

        transaction.Record = new TransactionRecord
        {
            Id = transaction.Id,
            Bytes = transaction.Bytes,
            Error = error,
            Fee = fee,
            PriorityFee = transaction.Budget.PriorityFee,
            ComputeUnitsConsumed = transaction.Budget.UnitLimit - context.RemainingUnits,
            LogLines = context.LogLines,
            InnerInstructions = context.Trace.ToInnerInstructions(),
            ReturnData = context.ReturnData,
            AccountKeys = transaction.Keys,
            LoadedWritableCount = transaction.View.WritableLookupAccounts,
            LoadedReadonlyCount = transaction.View.ReadonlyLookupAccounts,
            PreBalances = preBalances,
            PostBalances = Balances(accounts),
            PreTokenBalances = preTokenBalances,
            PostTokenBalances = TokenBalances.Collect(accounts),
            MarketEvents = error.IsError || context.Events.Count == 0 ? [] : [.. context.Events],
        };
        Return(scratch);
    }

    /// <summary>What a transaction costs whatever becomes of it: its signatures, those that precompiles check, and priority.</summary>
    public static ulong FeeOf(in TransactionView view, ComputeBudget budget)
    {
        UInt128 fee = ((UInt128)LamportsPerSignature * SignaturesOf(in view)) + budget.PriorityFee;
        return fee > ulong.MaxValue ? ulong.MaxValue : (ulong)fee;
    }

    /// <summary>A precompile's instruction states its number of signatures in its first byte, and pays for them unseen.</summary>
    private static uint SignaturesOf(in TransactionView view)
    {
        uint signatures = (uint)view.RequiredSignatures;
        for (int i = 0; i < view.InstructionCount; i++)
        {
            InstructionView instruction = view.Instruction(i);
            if (instruction.Data is [byte count, ..] && Precompile.Find(view.StaticKey(instruction.ProgramIndex)) is not null)
                signatures += count;
        }

        return signatures;
    }

    /// <summary>Checks that cost the fee only: programs exist and belong to a loader, the data is not too large.</summary>
    private static TransactionError CheckLoaded(InFlightTransaction transaction)
    {
        TransactionAccounts accounts = transaction.Accounts!;
        if (LoadedData.SizeOf(in transaction.View, accounts) > transaction.Budget.LoadedDataLimit)
            return TransactionErrorKind.MaxLoadedAccountsDataSizeExceeded;

        ref readonly TransactionView view = ref transaction.View;
        for (int i = 0; i < view.InstructionCount; i++)
        {
            Account program = accounts.Accounts[view.Instruction(i).ProgramIndex];
            if (!program.Exists)
                return TransactionErrorKind.ProgramAccountNotFound;
            if (program.Owner != ProgramIds.NativeLoader && program.Owner != ProgramIds.LoaderV4 && !Loaders.IsLoader(program.Owner))
                return TransactionErrorKind.InvalidProgramForExecution;
        }

        return TransactionError.None;
    }

    private static TransactionError RunAtomically(TransactionAccounts accounts, InvokeContext context, RentBalance[] before)
    {
        for (int i = 0; i < accounts.Count; i++)
        {
            before[i] = RentBalance.Of(accounts.Accounts[i]);
            if (accounts.Writables[i])
                accounts.Accounts[i].Checkpoint();
        }

        TransactionError error = context.RunMessage();
        if (!error.IsError)
            error = CheckRent(accounts, before, context.Block.Features.Runtime.RelaxPostExecMinBalanceCheck);
        if (!error.IsError)
            error = CheckBalance(accounts, before);

        for (int i = 0; i < accounts.Count; i++)
        {
            if (!accounts.Writables[i])
                continue;
            if (error.IsError)
                accounts.Accounts[i].Rollback();
            else
                accounts.Accounts[i].Accept();
        }

        return error;
    }

    /// <summary>Accounts are looked at in key order. The incinerator is excused.</summary>
    private static TransactionError CheckRent(TransactionAccounts accounts, RentBalance[] before, bool isRelaxed)
    {
        for (int i = 0; i < accounts.Count; i++)
        {
            Account account = accounts.Accounts[i];
            if (!accounts.Writables[i] || account.Address == ProgramIds.Incinerator)
                continue;
            if (!Rent.IsChangeAllowed(before[i], RentBalance.Of(account), isRelaxed))
                return new TransactionError(TransactionErrorKind.InsufficientFundsForRent, (byte)i);
        }

        return TransactionError.None;
    }

    /// <summary>No transaction makes or burns lamports. Error: UnbalancedTransaction.</summary>
    private static TransactionError CheckBalance(TransactionAccounts accounts, RentBalance[] before)
    {
        Int128 surplus = 0;
        for (int i = 0; i < accounts.Count; i++)
            surplus += (Int128)accounts.Accounts[i].Lamports - before[i].Lamports;
        return surplus == 0 ? TransactionError.None : TransactionErrorKind.UnbalancedTransaction;
    }

    private static ulong[] Balances(TransactionAccounts accounts)
    {
        ulong[] balances = new ulong[accounts.Count];
        for (int i = 0; i < balances.Length; i++)
            balances[i] = accounts.Accounts[i].Lamports;
        return balances;
    }

    private Scratch RentScratch()
    {
        foreach (ref Scratch? slot in _scratches.AsSpan())
        {
            // Whoever takes the reference out owns it; what its last owner wrote is visible, as the exchange is a full fence.
            if (slot is not null && Interlocked.Exchange(ref slot, null) is { } scratch)
                return scratch;
        }

        return new Scratch(programs, logBytes);
    }

    private void Return(Scratch scratch)
    {
        foreach (ref Scratch? slot in _scratches.AsSpan())
        {
            if (slot is null && Interlocked.CompareExchange(ref slot, scratch, null) is null)
                return;
        }
    }

    /// <summary>What a worker uses again for every transaction.</summary>
    private sealed class Scratch(ProgramRegistry programs, int logBytes) : IDisposable
    {
        internal InvokeContext Context { get; } = new(programs, logBytes);

        internal RentBalance[] BalancesBefore { get; } = new RentBalance[WireLimits.MaxAccounts];

        public void Dispose() => Context.Dispose();
    }
}
