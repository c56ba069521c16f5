using Velox.Cryptography;
using Velox.Primitives;
using Velox.State;
using Xunit;
using static Velox.Svm.Tests.TestBank;

namespace Velox.Svm.Tests;

public sealed class SimulationSizeTests
{
    [Fact]
    public void Accounts_beyond_the_loaded_data_limit_are_refused_without_being_copied()
    {
        var bank = new TestBank();
        using var published = new PublishedState();
        published.Publish(0, bank.Bank.GenesisSeal.Changed);
        Keypair payer = bank.NewFunded(1_000 * Sol);
        Keypair large = bank.NewKey();
        SendResult created = bank.Send(
            SystemInstructions.CreateAccount(
                payer.PublicKey, large.PublicKey, 100 * Sol, AccountHandle.MaxDataLength, ProgramIds.Token),
            payer, large);
        created.Expect();
        published.Publish(bank.Bank.Slot, created.Block.Changed);
        var simulator = new TransactionSimulator(
            new ProgramRegistry([new SystemProgram(), new ComputeBudgetProgram()]), published, new Chain());
        byte[] transaction = bank.Sign(
            [
                ComputeBudgetInstructions.SetLoadedAccountsDataSizeLimit(AccountHandle.MaxDataLength),
                SystemInstructions.Transfer(payer.PublicKey, large.PublicKey, 1),
            ],
            payer);

        long before = GC.GetAllocatedBytesForCurrentThread();
        SimulationResult result = simulator.Simulate(transaction, new SimulationOptions(false, true));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(TransactionErrorKind.MaxLoadedAccountsDataSizeExceeded, result.Error.Kind);
        Assert.InRange(allocated, 0, AccountHandle.MaxDataLength / 10);
    }

    [Fact]
    public void Absent_accounts_count_nothing_as_in_execution()
    {
        var bank = new TestBank();
        using var published = new PublishedState();
        published.Publish(0, bank.Bank.GenesisSeal.Changed);
        var simulator = new TransactionSimulator(bank.Programs, published, new Chain());
        uint names = (uint)(bank.Account(ProgramIds.System).Data.Length + bank.Account(ProgramIds.ComputeBudget).Data.Length);
        byte[] transaction = bank.Sign(
            [
                ComputeBudgetInstructions.SetLoadedAccountsDataSizeLimit(
                    (3 * TransactionExecutor.LoadedAccountOverheadBytes) + names),
                SystemInstructions.Transfer(Faucet.PublicKey, bank.NewKey().PublicKey, Sol),
            ],
            Faucet);

        SimulationResult result = simulator.Simulate(transaction, new SimulationOptions(false, true));

        Assert.False(result.Error.IsError, $"{result.Error}");
    }

    private sealed class Chain : ISimulatedChain
    {
        public BlockContext NextBlock { get; } = new(1, 0);

        public bool IsRecentBlockhash(Hash256 blockhash) => true;

        public bool IsRecorded(Signature id) => false;
    }
}
