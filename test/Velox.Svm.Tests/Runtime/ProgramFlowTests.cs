using Velox.OrderBook;
using Velox.Primitives;
using Velox.State;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>All programs at random on few accounts: what must hold after every block, whoever executed it and how.</summary>
public sealed class ProgramFlowTests
{
    private const int Seeds = 3;
    private const int Blocks = 8;
    private const int TransactionsPerBlock = 60;

    [Fact]
    public void Nothing_is_made_or_lost_and_what_is_published_is_what_lives()
    {
        for (int seed = 0; seed < Seeds; seed++)
            CheckInvariants(seed, Blocks, TransactionsPerBlock);
    }

    [Fact]
    public void Batches_and_workers_do_not_show_and_the_recorded_blocks_replay()
    {
        for (int seed = 0; seed < Seeds; seed++)
            CheckDeterminism(seed, Blocks, TransactionsPerBlock);
    }

    [Fact]
    public void The_flow_reaches_every_program()
    {
        TestBank bank = ProgramFlow.NewBank(workers: 1);
        TransactionRecord[] good = [.. new ProgramFlow(0, Blocks, TransactionsPerBlock).Blocks
            .SelectMany(block => bank.SendBlock([block]))
            .Where(result => result.Record is { Error.IsError: false }).Select(result => result.Record!)];

        Address[] programs =
        [
            ProgramIds.System, ProgramIds.Token, ProgramIds.AssociatedToken, ProgramIds.Book, ShapeProgram.ProgramId,
        ];
        Assert.All(programs, program => Assert.Contains(
            good, record => record.LogLines.Contains($"Program {program} success")));
        Assert.True(good.Length > Blocks * TransactionsPerBlock / 10, $"{good.Length} succeeded");
    }

    internal static void CheckInvariants(int seed, int blocks, int transactionsPerBlock)
    {
        TestBank bank = ProgramFlow.NewBank(workers: 1);
        var flow = new ProgramFlow(seed, blocks, transactionsPerBlock);
        var mirror = new StateMirror(bank.Bank.GenesisSeal);
        using var published = new PublishedState();
        published.Publish(0, bank.Bank.GenesisSeal.Changed);
        foreach (byte[][] transactions in flow.Blocks)
        {
            UInt128 before = mirror.TotalLamports;
            Block block = bank.SendBlock([transactions])[0].Block;
            string where = $"seed {seed}, slot {block.Header.Slot}";

            published.Publish(block.Header.Slot, block.Changed);
            Assert.True(block.Header.StateRoot == mirror.Apply(block.Changed), $"{where}: root differs");
            ulong signatureFees = block.Records.Aggregate(0UL, (sum, record) => sum + record.Fee - record.PriorityFee);
            Assert.True(before - mirror.TotalLamports == signatureFees / 2, $"{where}: lamports");
            Assert.All(block.Records, AssertFailuresCostTheFeeOnly);
            AssertPublishedIsLive(bank, published, mirror.Addresses, where);
            AssertTokens(published, where);
            AssertMarket(bank, flow.Venue, where);
        }
    }

    internal static void CheckDeterminism(int seed, int blocks, int transactionsPerBlock)
    {
        var flow = new ProgramFlow(seed, blocks, transactionsPerBlock);
        string[] expected = FlowRun.Describe(ProgramFlow.NewBank(1), flow.Blocks, new Random(seed), int.MaxValue);

        Assert.Equal(expected, FlowRun.Describe(ProgramFlow.NewBank(1), flow.Blocks, new Random(seed), 1));
        Assert.Equal(expected, FlowRun.Describe(ProgramFlow.NewBank(2), flow.Blocks, new Random(seed), 20));
        Assert.Equal(expected, FlowRun.Describe(ProgramFlow.NewBank(4), flow.Blocks, new Random(seed), int.MaxValue));
        AssertReplays(flow, seed);
    }

