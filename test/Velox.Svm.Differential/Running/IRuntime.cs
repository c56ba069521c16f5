using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>The runtime of this repository, as the comparison drives it. Used by one thread.</summary>
public interface IRuntime
{
    /// <summary>The hash that transactions name.</summary>
    Hash256 Blockhash { get; }

    void SetAccount(Address address, AccountState account);

    AccountState GetAccount(Address address);

    /// <summary>Executes and commits one transaction; a transaction that is refused leaves everything as it was.</summary>
    /// <param name="transaction">The serialized transaction.</param>
    /// <param name="watched">Accounts whose state afterwards the outcome shows.</param>
    Outcome Send(byte[] transaction, Address[] watched);

    void SetClock(ClockState clock);
}
