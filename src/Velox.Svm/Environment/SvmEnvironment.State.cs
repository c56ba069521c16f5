using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>The environment as a whole: snapshots, forks, root and proofs.</summary>
public sealed partial class SvmEnvironment
{
    /// <summary>
    /// The Merkle root over all accounts as they are now. Equal calls give equal roots, with any number of workers; reading it
    /// changes nothing. It depends on where slots ended too, as on a chain: not only on the accounts.
    /// </summary>
    /// <remarks>Takes time for each account that changed since the slot began, and none for the others.</remarks>
    public Hash256 StateRoot => SealedView().Root;

    /// <summary>Proof of an account's content under <see cref="StateRoot"/>; null where it does not exist.</summary>
    /// <example>
    /// <code>
    /// AccountProof proof = environment.Prove(address)!;
    /// Assert.True(proof.Verify(environment.StateRoot));
    /// </code>
    /// </example>
    public AccountProof? Prove(Address address) => SealedView().Prove(address);

    /// <summary>Everything as it is now, in O(1): nothing depends on the number of accounts.</summary>
    /// <remarks>
    /// Costs a copy of the list of accounts that changed since the last seal, at most a few thousand. What is used later is copied
    /// then, account by account.
    /// </remarks>
    public SvmSnapshot TakeSnapshot() => new(Options, _accounts.TakeSnapshot(), _runtime, _block, _history.State)
    {
        Unsealed = _unsealed,
        NextKey = _nextKey,
    };

    /// <summary>
    /// Goes back to a snapshot in O(1), as often as you like; also over to one of a fork. Accounts, programs, clock, sysvars,
    /// blockhashes and recorded transactions come back; options stay those of this environment.
    /// </summary>
    public void Restore(SvmSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        _accounts.Restore(snapshot.Accounts);
        _history.State = snapshot.History;
        _block = snapshot.Block;
        _unsealed = snapshot.Unsealed;
        _nextKey = snapshot.NextKey;
        _sealedView = null;
        _runtime = snapshot.Runtime;
    }

    /// <summary>A new environment that begins where this one is, in O(1). From then on neither sees the other.</summary>
    public SvmEnvironment Fork() => TakeSnapshot().Fork();

    /// <summary>The accounts with what changed since the last seal hashed: a fork, so that reading does not change what is read.</summary>
    private AccountStore SealedView()
    {
        if (_unsealed == 0)
            return _accounts;
        if (_sealedView is null)
        {
            _sealedView = _accounts.TakeSnapshot().Fork();
            _sealedView.Seal(_stages.Team);
        }

        return _sealedView;
    }
}
