using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>
/// Runs one transaction on its accounts: takes the fee, runs the instructions in order, and keeps all effects or none.
/// </summary>
/// <remarks>The order of checks and what a failure costs are Agave's (svm transaction_processor). Stateless; safe on several threads.</remarks>
public sealed class TransactionExecutor(ProgramRegistry programs)
{
    /// <summary>Lamports for each signature.</summary>
    public const ulong LamportsPerSignature = 5_000;

    /// <summary>Bytes that an account counts beside its data towards the loaded-data limit.</summary>
    public const int LoadedAccountOverheadBytes = 64;

    /// <summary>
    /// Bytes of data in an account that is not among a transaction's keys; null when it does not exist. Asked for the program
    /// data of upgradeable programs, which counts towards the loaded-data limit; without it, it does not.
    /// </summary>
    public Func<Address, int?>? FindProgramDataLength { get; init; }

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

        var context = new InvokeContext(programs, block, accounts, transaction.Budget.UnitLimit);
        TransactionError error = CheckLoaded(transaction);
        if (!error.IsError)
            error = RunAtomically(transaction, context);
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
            InnerInstructions = context.InnerInstructions,
            ReturnData = context.ReturnData,
            AccountKeys = Array.ConvertAll(accounts.Accounts, account => account.Address),
            LoadedWritableCount = transaction.View.WritableLookupAccounts,
            LoadedReadonlyCount = transaction.View.ReadonlyLookupAccounts,
            PreBalances = preBalances,
            PostBalances = Balances(accounts),
            PreTokenBalances = preTokenBalances,
            PostTokenBalances = TokenBalances.Collect(accounts),
            MarketEvents = error.IsError ? [] : context.Events,
        };
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

    /// <summary>Checks that cost the fee only: programs exist and are executable, the data is not too large.</summary>
    private TransactionError CheckLoaded(InFlightTransaction transaction)
    {
        TransactionAccounts accounts = transaction.Accounts!;
        if (LoadedData.SizeOf(in transaction.View, accounts, FindProgramDataLength) > transaction.Budget.LoadedDataLimit)
            return TransactionErrorKind.MaxLoadedAccountsDataSizeExceeded;

        ref readonly TransactionView view = ref transaction.View;
        for (int i = 0; i < view.InstructionCount; i++)
        {
            Account program = accounts.Accounts[view.Instruction(i).ProgramIndex];
            if (!program.Exists)
                return TransactionErrorKind.ProgramAccountNotFound;
            bool isKnown = programs.Find(program.Address) is not null || Precompile.Find(program.Address) is not null;
            if (!program.Executable || !isKnown)
                return TransactionErrorKind.InvalidProgramForExecution;
        }

        return TransactionError.None;
    }

    private static TransactionError RunAtomically(InFlightTransaction transaction, InvokeContext context)
    {
        TransactionAccounts accounts = transaction.Accounts!;
        RentBalance[] before = Array.ConvertAll(accounts.Accounts, RentBalance.Of);
        ForEachWritable(accounts, account => account.Checkpoint());

        TransactionError error = RunInstructions(transaction, context);
        if (!error.IsError)
            error = CheckRent(accounts, before, context.Block.Features.Runtime.RelaxPostExecMinBalanceCheck);
        if (!error.IsError)
            error = CheckBalance(accounts, before);

        ForEachWritable(accounts, error.IsError ? account => account.Rollback() : account => account.Accept());
        return error;
    }

    private static TransactionError RunInstructions(InFlightTransaction transaction, InvokeContext context)
    {
        for (int i = 0; i < transaction.View.InstructionCount; i++)
        {
            InstructionError error = context.RunTopLevel(i, FrameOf(transaction, i));
            if (error.IsError)
                return TransactionError.AtInstruction(i, error);
        }

        return TransactionError.None;
    }

    private static InstructionFrame FrameOf(InFlightTransaction transaction, int index)
    {
        TransactionAccounts accounts = transaction.Accounts!;
        InstructionView instruction = transaction.View.Instruction(index);
        var frameAccounts = new InstructionAccount[instruction.Accounts.Length];
        for (int i = 0; i < frameAccounts.Length; i++)
        {
            int position = instruction.Accounts[i];
            frameAccounts[i] = new InstructionAccount(position, accounts.Signers[position], accounts.Writables[position]);
        }

        Address program = accounts.Accounts[instruction.ProgramIndex].Address;
        return new InstructionFrame(program, frameAccounts, instruction.Data.ToArray());
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
