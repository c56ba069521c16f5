using Velox.Primitives;
using Velox.State;

namespace Velox.Svm.Tests;

/// <summary>
/// Follows a chain by what its blocks say they changed: total lamports, and a root computed anew from whole accounts.
/// </summary>
internal sealed class StateMirror
{
    private readonly Dictionary<Address, ulong> _lamports = [];
    private readonly AccountStore _store = new();

    internal StateMirror(StateSeal genesis) => GenesisRoot = Apply(genesis.Changed);

    internal Hash256 GenesisRoot { get; }

    /// <summary>Every account that was ever changed.</summary>
    internal IEnumerable<Address> Addresses => _lamports.Keys;

    internal UInt128 TotalLamports => _lamports.Values.Aggregate((UInt128)0, (sum, lamports) => sum + lamports);

    /// <summary>Writes every changed account as a whole and returns the root of the result.</summary>
    internal Hash256 Apply(IReadOnlyList<AccountSnapshot> changed)
    {
        foreach (AccountSnapshot snapshot in changed)
        {
            _lamports[snapshot.Address] = snapshot.Lamports;
            Account account = _store.GetOrCreate(snapshot.Address);
            account.Lamports = snapshot.Lamports;
            account.Owner = snapshot.Owner;
            account.Executable = snapshot.Executable;
            account.Data.Resize(snapshot.DataLength);
            snapshot.ToArray().CopyTo(account.Data.Write(0, snapshot.DataLength));
            _store.MarkChanged(account);
        }

        return _store.Seal().Root;
    }
}
