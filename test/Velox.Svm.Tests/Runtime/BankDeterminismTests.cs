using Velox.Primitives;
using Xunit;

namespace Velox.Svm.Tests;

public sealed class BankDeterminismTests
{
    private const int Seeds = 3;

    [Fact]
    public void Batches_and_workers_do_not_show_in_headers_or_records()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            var flow = new ChainFlow(seed);
            string[] expected = Run(flow, workers: 1, new Random(seed), maxBatch: int.MaxValue);

            Assert.Equal(expected, Run(flow, workers: 1, new Random(seed), maxBatch: 1));
            Assert.Equal(expected, Run(flow, workers: 2, new Random(seed), maxBatch: 50));
            Assert.Equal(expected, Run(flow, workers: 4, new Random(seed + 1), maxBatch: int.MaxValue));
            Assert.Equal(expected, Run(flow, workers: 4, new Random(seed + 2), maxBatch: 20));
        }
    }

    [Fact]
    public void Every_root_equals_one_computed_anew_and_lamports_leave_only_by_burning()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            TestBank bank = ChainFlow.NewBank(workers: 1);
            var mirror = new StateMirror(bank.Bank.GenesisSeal);
            Assert.Equal(bank.Bank.GenesisSeal.Root, mirror.GenesisRoot);
            foreach (byte[][] transactions in new ChainFlow(seed).Blocks)
            {
                UInt128 before = mirror.TotalLamports;
                Block block = bank.SendBlock([transactions])[0].Block;

                Hash256 rebuilt = mirror.Apply(block.Changed);

                ulong fees = block.Records.Aggregate(0UL, (sum, record) => sum + record.Fee);
                Assert.True(block.Header.StateRoot == rebuilt, $"seed {seed}, slot {block.Header.Slot}: root differs");
                Assert.True(
                    before - mirror.TotalLamports == fees / 2, $"seed {seed}, slot {block.Header.Slot}: lamports");
            }
        }
    }

    [Fact]
    public void The_flow_has_transactions_of_every_outcome()
    {
        TestBank bank = ChainFlow.NewBank(workers: 1);
        SendResult[] results = [.. new ChainFlow(0).Blocks.SelectMany(block => bank.SendBlock([block]))];

        Assert.Contains(results, result => result.Record is { Error.IsError: false, MarketEvents.Count: > 0 });
        TransactionErrorKind[] kinds =
        [
            TransactionErrorKind.AlreadyProcessed, TransactionErrorKind.SignatureFailure,
            TransactionErrorKind.AccountNotFound,
            TransactionErrorKind.InstructionError, TransactionErrorKind.InsufficientFundsForRent,
        ];
        Assert.All(kinds, kind => Assert.Contains(results, result => result.Error.Kind == kind));
    }

    private static string[] Run(ChainFlow flow, int workers, Random random, int maxBatch) =>
        FlowRun.Describe(ChainFlow.NewBank(workers), flow.Blocks, random, maxBatch);
}
