using Velox.Primitives;
using Velox.State;
using Xunit;
using static Velox.Svm.Tests.TestBank;

namespace Velox.Svm.Tests;

public sealed class TransactionSimulatorTests
{
    private static readonly SimulationOptions Preflight = new(VerifySignatures: true, IgnoreBlockhash: false);
    private static readonly SimulationOptions AnyBlockhash = new(VerifySignatures: false, IgnoreBlockhash: true);
    private static readonly SimulationOptions NoSignatures = new(VerifySignatures: false, IgnoreBlockhash: false);

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void A_simulation_equals_the_execution_that_follows_it(int seed)
    {
        using var chain = new SimulatedChain(ChainFlow.NewBank(workers: 1));
        var kinds = new HashSet<TransactionErrorKind>();

        // One block for each: the flow names the genesis hash, which is too old after 150 blocks.
        foreach (byte[] transaction in new ChainFlow(seed).Blocks.SelectMany(block => block).Take(160))
        {
            Hash256 root = chain.Bank.Bank.StateRoot;
            SimulationResult simulated = chain.Simulator.Simulate(transaction, Preflight);
            Assert.Equal(root, chain.Bank.Bank.StateRoot);

            SendResult executed = chain.Send(transaction);

            Assert.True(executed.Error == simulated.Error, $"seed {seed}: block {executed.Error}, simulation {simulated.Error}");
            AssertEqualRecords(executed.Record, simulated.Record);
            AssertEqualAccounts(chain, executed, simulated);
            kinds.Add(simulated.Error.Kind);
        }

        // The flow is worth something only if it reaches the different endings.
        Assert.Superset(
            new HashSet<TransactionErrorKind>
            {
                TransactionErrorKind.None, TransactionErrorKind.InstructionError, TransactionErrorKind.AlreadyProcessed,
                TransactionErrorKind.AccountNotFound, TransactionErrorKind.SignatureFailure,
                TransactionErrorKind.BlockhashNotFound,
            },
            kinds);
    }

    [Fact]
    public void The_published_state_is_as_before_after_any_number_of_simulations()
    {
        using var chain = new SimulatedChain(ChainFlow.NewBank(workers: 1));
        byte[][] transactions = [.. new ChainFlow(13).Blocks.SelectMany(block => block)];
        foreach (byte[] transaction in transactions.Take(transactions.Length / 2))
            chain.Send(transaction);
        Address[] addresses = [.. chain.Touched.Order()];
        (ulong Lamports, Address Owner, byte[] Data)[] before = [.. addresses.Select(chain.Content)];

        Parallel.ForEach(
            transactions, transaction => chain.Simulator.Simulate(transaction, AnyBlockhash));

        for (int i = 0; i < addresses.Length; i++)
            Assert.Equivalent(before[i], chain.Content(addresses[i]), strict: true);
    }

    [Fact]
    public void An_unknown_blockhash_is_refused_unless_it_is_replaced()
    {
        using var chain = new SimulatedChain(new TestBank());
        byte[] transaction = TestBank.Sign(default, [Transfer(1_000 * Sol)], Faucet);

        Assert.Equal(
            TransactionErrorKind.BlockhashNotFound, chain.Simulator.Simulate(transaction, Preflight).Error.Kind);
        SimulationResult replaced =
            chain.Simulator.Simulate(transaction, AnyBlockhash);
        Assert.False(replaced.Error.IsError);
        Assert.Equal(1_000 * Sol, PostAccount(replaced, TestKeys.Stranger(1))!.Lamports);
        Assert.Null(PostAccount(replaced, TestKeys.Stranger(2)));
        Assert.Null(chain.State.Find(TestKeys.Stranger(1)));
    }

    [Fact]
    public void A_bad_signature_matters_only_when_signatures_are_checked()
    {
        using var chain = new SimulatedChain(new TestBank());
        byte[] transaction = chain.Bank.Sign([Transfer(Sol)], Faucet);
        transaction[10] ^= 1;

        Assert.Equal(
            TransactionErrorKind.SignatureFailure, chain.Simulator.Simulate(transaction, Preflight).Error.Kind);
        Assert.False(chain.Simulator.Simulate(transaction, NoSignatures).Error.IsError);
    }

