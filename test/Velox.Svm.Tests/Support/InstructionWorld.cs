using Velox.Primitives;
using Velox.State;

namespace Velox.Svm.Tests;

/// <summary>Runs built instructions on bare accounts, in a block that the test chooses.</summary>
internal sealed class InstructionWorld
{
    private readonly List<Account> _accounts = [];
    private SingleInstruction? _runner;

    internal BlockContext Block { get; set; } = new(1, 1_700_000_000) { Sysvars = TestSysvars.Create() };

    internal IReadOnlyList<string> Log => _runner!.Log;

    internal byte[] ReturnData => _runner!.ReturnData;

    internal Account Add(int number, Address owner, ulong lamports, int dataLength = 0)
    {
        Account account = SingleInstruction.CreateAccount(
            TestKeys.Stranger(number), owner, lamports, new byte[dataLength]);
        _accounts.Add(account);
        return account;
    }

    internal InstructionError Run(Instruction instruction)
    {
        foreach (AccountMeta meta in instruction.Accounts.Span)
        {
            if (IndexOf(meta.Address) < 0)
                _accounts.Add(new Account(meta.Address));
        }

        _runner = new SingleInstruction([.. _accounts]);
        return _runner.Run(
            instruction.ProgramId,
            [.. instruction.Accounts.ToArray().Select(
                meta => new InstructionAccount(IndexOf(meta.Address), meta.IsSigner, meta.IsWritable))],
            instruction.Data.ToArray(),
            Block);
    }

    internal static Instruction Unsigned(Instruction instruction) => new(
        instruction.ProgramId,
        instruction.Accounts.ToArray().Select(meta => meta with { IsSigner = false }).ToArray(),
        instruction.Data);

    private int IndexOf(Address address) => _accounts.FindIndex(account => account.Address == address);
}
