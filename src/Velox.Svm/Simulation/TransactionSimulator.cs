using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>
/// Runs a transaction on copies of published accounts, with the executor of the chain, and leaves no trace.
/// </summary>
/// <remarks>
/// Never touches the live bank, so any number of threads may simulate while blocks are made. The verdict holds for the
/// published state: a block that is under way may change it. Every account named is copied whole, 64 MiB together at most; those of
/// loaders that the transaction may not write (programs and their code) are copied and compiled once for all simulations.
/// </remarks>
public sealed class TransactionSimulator(ProgramRegistry programs, PublishedState state, ISimulatedChain chain)
{
    private readonly TransactionExecutor _executor = new(programs);
    private readonly SharedCode _code = new();

    /// <summary>Simulates untrusted bytes. Malformed ones are a SanitizeFailure or UnsupportedVersion.</summary>
    public SimulationResult Simulate(byte[] bytes, SimulationOptions options)
    {
        var transaction = new InFlightTransaction(bytes);
        BlockContext block = chain.NextBlock;
        ulong slot = state.Slot;
        long loadedBytes = 0;
        transaction.Rejection = Check(transaction, options, block);
        if (transaction.IsAlive)
            (slot, loadedBytes) = Run(transaction, block);
        return new SimulationResult
        {
            Error = transaction.IsRecorded ? transaction.Error : transaction.Rejection,
            Record = transaction.Record,
            Accounts = transaction.Record is null ? [] : transaction.Accounts!.Accounts,
            LoadedDataBytes = transaction.Record is null ? 0 : loadedBytes,
            Slot = slot,
        };
    }

    /// <summary>The checks of stages 1 and 2, in their order.</summary>
    private TransactionError Check(InFlightTransaction transaction, SimulationOptions options, BlockContext block)
    {
        if (options.VerifySignatures)
            VerifyStage.Verify(transaction);
        else
            transaction.TryParse();
        if (!transaction.IsAlive)
            return transaction.Rejection;

        TransactionError error = TransactionChecks.Read(transaction, FindTable, block);
        if (error.IsError || options.IgnoreBlockhash)
            return error;
        if (!chain.IsRecentBlockhash(transaction.View.RecentBlockhash))
            return TransactionChecks.TakeAsDurable(transaction, block);
        return chain.IsRecorded(transaction.Id) ? TransactionErrorKind.AlreadyProcessed : TransactionError.None;
    }

    /// <summary>A copy of an account that holds a lookup table; of any other only what shows that it holds none.</summary>
    private Account? FindTable(Address address) => state.Find(address) switch
    {
        null => null,
        { Owner: var owner } table when owner == ProgramIds.AddressLookupTable => table.ToAccount(),
        { } other => new Account(address) { Lamports = other.Lamports, Owner = other.Owner },
    };

    /// <summary>Executes on copies that all belong to one block; returns its slot and the bytes loaded.</summary>
    private (ulong Slot, long LoadedBytes) Run(InFlightTransaction transaction, BlockContext block)
    {
        AccessSet keys = transaction.Keys;
        (ulong slot, AccountSnapshot?[] snapshots) = state.FindAll(keys.Addresses.ToArray());
        if (SizeOf(in transaction.View, snapshots) > transaction.Budget.LoadedDataLimit)
        {
            // What execution would say too, but said before anything is copied.
            transaction.Rejection = TransactionErrorKind.MaxLoadedAccountsDataSizeExceeded;
            return (slot, 0);
        }

        var accounts = new Account[snapshots.Length];
        for (int i = 0; i < accounts.Length; i++)
        {
            accounts[i] = _code.Find(snapshots[i], keys.Writables[i]) ?? new Account(keys.Addresses[i]);
            if (block.Sysvars.TryGet(accounts[i].Address, out ReadOnlySpan<byte> sysvar) && accounts[i].DataLength == sysvar.Length)
                sysvar.CopyTo(accounts[i].Data.Write(0, sysvar.Length));
        }

        transaction.Accounts = new TransactionAccounts(keys, accounts);
        transaction.Accounts.FindProgramData(
            address => Array.Find(accounts, account => account.Address == address) ?? FindCode(address));
        long loadedBytes = LoadedData.SizeOf(in transaction.View, transaction.Accounts);
        _executor.Execute(transaction, block);
        return (slot, loadedBytes);
    }

    private Account? FindCode(Address address) => _code.Find(state.Find(address), isWritable: false);

    // An absent account counts nothing, as in execution. An absent fee payer pays nothing, whatever it counts.
    private static long SizeOf(in TransactionView view, AccountSnapshot?[] snapshots)
    {
        long bytes = (long)view.LookupCount * LoadedData.LookupTableBytes;
        foreach (AccountSnapshot? snapshot in snapshots)
            bytes += snapshot is null ? 0 : TransactionExecutor.LoadedAccountOverheadBytes + snapshot.DataLength;
        return bytes;
    }
}
