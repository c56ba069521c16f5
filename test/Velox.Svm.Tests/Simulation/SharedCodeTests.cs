using Velox.Cryptography;
using Velox.Primitives;
using Velox.State;
using Xunit;

namespace Velox.Svm.Tests;

public sealed class SharedCodeTests
{
    // Most of a program's file: what a copy of its account, or another compilation, would cost.
    private const int FileBytes = 4 * 1024 * 1024;

    private static readonly Keypair Payer = TestKeys.Pair(1);
    private static readonly Address Program = TestKeys.Stranger(5);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_program_is_copied_and_compiled_once_for_all_simulations(bool isUpgradeable)
    {
        byte[] elf = TestElf.Returning(0);
        Array.Resize(ref elf, FileBytes);
        GenesisAccount[] accounts = isUpgradeable
            ? GenesisAccount.UpgradeableProgram(Program, elf, null)
            : [GenesisAccount.Program(Program, elf)];
        var registry = new ProgramRegistry([new SystemProgram(), new ComputeBudgetProgram()]);
        var genesis = new Genesis(1_700_000_000, Payer.PublicKey, TestBank.FaucetLamports, TestKeys.Stranger(9))
        {
            Additions = new GenesisAdditions(accounts, []),
        };
        var bank = new Bank(genesis, registry);
        using var published = new PublishedState();
        published.Publish(0, bank.GenesisSeal.Changed);
        var simulator = new TransactionSimulator(registry, published, new Chain(published));
        byte[] transaction = TestBank.Sign(
            bank.LastHash, [new Instruction(Program, default, default)], Payer);

        long first = Measure(simulator, transaction);
        long second = Measure(simulator, transaction);

        Assert.True(first > FileBytes, $"the first simulation allocated {first} bytes");
        Assert.InRange(second, 0, FileBytes / 20);
    }

    private static long Measure(TransactionSimulator simulator, byte[] transaction)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        SimulationResult result = simulator.Simulate(transaction, new SimulationOptions(false, true));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.False(result.Error.IsError, $"{result.Error}: {string.Join('\n', result.Record?.LogLines ?? [])}");
        Assert.True(result.LoadedDataBytes > FileBytes);
        return allocated;
    }

    private sealed class Chain(PublishedState state) : ISimulatedChain
    {
        public BlockContext NextBlock { get; } = Sysvars.NextBlock(state, 1_700_000_001, default);

        public bool IsRecentBlockhash(Hash256 blockhash) => true;

        public bool IsRecorded(Signature transactionId) => false;
    }
}
