using Velox.Primitives;
using Velox.State;

namespace Velox.Svm.Tests;

/// <summary>Runs single instructions on bare accounts, without transaction, fee and block.</summary>
/// <param name="accounts">The accounts that instructions can name.</param>
internal sealed class SingleInstruction(Account[] accounts)
{
    private static readonly ProgramRegistry Programs = NativePrograms.CreateRegistry();

    private static readonly BlockContext Block = new(1, 1_700_000_000) { Sysvars = TestSysvars.Create() };

    private readonly Dictionary<Address, Account> _programs = [];

    internal IReadOnlyList<string> Log { get; private set; } = [];

    internal byte[] ReturnData { get; private set; } = [];

    internal ulong ConsumedUnits { get; private set; }

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
        Address program, InstructionAccount[] instructionAccounts, byte[] data, BlockContext block,
        uint units = ComputeBudget.MaxUnitLimit)
    {
        Account[] all = [.. accounts, ProgramAccount(program)];
        var transaction = new InFlightTransaction([])
        {
            Accounts = new TransactionAccounts(all, new bool[all.Length], new bool[all.Length]),
            Budget = ComputeBudget.Default with { UnitLimit = units },
        };
        using var context = new InvokeContext(Programs);
        context.Begin(block, transaction);
        InstructionFrame frame = context.TopFrame;
        frame.Begin(program, all.Length - 1, data);
        foreach (InstructionAccount account in instructionAccounts)
            frame.AddAccount(account);
        foreach (Account account in accounts)
            account.Checkpoint();
        InstructionError error = context.RunTopLevel(0, frame);
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
        ConsumedUnits = units - context.RemainingUnits;
        return error;
    }

    private Account ProgramAccount(Address program)
    {
        if (_programs.TryGetValue(program, out Account? known))
            return known;
        Account account = CreateAccount(program, ProgramIds.NativeLoader, 1_000_000_000, []);
        account.Executable = true;
        _programs.Add(program, account);
        return account;
    }
}
