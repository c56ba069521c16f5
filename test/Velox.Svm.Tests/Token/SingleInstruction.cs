using Velox.Primitives;
using Velox.State;

namespace Velox.Svm.Tests;

/// <summary>Runs single instructions on bare accounts, without transaction, fee and block.</summary>
/// <param name="accounts">The accounts that instructions can name.</param>
/// <param name="programElf">The program's file, to be run in the virtual machine; null for the native program.</param>
internal sealed class SingleInstruction(Account[] accounts, byte[]? programElf = null) : IDisposable
{
    private static readonly ProgramRegistry Programs = NativePrograms.CreateRegistry();

    private static readonly BlockContext Block = new(1, 1_700_000_000) { Sysvars = TestSysvars.Create() };

    private readonly InvokeContext _context = new(Programs);

    private readonly Dictionary<Address, Account> _programs = [];

    internal IReadOnlyList<string> Log { get; private set; } = [];

    internal byte[] ReturnData { get; private set; } = [];

    internal ulong ConsumedUnits { get; private set; }

    public void Dispose() => _context.Dispose();

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
        var transaction = new TransactionAccounts(all, new bool[all.Length], new bool[all.Length]);
        _context.Begin(block, transaction, default, ComputeBudget.Default with { UnitLimit = units });
        InstructionFrame frame = _context.TopFrame;
        frame.Begin(program, all.Length - 1, data);
        foreach (InstructionAccount account in instructionAccounts)
            frame.AddAccount(account);
        foreach (Account account in accounts)
            account.Checkpoint();
        InstructionError error = _context.RunTopLevel(0, frame);
        foreach (Account account in accounts)
        {
            // Accepting the data only: an account without lamports lasts until its transaction ends.
            if (error.IsError)
                account.Rollback();
            else
                account.Data.Accept();
        }

        Log = _context.LogLines;
        ReturnData = _context.ReturnData?.Data ?? [];
        ConsumedUnits = units - _context.RemainingUnits;
        return error;
    }

    private Account ProgramAccount(Address program)
    {
        if (_programs.TryGetValue(program, out Account? known))
            return known;
        bool isNative = programElf is null || program == ProgramIds.System;
        Account account = CreateAccount(
            program, isNative ? ProgramIds.NativeLoader : ProgramIds.BpfLoader, 1_000_000_000, isNative ? [] : programElf);
        account.Executable = true;
        _programs.Add(program, account);
        return account;
    }
}
