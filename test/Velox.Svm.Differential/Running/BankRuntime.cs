using Velox.Primitives;
using Velox.State;

namespace Velox.Svm.Differential;

/// <summary>The bank with its native programs, one block after the other, a transaction a batch.</summary>
public sealed class BankRuntime : IRuntime
{
    private static readonly Address Faucet = new(Enumerable.Repeat((byte)0xFA, Address.Size).ToArray());
    private static readonly Address Identity = new(Enumerable.Repeat((byte)0x1D, Address.Size).ToArray());

    private readonly Bank _bank;

    public BankRuntime()
    {
        var programs = new ProgramRegistry([
            new SystemProgram(), new ComputeBudgetProgram(), new TokenProgram(), new AssociatedTokenProgram(), new MemoProgram(),
        ]);
        _bank = new Bank(new Genesis(0, Faucet, 1, Identity, Genesis.MaxBlockhashAge), programs);
        _bank.BeginBlock(0);
        Blockhash = _bank.LastHash;
    }

    public Hash256 Blockhash { get; private set; }

    public void SetAccount(Address address, AccountState account)
    {
        Account target = _bank.Accounts.GetOrCreate(address);
        target.Lamports = account.Lamports;
        target.Owner = account.Owner;
        target.Executable = account.Executable;
        target.Data.Resize(account.Data.Length);
        account.Data.CopyTo(target.Data.Write(0, account.Data.Length));
        _bank.Accounts.MarkChanged(target);
    }

    public AccountState GetAccount(Address address) => _bank.Accounts.Find(address) is { } account
        ? new AccountState(account.Lamports, account.Owner, account.Executable, account.Data.Bytes.ToArray())
        : AccountState.Absent;

    public Outcome Send(byte[] transaction, Address[] watched)
    {
        if (_bank.PendingCount == Bank.MaxTransactionsPerBlock)
            StartBlock();
        var sent = new InFlightTransaction(transaction);
        _bank.Process([sent]);
        AccountState[] accounts = Array.ConvertAll(watched, GetAccount);
        return sent.Record is { } record ? OutcomeOf(record, accounts) : Refused(sent.Rejection, accounts);
    }

    public void SetClock(ClockState clock) => throw new NotSupportedException("A bank's clock is its blocks'.");

    private void StartBlock()
    {
        _bank.EndBlock();
        _bank.BeginBlock(0);
        Blockhash = _bank.LastHash;
    }

    private static Outcome Refused(TransactionError error, AccountState[] accounts) =>
        new(ErrorText.Of(error), 0, [], default, [], [], accounts);

    private static Outcome OutcomeOf(TransactionRecord record, AccountState[] accounts) => new(
        ErrorText.Of(record.Error), record.ComputeUnitsConsumed, record.LogLines, record.ReturnData?.ProgramId ?? default,
        record.ReturnData?.Data ?? [],
        [.. record.InnerInstructions.Select(inner => new InnerCall(
            inner.TopLevelIndex, inner.StackHeight, inner.ProgramIndex, inner.AccountIndexes, inner.Data))],
        accounts);
}
