using Velox.OrderBook;
using Velox.Primitives;
using Velox.State;
using Xunit;

namespace Velox.Node.Tests;

public sealed class VeloxNodeTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_was_submitted_before_a_stop_is_there_after_a_restart()
    {
        Hash256 root;
        await using (VeloxNode node = Open())
        {
            var service = new TestService();
            node.Add(service);
            await node.StartAsync(TestContext.Current.CancellationToken);
            Assert.Equal("started", service.State);
            Assert.True(node.TrySubmit(Transfer(node, 5_000_000)));
            Assert.True(node.TrySubmit(Transfer(node, 6_000_000)));
            await node.StopAsync();

            Assert.Equal("stopped", service.State);
            Assert.True(node.Completion.IsCompletedSuccessfully);
            Assert.False(node.TrySubmit(Transfer(node, 7_000_000)));
            NodeStatistics statistics = node.ReadStatistics();
            Assert.Equal(2, statistics.Executed);
            Assert.Equal(2, statistics.Verified);
            Assert.Equal([new DropCount("queue:Full", 1)], statistics.Drops);
            Assert.Equal(statistics.Blocks, (long)statistics.Slot);
            root = node.Chain.Tip.StateRoot;
        }

        await using VeloxNode reopened = Open();
        Assert.False(reopened.IsNewChain);
        Assert.Null(reopened.CutTail);
        Assert.Equal(root, reopened.Chain.Tip.StateRoot);
        Assert.Equal(11_000_000ul, reopened.Chain.State.Find(Transfers.Recipient)!.Lamports);
        Assert.Equal(0, reopened.ReadStatistics().Verified);
    }

    [Fact]
    public async Task The_demo_market_trades_and_is_found_again_with_its_money_complete()
    {
        Address market;
        await using (VeloxNode node = Open(new DemoOptions { Traders = 3, MessagesPerSecond = 4_000 }))
        {
            market = node.Demo!.Market;
            await node.StartAsync(TestContext.Current.CancellationToken);
            await UntilAsync(node, () => node.ReadStatistics().Fills > 20);
            await node.StopAsync();

            NodeStatistics statistics = node.ReadStatistics();
            Assert.Equal(0, statistics.ExecutedFailures);
            Assert.NotNull(statistics.Quote);
            Assert.Equal(statistics.Transactions, statistics.Executed + statistics.Drops.Sum(TransactionsOf));
            Assert.Equal(statistics.Bundles, node.Demo.BundleStatistics.SubmittedBundles);
            CheckMoney(node.Chain, market);
        }

        await using VeloxNode reopened = Open(new DemoOptions { Traders = 3, MessagesPerSecond = 4_000 });
        Assert.Equal(market, reopened.Demo!.Market);
        int seats = SeatCount(reopened.Chain, market);
        await reopened.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(reopened, () => reopened.ReadStatistics().Fills > 20);
        await reopened.StopAsync();
        Assert.Equal(3, seats);
        Assert.Equal(3, SeatCount(reopened.Chain, market));
        CheckMoney(reopened.Chain, market);
    }

    [Fact]
    public async Task The_error_of_the_engine_is_told_also_where_a_step_of_the_demo_was_refused_before()
    {
        var time = new BreakingTime();
        await using VeloxNode node = Open(new DemoOptions(), time);
        // Starts before the demo: the demo's first step finds the queue closed.
        node.Add(new StartsAfter(node.Completion));
        time.IsBroken = true;

        var exception = await Assert.ThrowsAsync<LedgerException>(
            () => node.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal("no time", exception.Message);
    }

    [Theory]
    [InlineData(9, 1)]
    [InlineData(60_001, 1)]
    [InlineData(100, 0)]
    [InlineData(100, 257)]
    public void Options_out_of_their_bounds_are_named_and_nothing_is_opened(int slotMillis, int workers)
    {
        var options = new NodeOptions { LedgerDirectory = _directory.File("l"), SlotMillis = slotMillis, Workers = workers };
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => VeloxNode.Open(options));
        Assert.Equal(workers == 1 ? "SlotMillis" : "Workers", exception.ParamName);
        Assert.False(Directory.Exists(options.LedgerDirectory));
    }

    private static long TransactionsOf(DropCount drop) =>
        drop.Reason.StartsWith("transaction:", StringComparison.Ordinal) ? drop.Count : 0;

    private static void CheckMoney(ChainView chain, Address market)
    {
        Account account = chain.State.Find(market)!.ToAccount();
        Assert.Equal(BookError.None, Market.TryOpen(account.Data, out Market book));
        Assert.Equal(BookError.None, book.CheckInvariants(out string detail));
        Assert.Equal("", detail);
        MarketHeader header = book.Header;
        Assert.Equal(header.BaseTotal, VaultBalance(chain, header.BaseVault));
        Assert.Equal(header.QuoteTotal, VaultBalance(chain, header.QuoteVault));
    }

    // SPL Token: the amount stands at byte 64 of a token account.
    private static ulong VaultBalance(ChainView chain, Address vault) => chain.State.Find(vault)!.ReadUInt64(64);

    private static int SeatCount(ChainView chain, Address market)
    {
        Account account = chain.State.Find(market)!.ToAccount();
        Assert.Equal(BookError.None, Market.TryOpen(account.Data, out Market book));
        return (int)book.Header.SeatCount;
    }

    /// <summary>Looks after every block, until it holds or patience ends.</summary>
    private static async Task UntilAsync(VeloxNode node, Func<bool> condition)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        node.Chain.BlockPublished += _ =>
        {
            if (condition())
                reached.TrySetResult();
        };
        await reached.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    private static byte[] Transfer(VeloxNode node, ulong lamports) =>
        Transfers.Sign(node.Keys.Faucet, lamports, node.Chain.Tip.Hash);

    private VeloxNode Open(DemoOptions? demo = null, TimeProvider? time = null) => VeloxNode.Open(new NodeOptions
    {
        LedgerDirectory = _directory.File("ledger"),
        SlotMillis = 20,
        Workers = 2,
        Demo = demo,
        Time = time ?? TimeProvider.System,
    });

    /// <summary>A clock that ends the engine, which reads it for every block.</summary>
    private sealed class BreakingTime : TimeProvider
    {
        internal bool IsBroken { get; set; }

        public override DateTimeOffset GetUtcNow() =>
            IsBroken ? throw new LedgerException(LedgerFault.WriteFailed, "no time") : base.GetUtcNow();
    }

    private sealed class StartsAfter(Task other) : INodeService
    {
        public async Task StartAsync(CancellationToken cancellation) =>
            await other.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        public Task StopAsync() => Task.CompletedTask;
    }

    private sealed class TestService : INodeService
    {
        internal string State { get; private set; } = "new";

        public Task StartAsync(CancellationToken cancellation)
        {
            State = "started";
            return Task.CompletedTask;
        }

        public Task StopAsync()
        {
            State = "stopped";
            return Task.CompletedTask;
        }
    }
}
