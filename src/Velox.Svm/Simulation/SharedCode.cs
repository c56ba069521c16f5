using System.Runtime.CompilerServices;
using Velox.State;

namespace Velox.Svm;

/// <summary>
/// Programs and their code as accounts that all simulations share: copied, and compiled, once for each published state of the
/// account, and forgotten with it.
/// </summary>
/// <remarks>
/// Any thread. A shared account is only read, its attachment excepted, as workers of the bank share those that no transaction of a
/// wave writes. Held beside the snapshots, of which few are code, so that the others pay nothing for it.
/// </remarks>
internal sealed class SharedCode
{
    private readonly ConditionalWeakTable<AccountSnapshot, Account> _accounts = [];

    /// <summary>An account to simulate with: shared where that can be, else a copy; null for none.</summary>
    internal Account? Find(AccountSnapshot? snapshot, bool isWritable) =>
        snapshot is not null && !isWritable && Loaders.IsLoader(snapshot.Owner)
            ? _accounts.GetValue(snapshot, static found => found.ToAccount())
            : snapshot?.ToAccount();
}
