using Velox.Primitives;
using Velox.State;

namespace Velox.Svm.Tests;

/// <summary>Runs single instructions on bare accounts, without transaction, fee and block.</summary>
internal sealed class SingleInstruction(Account[] accounts)
{
    private static readonly ProgramRegistry Programs = NativePrograms.CreateRegistry();
    private static readonly BlockContext Block = new(1, 1_700_000_000);

    internal IReadOnlyList<string> Log { get; private set; } = [];

    internal byte[] ReturnData { get; private set; } = [];

    internal static Account CreateAccount(Address address, Address owner, ulong lamports, ReadOnlySpan<byte> data)
    {
        var account = new Account(address) { Owner = owner, Lamports = lamports };
        account.Data.Resize(data.Length);
        data.CopyTo(account.Data.Write(0, data.Length));
        return account;
    }

    /// <summary>Runs an instruction; a failed one leaves no trace in the accounts.</summary>
    internal InstructionError Run(
        Address program, InstructionAccount[] instructionAccounts, byte[] data, FeatureSet? features = null) =>
        Run(program, instructionAccounts, data, Block with { Features = features ?? Block.Features });

    internal InstructionError Run(
        Address program, InstructionAccount[] instructionAccounts, byte[] data, BlockContext block)
    {
        var transaction = new TransactionAccounts(accounts, new bool[accounts.Length], new bool[accounts.Length]);
        var context = new InvokeContext(Programs, block, transaction, ComputeBudget.MaxUnitLimit);
        foreach (Account account in accounts)
            account.Checkpoint();
        InstructionError error = context.RunTopLevel(0, new InstructionFrame(program, instructionAccounts, data));
        foreach (Account account in accounts)
        {
            // Accepting the data only: an account without lamports lasts until its transaction ends.
            if (error.IsError)
                account.Rollback();
            else
                account.Data.Accept();
        }

        Log = context.LogLines;
        ReturnData = context.ReturnData?.Data ?? [];
        return error;
    }
}
