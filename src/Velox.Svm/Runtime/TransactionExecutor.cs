using Velox.Primitives;
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
    // Each worker thread has a context of its own, with its virtual machines and buffers.
    private readonly ThreadLocal<InvokeContext> _contexts = new(() => new InvokeContext(programs, logBytes));

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

        transaction.Rejection = TakeFee(accounts, fee);
        if (!transaction.IsAlive)
            return;

        InvokeContext context = _contexts.Value!;
        context.Begin(block, accounts, in transaction.View, transaction.Budget);
        TransactionError error = CheckLoaded(transaction);
        if (!error.IsError)
            error = RunAtomically(transaction, context);

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
            AccountKeys = Array.ConvertAll(accounts.Accounts, account => account.Address),
            LoadedWritableCount = transaction.View.WritableLookupAccounts,
            LoadedReadonlyCount = transaction.View.ReadonlyLookupAccounts,
            PreBalances = preBalances,
            PostBalances = Balances(accounts),
            PreTokenBalances = preTokenBalances,
            PostTokenBalances = TokenBalances.Collect(accounts),
            MarketEvents = error.IsError || context.Events.Count == 0 ? [] : [.. context.Events],
        };
    }

    /// <summary>What a transaction costs whatever becomes of it: signatures and priority.</summary>
    public static ulong FeeOf(in TransactionView view, ComputeBudget budget)
    {
        UInt128 fee = (UInt128)(LamportsPerSignature * (ulong)view.RequiredSignatures) + budget.PriorityFee;
        return fee > ulong.MaxValue ? ulong.MaxValue : (ulong)fee;
    }

    private static TransactionError TakeFee(TransactionAccounts accounts, ulong fee)
    {
        Account payer = accounts.Accounts[0];
        if (!payer.Exists)
            return TransactionErrorKind.AccountNotFound;
        if (payer.Owner != ProgramIds.System || payer.Data.Length > 0 || !accounts.Writables[0])
            return TransactionErrorKind.InvalidAccountForFee;
        if (payer.Lamports < fee)
            return TransactionErrorKind.InsufficientFundsForFee;

        RentState before = RentState.Of(payer.Lamports, 0);
        RentState after = RentState.Of(payer.Lamports - fee, 0);
        if (!Rent.IsTransitionAllowed(before, after))
            return TransactionErrorKind.InsufficientFundsForRent;
        payer.Lamports -= fee;
        return TransactionError.None;
    }

    /// <summary>Checks that cost the fee only: programs exist and are executable, the data is not too large.</summary>
    /// <remarks>An absent account counts nothing; a fee payer whose last lamports were the fee still counts.</remarks>
    private TransactionError CheckLoaded(InFlightTransaction transaction)
    {
        TransactionAccounts accounts = transaction.Accounts!;
        long loadedBytes = 0;
        for (int i = 0; i < accounts.Count; i++)
        {
            Account account = accounts.Accounts[i];
            if (i == 0 || account.Exists)
                loadedBytes += LoadedAccountOverheadBytes + account.Data.Length;
        }

        if (loadedBytes > transaction.Budget.LoadedDataLimit)
            return TransactionErrorKind.MaxLoadedAccountsDataSizeExceeded;

        ref readonly TransactionView view = ref transaction.View;
        for (int i = 0; i < view.InstructionCount; i++)
        {
            Account program = accounts.Accounts[view.Instruction(i).ProgramIndex];
            if (!program.Exists)
                return TransactionErrorKind.ProgramAccountNotFound;
            if (program.Owner == ProgramIds.NativeLoader ? programs.Find(program.Address) is null : !Loaders.IsLoader(program.Owner))
                return TransactionErrorKind.InvalidProgramForExecution;
        }

        return TransactionError.None;
    }

    private static TransactionError RunAtomically(InFlightTransaction transaction, InvokeContext context)
    {
        TransactionAccounts accounts = transaction.Accounts!;
        RentState[] before = Array.ConvertAll(accounts.Accounts, account => RentState.Of(account.Lamports, account.Data.Length));
        ForEachWritable(accounts, account => account.Checkpoint());

        TransactionError error = context.RunMessage();
        if (!error.IsError)
            error = CheckRent(accounts, before);

        ForEachWritable(accounts, error.IsError ? account => account.Rollback() : account => account.Accept());
        return error;
    }

    private static TransactionError CheckRent(TransactionAccounts accounts, RentState[] before)
    {
        for (int i = 0; i < accounts.Count; i++)
        {
            Account account = accounts.Accounts[i];
            if (!accounts.Writables[i] || account.Address == ProgramIds.Incinerator)
                continue;
            if (!Rent.IsTransitionAllowed(before[i], RentState.Of(account.Lamports, account.Data.Length)))
                return new TransactionError(TransactionErrorKind.InsufficientFundsForRent, (byte)i);
        }

        return TransactionError.None;
    }

    private static void ForEachWritable(TransactionAccounts accounts, Action<Account> action)
    {
        for (int i = 0; i < accounts.Count; i++)
        {
            if (accounts.Writables[i])
                action(accounts.Accounts[i]);
        }
    }

    private static ulong[] Balances(TransactionAccounts accounts) =>
        Array.ConvertAll(accounts.Accounts, account => account.Lamports);
}
