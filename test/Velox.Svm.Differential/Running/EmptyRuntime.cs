using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>No runtime: it keeps accounts and executes nothing, to see what scenarios do in LiteSVM alone.</summary>
public sealed class EmptyRuntime : IRuntime
{
    private readonly Dictionary<Address, AccountState> _accounts = [];

    public Hash256 Blockhash => default;

    public void SetAccount(Address address, AccountState account) => _accounts[address] = account;

    public AccountState GetAccount(Address address) => _accounts.GetValueOrDefault(address, AccountState.Absent);

    public Outcome Send(byte[] transaction, Address[] watched) => new("", 0, [], default, [], [], []);

    public void SetClock(ClockState clock)
    {
    }
}