    private static void AssertReplays(ProgramFlow flow, int seed)
    {
        TestBank live = ProgramFlow.NewBank(workers: 1);
        TestBank replay = ProgramFlow.NewBank(workers: 1);
        foreach (byte[][] transactions in flow.Blocks)
        {
            Block block = live.SendBlock([transactions])[0].Block;
            byte[][] recorded = [.. block.Records.Select(record => record.Bytes)];
            SendResult[] again = replay.SendBlock(recorded.Chunk(25));

            Assert.All(again, result => Assert.NotNull(result.Record));
            Assert.True(live.Bank.LastHash == replay.Bank.LastHash, $"seed {seed}, slot {block.Header.Slot}: replay differs");
        }
    }

    private static void AssertFailuresCostTheFeeOnly(TransactionRecord record)
    {
        if (!record.Error.IsError)
            return;
        ulong[] expected = [.. record.PreBalances];
        expected[0] -= record.Fee;
        Assert.Equal(expected, record.PostBalances);
        Assert.Equal(record.PreTokenBalances, record.PostTokenBalances);
        Assert.Empty(record.MarketEvents);
    }

    private static void AssertPublishedIsLive(
        TestBank bank, PublishedState published, IEnumerable<Address> addresses, string where)
    {
        int count = 0;
        foreach (Address address in addresses)
        {
            Account? live = bank.Bank.Accounts.Find(address);
            AccountSnapshot? shown = published.Find(address);
            count += live is null ? 0 : 1;
            bool isEqual = live is null || shown is null
                ? live is null && shown is null
                : (live.Lamports, live.Owner, live.Executable) == (shown.Lamports, shown.Owner, shown.Executable)
                    && live.Data.Bytes.SequenceEqual(shown.ToArray());
            Assert.True(isEqual, $"{where}: {address} is published otherwise than it lives");
            Assert.True(
                shown is null || shown.Executable || address == ProgramIds.Incinerator
                    || shown.Lamports >= Rent.MinimumBalance(shown.DataLength),
                $"{where}: {address} is below the rent minimum");
        }

        Assert.Equal(bank.Bank.Accounts.Count, count);
        Assert.Equal(published.Count, count);
    }

    /// <summary>A mint's supply is what its accounts hold; wrapped SOL has none, and is backed by lamports.</summary>
    private static void AssertTokens(PublishedState published, string where)
    {
        AccountSnapshot[] all = published.FindByOwner(ProgramIds.Token).Accounts;
        var held = new Dictionary<Address, UInt128>();
        foreach (AccountSnapshot snapshot in all)
        {
            if (TokenAccount.TryRead(snapshot.ToArray(), out TokenAccount account).IsError)
                continue;
            held[account.Mint] = held.GetValueOrDefault(account.Mint) + account.Amount;
            Assert.True(
                account.NativeReserve is not { } reserve || snapshot.Lamports >= reserve + account.Amount,
                $"{where}: wrapped SOL at {snapshot.Address} is not backed");
        }

        foreach (AccountSnapshot snapshot in all)
        {
            if (!TokenMint.TryRead(snapshot.ToArray(), out TokenMint mint).IsError)
            {
                UInt128 sum = snapshot.Address == ProgramIds.NativeMint ? 0 : held.GetValueOrDefault(snapshot.Address);
                Assert.True(mint.Supply == sum, $"{where}: supply {mint.Supply}, held {sum}");
            }
        }
    }

    private static void AssertMarket(TestBank bank, BookVenue venue, string where)
    {
        if (bank.Bank.Accounts.Find(venue.Market) is not { } account)
            return;
        Assert.Equal(BookError.None, Market.TryOpen(account.Data, out Market market));
        Assert.True(market.CheckInvariants(out string detail) == BookError.None, $"{where}: {detail}");
        AssertVault(bank, venue.Terms.BaseVault, market.Header.BaseTotal, where);
        AssertVault(bank, venue.Terms.QuoteVault, market.Header.QuoteTotal, where);
    }

    // Anybody may send tokens to a vault past the book, so it may hold more than the book owes.
    private static void AssertVault(TestBank bank, Address vault, ulong owed, string where)
    {
        Assert.Equal(InstructionError.None, TokenAccount.TryRead(bank.Account(vault).Data.Bytes, out TokenAccount account));
        Assert.True(account.Amount >= owed, $"{where}: {owed} atoms are owed, the vault holds {account.Amount}");
    }
}
