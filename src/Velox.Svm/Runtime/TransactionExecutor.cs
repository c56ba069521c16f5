using Velox.State;

namespace Velox.Svm;

/// <summary>
/// Runs one transaction on its accounts: takes the fee, runs the instructions in order, and keeps all effects or none.
/// </summary>
/// <remarks>The order of checks and what a failure costs are Agave's (svm transaction_processor). Safe on several threads.</remarks>
/// <param name="programs">Native programs.</param>
/// <param name="logBytes">Most bytes of log that a transaction leaves.</param>
public sealed class TransactionExecutor(ProgramRegistry programs, int logBytes = LogCollector.MaxBytes)
{
    /// <summary>Lamports for each signature.</summary>
    public const ulong LamportsPerSignature = 5_000;

    /// <summary>Bytes that an account counts beside its data towards the loaded-data limit.</summary>
    public const int LoadedAccountOverheadBytes = 64;

    internal ExecutionWorkers Workers { get; } = new(() => new ExecutionWorker(programs, logBytes));

    /// <summary>
    /// Sets the transaction's outcome, or its rejection when the fee cannot be taken or an earlier copy is recorded.
    /// </summary>
    public void Execute(InFlightTransaction transaction, BlockContext block)
    {
        ExecutionWorker worker = Workers.Rent();
        Execute(transaction, block, worker);
        Workers.Return(worker);
    }

    /// <summary>As <see cref="Execute(InFlightTransaction, BlockContext)"/>, with a worker that was rented.</summary>
    internal static void Execute(InFlightTransaction transaction, BlockContext block, ExecutionWorker worker)
    {
        if (transaction.EarlierCopy is { IsMessageRecorded: true })
            transaction.Rejection = TransactionErrorKind.AlreadyProcessed;
        else
            ExecuteFirst(transaction, block, worker);
        transaction.IsMessageRecorded = transaction.IsRecorded || transaction.EarlierCopy is { IsMessageRecorded: true };
    }

    private static void ExecuteFirst(InFlightTransaction transaction, BlockContext block, ExecutionWorker worker)
    {
        TransactionAccounts accounts = transaction.Accounts!;
        ulong fee = accounts.Keys.Names(KeyRoles.Precompile)
            ? FeeOf(in transaction.View, transaction.Budget)
            : FeeOf((uint)transaction.View.RequiredSignatures, transaction.Budget.PriorityFee);
        worker.NoteBalances(accounts, in transaction.View);

        NonceAccount advancedNonce = default;
        if (transaction.HasNonce)
            transaction.Rejection = DurableNonce.Check(transaction, block, out advancedNonce);
        if (transaction.IsAlive)
            transaction.Rejection = FeePayer.Charge(accounts, fee, block.Features);
        if (!transaction.IsAlive)
            return;

        InvokeContext context = worker.Context;
        context.Begin(block, transaction);
        long loadedBytes = LoadedData.SizeOf(in transaction.View, accounts);
        TransactionError error = CheckLoaded(transaction, loadedBytes);
        uint chargedBytes = LoadedData.Charged(transaction, loadedBytes, error, block.Features.Runtime);
        if (!error.IsError)
            error = RunAtomically(accounts, context, worker.RentBefore);
        // Else whoever sees a failed transaction could have it run, and take its fee, again and again.
        if (error.IsError && transaction.HasNonce)
            advancedNonce.WriteTo(accounts.Accounts[transaction.NonceIndex].Data.Write(0, NonceAccount.Size));
        transaction.Place = worker.Record(transaction, error, fee, chargedBytes);
    }

    /// <summary>What a transaction costs whatever becomes of it: its signatures, those that precompiles check, and priority.</summary>
    public static ulong FeeOf(in TransactionView view, ComputeBudget budget) => FeeOf(SignaturesOf(in view), budget.PriorityFee);

    private static ulong FeeOf(uint signatures, ulong priorityFee)
    {
        ulong fee = LamportsPerSignature * signatures;
        return priorityFee > ulong.MaxValue - fee ? ulong.MaxValue : fee + priorityFee;
    }

    /// <summary>A precompile's instruction states its number of signatures in its first byte, and pays for them unseen.</summary>
    private static uint SignaturesOf(in TransactionView view)
    {
        uint signatures = (uint)view.RequiredSignatures;
        for (int i = 0; i < view.InstructionCount; i++)
        {
            if (Precompile.Find(in view.StaticKeys[view.ProgramIndex(i)]) is not null && view.Instruction(i).Data is [byte count, ..])
                signatures += count;
        }

        return signatures;
    }

    /// <summary>Checks that cost the fee only: programs exist and belong to a loader, the data is not too large.</summary>
    private static TransactionError CheckLoaded(InFlightTransaction transaction, long loadedBytes)
    {
        TransactionAccounts accounts = transaction.Accounts!;
        if (loadedBytes > transaction.Budget.LoadedDataLimit)
            return TransactionErrorKind.MaxLoadedAccountsDataSizeExceeded;

        ref readonly TransactionView view = ref transaction.View;
        for (int i = 0; i < view.InstructionCount; i++)
        {
            Account program = accounts.Accounts[view.ProgramIndex(i)];
            if (!program.Exists)
                return TransactionErrorKind.ProgramAccountNotFound;
            if (!program.IsOwnedBy(in ProgramIds.NativeLoader) && !program.IsOwnedBy(in ProgramIds.LoaderV4) && !Loaders.IsLoader(program.Owner))
                return TransactionErrorKind.InvalidProgramForExecution;
        }

        return TransactionError.None;
    }

    private static TransactionError RunAtomically(TransactionAccounts accounts, InvokeContext context, RentBalance[] before)
    {
        // The others cannot change.
        ReadOnlySpan<bool> writables = accounts.Writables;
        for (int i = 0; i < writables.Length; i++)
        {
            if (!writables[i])
                continue;
            before[i] = RentBalance.Of(accounts.Accounts[i]);
            accounts.Accounts[i].Checkpoint();
        }

        TransactionError error = context.RunMessage();
        if (!error.IsError)
            error = CheckRent(accounts, before, context.Block.Features.Runtime.RelaxPostExecMinBalanceCheck);
        if (!error.IsError)
            error = CheckBalance(accounts, before);

        for (int i = 0; i < writables.Length; i++)
        {
            if (!writables[i])
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
            surplus += accounts.Writables[i] ? (Int128)accounts.Accounts[i].Lamports - before[i].Lamports : 0;
        return surplus == 0 ? TransactionError.None : TransactionErrorKind.UnbalancedTransaction;
    }
}
