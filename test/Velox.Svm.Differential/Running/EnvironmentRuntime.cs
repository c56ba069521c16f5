using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>The library's environment, with the accounts that a new LiteSVM has; blockhashes are not checked.</summary>
public sealed class EnvironmentRuntime : IRuntime
{
    private static readonly Address[] Natives =
        [ProgramIds.Token, ProgramIds.AssociatedToken, ProgramIds.Memo, ProgramIds.AddressLookupTable];

    private readonly SvmEnvironment _environment;

    /// <param name="peer">Just made with these options.</param>
    /// <param name="options">Features and checks.</param>
    public EnvironmentRuntime(LiteSvmPeer peer, PeerOptions options)
    {
        var state = new PeerState(peer);
        _environment = new SvmEnvironment(new SvmOptions
        {
            Features = PeerState.FeaturesOf(options),
            VerifiesSignatures = options.CheckSignatures,
            ChecksDuplicates = options.CheckSignatures,
            ChecksBlockhash = false,
            HasTokenPrograms = options.HasNativePrograms,
            Slot = state.Clock.Slot,
        });
        foreach ((Address address, AccountState account) in state.Accounts)
        {
            if (!options.HasNativePrograms || !Natives.Contains(address))
                SetAccount(address, account);
        }

        SetClock(state.Clock);
    }

    public Hash256 Blockhash => _environment.LatestBlockhash;

    public void SetAccount(Address address, AccountState account)
    {
        if (account.Owner == SysvarIds.Owner)
            SetSysvar(address, account.Data);
        else
            _environment.SetAccount(address, new SvmAccount(account.Lamports, account.Owner, account.Data, account.Executable));
    }

    public AccountState GetAccount(Address address) => _environment.GetAccount(address) is { } account
        ? new AccountState(account.Lamports, account.Owner, account.IsExecutable, account.Data.ToArray())
        : AccountState.Absent;

    public void SetClock(ClockState clock) => _environment.SetSysvar(SysvarIds.Clock, PeerState.ClockData(clock));

    public Outcome Send(byte[] transaction, Address[] watched)
    {
        SvmResult result = _environment.Send(transaction);
        return new Outcome(
            ErrorText.Of(result.Error), result.UnitsConsumed, [.. result.Logs], result.ReturnData?.ProgramId ?? default,
            result.ReturnData?.Data ?? [],
            [.. result.InnerInstructions.Select(inner => new InnerCall(
                inner.TopLevelIndex, inner.StackHeight, inner.ProgramIndex, inner.AccountIndexes, inner.Data))],
            Array.ConvertAll(watched, GetAccount));
    }

    /// <summary>LiteSVM's sysvars are as short as their content; Agave's have the room of the longest.</summary>
    private void SetSysvar(Address address, byte[] data)
    {
        int length = _environment.GetSysvar(address).Length;
        if (data.Length < length)
            Array.Resize(ref data, length);
        if (length > 0)
            _environment.SetSysvar(address, data);
    }
}
