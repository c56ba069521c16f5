using Velox.Primitives;
using Velox.State;

namespace Velox.Svm.Differential;

/// <summary>
/// The executor on the accounts that a new LiteSVM has: its programs, as files for the virtual machine, its sysvars, its features.
/// </summary>
public sealed class ExecutorRuntime : IRuntime
{
    private readonly Dictionary<Address, Account> _accounts = [];
    private readonly TransactionExecutor _executor = new(NativePrograms.CreateRegistry());
    private readonly FeatureSet _features;
    private readonly PeerOptions _options;
    private readonly HashSet<Signature> _recorded = [];
    private BlockContext _block = new(0, 0);

    /// <param name="peer">Just made with these options.</param>
    /// <param name="options">Features and checks.</param>
    /// <param name="blockhash">The hash that LiteSVM has as its latest.</param>
    public ExecutorRuntime(LiteSvmPeer peer, PeerOptions options, Hash256 blockhash)
    {
        _options = options;
        Blockhash = blockhash;
        _features = PeerState.FeaturesOf(options);
        var state = new PeerState(peer);
        foreach ((Address address, AccountState account) in state.Accounts)
            SetAccount(address, account);
        SetClock(state.Clock);
    }

    public Hash256 Blockhash { get; }

    public void SetAccount(Address address, AccountState account)
    {
        // Always another object: what is kept with an account is about its old data.
        var made = new Account(address) { Lamports = account.Lamports, Owner = account.Owner, Executable = account.Executable };
        made.Data.Resize(account.Data.Length);
        account.Data.CopyTo(made.Data.Write(0, account.Data.Length));
        _accounts[address] = made;
    }

    public AccountState GetAccount(Address address) => Find(address) is { } account
        ? new AccountState(account.Lamports, account.Owner, account.Executable, account.Data.Bytes.ToArray())
        : AccountState.Absent;

    public void SetClock(ClockState clock)
    {
        SetAccount(SysvarIds.Clock, new AccountState(1, SysvarIds.Owner, false, PeerState.ClockData(clock)));
        _block = new BlockContext(clock.Slot, clock.UnixTimestamp)
        {
            Features = _features,
            Sysvars = new SysvarCache(_accounts.Values.Where(account => account.Owner == SysvarIds.Owner)
                .Select(account => KeyValuePair.Create(account.Address, account.Data.Bytes.ToArray()))),
        };
    }

    public Outcome Send(byte[] transaction, Address[] watched)
    {
        var sent = new InFlightTransaction(transaction);
        Execute(sent);
        if (sent.Accounts is { } touched)
            Forget(touched);
        AccountState[] accounts = Array.ConvertAll(watched, GetAccount);
        return sent.Record is { } record ? OutcomeOf(record, accounts) : new(ErrorText.Of(sent.Rejection), 0, [], default, [], [], accounts);
    }

    private void Execute(InFlightTransaction sent)
    {
        if (_options.CheckSignatures)
            VerifyStage.Verify(sent);
        else
            sent.TryParse();
        if (!sent.IsAlive)
            return;
        // LiteSVM's programs know as the last blockhash the one that the transaction names.
        BlockContext block = _block with { LastBlockhash = sent.View.RecentBlockhash };
        sent.Rejection = TransactionChecks.Read(sent, Find, block);
        if (!sent.IsAlive)
            return;
        if (_options.CheckBlockhashes && sent.View.RecentBlockhash != Blockhash)
            sent.Rejection = TransactionChecks.TakeAsDurable(sent, block with { LastBlockhash = Blockhash });
        else if (_options.CheckSignatures && !_recorded.Add(sent.Id))
            sent.Rejection = TransactionErrorKind.AlreadyProcessed;
        if (!sent.IsAlive)
            return;
        TransactionAccounts accounts = sent.BeginLoading();
        accounts.Load(GetOrCreate, Find);
        sent.Accounts = accounts;
        Account? nonce = sent.HasNonce ? accounts.Accounts[sent.NonceIndex] : null;
        byte[] nonceBefore = nonce?.Data.Bytes.ToArray() ?? [];
        _executor.Execute(sent, block);
        // Agave advances the nonce of a failed transaction too; LiteSVM leaves it.
        if (nonce is not null && sent.Record is { Error.IsError: true })
            nonceBefore.CopyTo(nonce.Data.Write(0, nonceBefore.Length));
    }

    private void Forget(TransactionAccounts accounts)
    {
        foreach (Account account in accounts.Accounts.AsSpan(0, accounts.Count))
        {
            if (!account.Exists)
                _accounts.Remove(account.Address);
        }
    }

    private Account? Find(Address address) => _accounts.GetValueOrDefault(address) is { Exists: true } account ? account : null;

    private Account GetOrCreate(Address address)
    {
        if (!_accounts.TryGetValue(address, out Account? account))
            _accounts.Add(address, account = new Account(address));
        return account;
    }

    private static Outcome OutcomeOf(TransactionRecord record, AccountState[] accounts) => new(
        ErrorText.Of(record.Error), record.ComputeUnitsConsumed, [.. record.LogLines], record.ReturnData?.ProgramId ?? default,
        record.ReturnData?.Data ?? [],
        [.. record.InnerInstructions.Select(inner => new InnerCall(
            inner.TopLevelIndex, inner.StackHeight, inner.ProgramIndex, inner.AccountIndexes, inner.Data))],
        accounts);
}
