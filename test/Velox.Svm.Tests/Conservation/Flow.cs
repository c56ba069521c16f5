using Velox.Primitives;
using Velox.Svm.Differential;

namespace Velox.Svm.Tests;

/// <summary>Blocks of transactions, with the accounts that the test puts there before each.</summary>
/// <param name="Name">For messages.</param>
/// <param name="NewBank">Makes the bank they begin with.</param>
/// <param name="Blocks">In order.</param>
internal sealed record Flow(string Name, Func<int, TestBank> NewBank, IReadOnlyList<FlowBlock> Blocks)
{
    /// <summary>Whether stage 1 does; else what is signed wrongly runs, too.</summary>
    internal bool ChecksSignatures { get; init; } = true;

    /// <summary>Transfers and a market: some fail, some are repeated or badly signed.</summary>
    internal static Flow OfTransfersAndBook(int seed) => Of($"transfers and book, seed {seed}", ChainFlow.NewBank, new ChainFlow(seed).Blocks);

    /// <summary>All kinds of programs written in C#, on accounts that change their kind.</summary>
    internal static Flow OfPrograms(int seed, int blocks, int transactionsPerBlock) => Of(
        $"programs, seed {seed}", ProgramFlow.NewBank, new ProgramFlow(seed, blocks, transactionsPerBlock).Blocks);

    private static Flow Of(string name, Func<int, TestBank> newBank, IReadOnlyList<byte[][]> blocks) =>
        new(name, newBank, [.. blocks.Select(block => new FlowBlock([], block))]);
}

/// <summary>What happens in one block.</summary>
/// <param name="Accounts">Put there before it.</param>
/// <param name="Transactions">In order.</param>
internal sealed record FlowBlock(IReadOnlyList<(Address Address, AccountState State)> Accounts, byte[][] Transactions);
