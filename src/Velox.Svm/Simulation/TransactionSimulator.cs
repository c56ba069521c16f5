using Velox.State;

namespace Velox.Svm;

/// <summary>
/// Runs a transaction on copies of published accounts, with the executor of the chain, and leaves no trace.
/// </summary>
/// <remarks>
/// Never touches the live bank, so any number of threads may simulate while blocks are made. The verdict holds for the
/// published state: a block that is under way may change it. Every account named is copied whole, 64 MiB together at most.
/// </remarks>
public sealed class TransactionSimulator(ProgramRegistry programs, PublishedState state, ISimulatedChain chain)
{
    private readonly TransactionExecutor _executor = new(programs);

    /// <summary>Simulates untrusted bytes. Malformed ones are a SanitizeFailure or UnsupportedVersion.</summary>
    public SimulationResult Simulate(byte[] bytes, SimulationOptions options)
    {
        var transaction = new InFlightTransaction(bytes);
        ulong slot = state.Slot;
        transaction.Rejection = Check(transaction, options);
        if (transaction.IsAlive)
            slot = Run(transaction);
        return new SimulationResult
        {
            Error = transaction.Record?.Error ?? transaction.Rejection,
            Record = transaction.Record,
            Accounts = transaction.Record is null ? [] : transaction.Accounts!.Accounts,
            Slot = slot,
        };
    }

    /// <summary>The checks of stages 1 and 2, in their order.</summary>
    private TransactionError Check(InFlightTransaction transaction, SimulationOptions options)
    {
        if (options.VerifySignatures)
            VerifyStage.Verify(transaction);
        else
            transaction.TryParse();
        if (!transaction.IsAlive)
            return transaction.Rejection;

        ref readonly TransactionView view = ref transaction.View;
        TransactionError error = AccessSet.TryRead(in view, out _);
        if (error.IsError)
            return error;
        error = ComputeBudget.TryRead(in view, out ComputeBudget budget);
        transaction.Budget = budget;
        if (error.IsError || options.IgnoreBlockhash)
            return error;
        if (!chain.IsRecentBlockhash(view.RecentBlockhash))
            return TransactionErrorKind.BlockhashNotFound;
        return chain.IsRecorded(transaction.Id) ? TransactionErrorKind.AlreadyProcessed : TransactionError.None;
    }

    /// <summary>Executes on copies that all belong to one block; returns its slot.</summary>
    private ulong Run(InFlightTransaction transaction)
    {
        _ = AccessSet.TryRead(in transaction.View, out AccessSet accessSet);
        (ulong slot, AccountSnapshot?[] snapshots) = state.FindAll(accessSet.Addresses);
        if (SizeOf(snapshots) > transaction.Budget.LoadedDataLimit)
        {
            // What execution would say too, but said before anything is copied.
            transaction.Rejection = TransactionErrorKind.MaxLoadedAccountsDataSizeExceeded;
            return slot;
        }

        BlockContext block = chain.NextBlock;
        var accounts = new Account[snapshots.Length];
        for (int i = 0; i < accounts.Length; i++)
        {
            accounts[i] = snapshots[i]?.ToAccount() ?? new Account(accessSet.Addresses[i]);
            if (accounts[i].Address == SysvarIds.Clock)
                Sysvars.WriteClock(accounts[i], block);
        }

        transaction.Accounts = new TransactionAccounts(accounts, accessSet.Signers, accessSet.Writables)
        {
            ProgramData = TransactionAccounts.FindProgramData(accounts, address => state.Find(address)?.ToAccount()),
        };
        _executor.Execute(transaction, block);
        return slot;
    }

    // An absent account counts nothing, as in execution. An absent fee payer pays nothing, whatever it counts.
    private static long SizeOf(AccountSnapshot?[] snapshots) => snapshots.Sum(
        snapshot => snapshot is null ? 0L : TransactionExecutor.LoadedAccountOverheadBytes + snapshot.DataLength);
}