    [Fact]
    public void Bytes_that_are_no_transaction_fail_sanitization()
    {
        using var chain = new SimulatedChain(new TestBank());

        SimulationResult result = chain.Simulator.Simulate([1, 2, 3], NoSignatures);

        Assert.Equal(TransactionErrorKind.SanitizeFailure, result.Error.Kind);
        Assert.Null(result.Record);
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        using var chain = new SimulatedChain(new TestBank());
        byte[] valid = chain.Bank.Sign([Transfer(Sol)], Faucet);
        const int Seed = 77;
        var random = new Random(Seed);
        for (int i = 0; i < 2_000; i++)
        {
            byte[] bytes = [.. valid];
            for (int flips = random.Next(1, 5); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            byte[] cut = bytes[..random.Next(bytes.Length + 1)];
            Exception? thrown = Xunit.Record.Exception(
                () => chain.Simulator.Simulate(random.Next(4) == 0 ? cut : bytes, NoSignatures));
            Assert.True(thrown is null, $"seed {Seed}, round {i}: {thrown}");
        }
    }

    [Fact]
    public void Loaded_data_over_the_limit_is_refused()
    {
        using var chain = new SimulatedChain(new TestBank());
        Instruction limit = ComputeBudgetInstructions.SetLoadedAccountsDataSizeLimit(100);

        SimulationResult result = chain.Simulator.Simulate(
            chain.Bank.Sign([limit, Transfer(Sol)], Faucet), Preflight);

        Assert.Equal(TransactionErrorKind.MaxLoadedAccountsDataSizeExceeded, result.Error.Kind);
    }

    [Fact]
    public void The_clock_account_shows_the_block_that_would_come()
    {
        Address id = TestKeys.Stranger(50);
        using var chain = new SimulatedChain(new TestBank(new ScriptProgram(id, ReturnClock)));
        chain.Publish(chain.Bank.SendBlock([[chain.Bank.Sign([Transfer(Sol)], Faucet)]])[0].Block);
        byte[] transaction = chain.Bank.Sign(
            [new Instruction(id, new[] { AccountMeta.Readonly(SysvarIds.Clock) }, new byte[1])], Faucet);

        byte[] simulated = chain.Simulator.Simulate(transaction, Preflight).Record!.ReturnData!.Data;

        Assert.Equal(chain.Send(transaction).Expect().ReturnData!.Data, simulated);
    }

    private static Account? PostAccount(SimulationResult result, Address address) =>
        result.Accounts.FirstOrDefault(account => account.Address == address);

    private static InstructionError ReturnClock(InvokeContext context) => context.SetReturnData(context.Account(0).Data);

    private static Instruction Transfer(ulong lamports) =>
        SystemInstructions.Transfer(Faucet.PublicKey, TestKeys.Stranger(1), lamports);

    private static void AssertEqualRecords(TransactionRecord? expected, TransactionRecord? actual)
    {
        Assert.Equal(expected is null, actual is null);
        if (expected is null || actual is null)
            return;
        Assert.Equal(expected.Id, actual.Id);
        Assert.Equal(expected.Fee, actual.Fee);
        Assert.Equal(expected.ComputeUnitsConsumed, actual.ComputeUnitsConsumed);
        Assert.Equal(expected.LogLines, actual.LogLines);
        Assert.Equal(expected.AccountKeys, actual.AccountKeys);
        Assert.Equal(expected.PreBalances, actual.PreBalances);
        Assert.Equal(expected.PostBalances, actual.PostBalances);
        Assert.Equal(expected.PreTokenBalances, actual.PreTokenBalances);
        Assert.Equal(expected.PostTokenBalances, actual.PostTokenBalances);
        Assert.Equal(expected.MarketEvents, actual.MarketEvents);
        Assert.Equal(expected.ReturnData?.Data, actual.ReturnData?.Data);
        Assert.Equivalent(expected.InnerInstructions, actual.InnerInstructions, strict: true);
    }

    private static void AssertEqualAccounts(SimulatedChain chain, SendResult executed, SimulationResult simulated)
    {
        foreach (Address address in simulated.Record?.AccountKeys ?? [])
        {
            // The end of the block pays the identity; no transaction of the flow names it.
            Account? actual = PostAccount(simulated, address) is { Exists: true } account ? account : null;
            AccountSnapshot? expected = chain.State.Find(address);
            Assert.Equal(expected?.Lamports, actual?.Lamports);
            Assert.Equal(expected?.Owner, actual?.Owner);
            bool isEqual = (expected?.ToArray() ?? []).AsSpan().SequenceEqual(actual is null ? [] : actual.Data.Bytes);
            Assert.True(isEqual, $"{address} in slot {executed.Block.Header.Slot}");
        }
    }
}
