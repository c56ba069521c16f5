using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>
/// Where LiteSVM does not do as Agave does, our runtime's state is brought to LiteSVM's, so that what follows can be compared.
/// Everything here is LiteSVM's own, read in its source (crates/litesvm/src/lib.rs), and nothing else is excused.
/// </summary>
public static class LiteSvmWays
{
    private static readonly string[] LoadFailures =
        ["ProgramAccountNotFound", "InvalidProgramForExecution", "MaxLoadedAccountsDataSizeExceeded"];

    /// <summary>
    /// Whether a transaction calls an account that exists and is not executable. LiteSVM refuses it before it runs; Agave looks
    /// at the owner alone and lets the loader say what is wrong.
    /// </summary>
    public static bool CallsNotExecutable(IRuntime runtime, byte[] transaction)
    {
        if (TransactionView.TryParse(transaction, out TransactionView view) != WireError.None)
            return false;
        for (int i = 0; i < view.InstructionCount; i++)
        {
            AccountState program = runtime.GetAccount(view.StaticKey(view.Instruction(i).ProgramIndex));
            if (program is { Exists: true, Executable: false })
                return true;
        }

        return false;
    }

    /// <summary>Returns our outcome as LiteSVM's would be, and leaves our state so.</summary>
    public static Outcome Follow(IRuntime runtime, byte[] transaction, Address[] watched, Outcome ours)
    {
        // Agave takes the fee when accounts cannot be loaded (process_transaction there returns without a context, and
        // only a context leads to a withdrawal).
        if (LoadFailures.Contains(ours.Error))
        {
            _ = TransactionView.TryParse(transaction, out TransactionView view);
            Refund(runtime, view.StaticKey(0), FeeOf(in view));
            ours = ours with { Accounts = Array.ConvertAll(watched, runtime.GetAccount) };
        }

        // Agave tells an absent program from one that is not executable; LiteSVM asks only whether it is executable.
        if (ours.Error == "ProgramAccountNotFound")
            ours = ours with { Error = "InvalidProgramForExecution" };
        return ours;
    }

    private static ulong FeeOf(in TransactionView view) =>
        ComputeBudget.TryRead(in view, out ComputeBudget budget).IsError ? 0 : TransactionExecutor.FeeOf(in view, budget);

    private static void Refund(IRuntime runtime, Address payer, ulong fee)
    {
        AccountState account = runtime.GetAccount(payer);
        AccountState before = account.Exists ? account : AccountState.Wallet(0);
        runtime.SetAccount(payer, before with { Lamports = before.Lamports + fee });
    }
}
