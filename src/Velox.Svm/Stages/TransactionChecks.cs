using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>What stage 2 and a simulation ask of a transaction before they load its accounts, in Agave's order.</summary>
internal static class TransactionChecks
{
    /// <summary>Reads access set and compute budget. Errors as <see cref="AccessSet.TryRead"/> and <see cref="ComputeBudget.TryRead"/>.</summary>
    internal static TransactionError Read(
        InFlightTransaction transaction, Func<Address, Account?> find, BlockContext block, out AccessSet accessSet)
    {
        ref readonly TransactionView view = ref transaction.View;
        TransactionError error = AccessSet.TryRead(in view, find, block, out accessSet);
        if (error.IsError)
            return error;
        error = ComputeBudget.TryRead(in view, out ComputeBudget budget);
        transaction.Budget = budget;
        return error;
    }
}
