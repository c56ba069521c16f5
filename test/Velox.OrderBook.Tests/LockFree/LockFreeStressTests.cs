using Velox.Testing;

namespace Velox.OrderBook.Tests;

/// <summary>Several threads trade at once, each keeping a ledger; in the end every lot of every order is accounted for.</summary>
public class LockFreeStressTests
{
    private const int Capacity = 200_000;
    private const int MaxOpen = 32;
    private const ulong Mid = 1_000;

    [Theory]
    [InlineData(LockFreeReclamation.Epochs, 2, 1, 20, Capacity)]
    [InlineData(LockFreeReclamation.HazardPointers, 2, 1, 20, Capacity)]
    [InlineData(LockFreeReclamation.Epochs, 2, 2, 1, Capacity)]
    [InlineData(LockFreeReclamation.HazardPointers, 2, 2, 1, Capacity)]
    [InlineData(LockFreeReclamation.Epochs, 3, 3, 2, Capacity)]
    [InlineData(LockFreeReclamation.HazardPointers, 3, 3, 2, Capacity)]
    [InlineData(LockFreeReclamation.Epochs, 4, 4, 6, Capacity)]
    [InlineData(LockFreeReclamation.HazardPointers, 4, 4, 6, Capacity)]
    [InlineData(LockFreeReclamation.Epochs, 3, 5, 3, 250)] // often no node is free
    [InlineData(LockFreeReclamation.HazardPointers, 3, 5, 3, 250)] // often no node is free
    public void Every_lot_of_every_order_is_accounted_for(
        LockFreeReclamation way, int threads, int seed, int spreadTicks, int capacity)
    {
        seed = Environment.GetEnvironmentVariable("VELOX_STRESS_SEED") is { } given ? int.Parse(given, null) : seed;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        const int ordersPerThread = 500_000;
        using var book = new LockFreeOrderBook(capacity, threads, way);
        var ledger = new Ledger(threads * ordersPerThread);
        Run(threads, thread =>
        {
            using LockFreeTrader trader = book.TryJoin()!;
            new Flow(trader, ledger, new Random((seed * 100) + thread), spreadTicks).Run(thread * ordersPerThread, ordersPerThread);
        });

        using (LockFreeTrader trader = book.TryJoin()!)
        {
            DepthLevel[] bids = Depth(trader, Side.Bid);
            DepthLevel[] asks = Depth(trader, Side.Ask);
            TestContext.Current.TestOutputHelper?.WriteLine($"{ledger}, {bids.Sum(level => level.Orders)} bids and {asks.Sum(level => level.Orders)} asks left");
            if (ledger.MayCross == 0 && bids.Length > 0 && asks.Length > 0)
                Assert.True(bids[0].PriceTicks < asks[0].PriceTicks, $"seed {seed}: crossed");
            ulong resting = Drain(trader, ledger, Side.Bid) + Drain(trader, ledger, Side.Ask);
            Assert.Equal((ulong)bids.Concat(asks).Sum(level => (decimal)level.Lots), resting);
        }

        ledger.MustBalance(seed);
        book.Collect();
        Assert.Equal(0, book.NodesInUse);
    }

    /// <summary>Takes all that is left of a side, and enters it as resting.</summary>
    private static ulong Drain(LockFreeTrader trader, Ledger ledger, Side side)
    {
        var fills = new LockFreeFill[Capacity];
        var all = new NewOrder(
            side == Side.Bid ? Side.Ask : Side.Bid, OrderType.ImmediateOrCancel, side == Side.Bid ? 1 : ulong.MaxValue, uint.MaxValue);
        LockFreePlacement placed = trader.Place(in all, fills);
        Assert.Equal(LockFreeOutcome.Done, placed.Outcome);
        foreach (LockFreeFill fill in fills.AsSpan(0, placed.Fills))
            ledger.Resting[fill.MakerClientOrderId] += fill.Lots;
        return placed.TakenLots;
    }

    private static DepthLevel[] Depth(LockFreeTrader trader, Side side)
    {
        var levels = new DepthLevel[1_000];
        return levels[..trader.CopyDepth(side, levels)];
    }

    private static void Run(int threads, Action<int> body)
    {
        using var start = new Barrier(threads);
        Exception? error = null;
        Thread[] running = [.. Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            start.SignalAndWait();
            try
            {
                body(thread);
            }
            catch (Exception caught)
            {
                error = caught;
            }
        }))];
        foreach (Thread thread in running)
            thread.Start();
        foreach (Thread thread in running)
            thread.Join();
        Assert.Null(error);
    }

    /// <summary>What became of each order, by its client order id. Each entry has one writer, but for fills and cancellations.</summary>
    private sealed class Ledger(int orders)
    {
        private readonly uint[] _own = new uint[orders];
        private readonly uint[] _placed = new uint[orders];
        private readonly uint[] _gone = new uint[orders];
        private readonly uint[] _reportedMade = new uint[orders];
        private readonly long[] _made = new long[orders];
        private readonly uint[] _rested = new uint[orders];
        private long _mayCross;
        private long _timeouts;
        private long _noNode;
        private long _fills;

        internal uint[] Resting { get; } = new uint[orders];

        internal long MayCross => _mayCross;

        public override string ToString() =>
            $"{_placed.Count(lots => lots > 0)} orders, {_fills} fills, {_timeouts} timeouts, {_noNode} without a node, {_mayCross} left crossing, "
            + $"{_reportedMade.Count(lots => lots > 0)} filled before they rested";

        internal void Enter(ulong client, uint lots, in LockFreePlacement placed, ReadOnlySpan<LockFreeFill> fills)
        {
            _placed[client] = lots;
            _own[client] = placed.TakenLots;
            _gone[client] = placed.UnplacedLots;
            _reportedMade[client] = placed.MadeLots;
            _rested[client] = placed.RestedLots;
            foreach (LockFreeFill fill in fills)
                Interlocked.Add(ref _made[fill.MakerClientOrderId], fill.Lots);
            Interlocked.Add(ref _fills, fills.Length);
            Count(placed.Outcome);
        }

        internal void EnterCancelled(ulong client, LockFreeOutcome outcome, uint lots)
        {
            // The upper half holds what was cancelled: one word, as its parts are written by any thread.
            Interlocked.Add(ref _made[client], (long)lots << 32);
            Count(outcome);
        }

        internal void MustBalance(int seed)
        {
            for (int client = 0; client < _placed.Length; client++)
            {
                uint made = (uint)_made[client];
                uint cancelled = (uint)(_made[client] >> 32);
                Assert.True(
                    _placed[client] == _own[client] + _gone[client] + _reportedMade[client] + _rested[client]
                    && _rested[client] == made - _reportedMade[client] + cancelled + Resting[client],
                    $"seed {seed}, order {client}: {_placed[client]} placed, {_own[client]} taken, {_gone[client]} gone, {_rested[client]} "
                    + $"rested, {made} made ({_reportedMade[client]} before), {cancelled} cancelled, {Resting[client]} resting");
            }
        }

        private void Count(LockFreeOutcome outcome)
        {
            if (outcome == LockFreeOutcome.MayCross)
                Interlocked.Increment(ref _mayCross);
            if (outcome == LockFreeOutcome.Timeout)
                Interlocked.Increment(ref _timeouts);
            if (outcome == LockFreeOutcome.NoNode)
                Interlocked.Increment(ref _noNode);
        }
    }

    /// <summary>One thread's random operations.</summary>
    private sealed class Flow(LockFreeTrader trader, Ledger ledger, Random random, int spreadTicks)
    {
        private readonly LockFreeFill[] _fills = new LockFreeFill[64];
        private readonly List<(ulong Id, ulong Client)> _open = [];

        internal void Run(int firstClient, int orders)
        {
            var rounds = new Rounds(orders);
            for (int i = 0; rounds.IsAnotherAfter(i); i++)
            {
                Place((ulong)(firstClient + i));
                if (_open.Count > MaxOpen || (_open.Count > 0 && random.Next(3) == 0))
                    CancelOne();
            }
        }

        private void Place(ulong client)
        {
            Side side = (Side)random.Next(2);
            int behind = random.Next(-spreadTicks, 2 * spreadTicks);
            var order = new NewOrder(
                side,
                random.Next(5) == 0 ? OrderType.ImmediateOrCancel : OrderType.Limit,
                (ulong)((long)Mid + (side == Side.Bid ? -behind : behind)),
                (ulong)random.Next(1, 20),
                client);
            LockFreePlacement placed = trader.Place(in order, _fills);
            ledger.Enter(client, (uint)order.QuantityLots, in placed, _fills.AsSpan(0, placed.Fills));
            if (placed.OrderId != 0)
                _open.Add((placed.OrderId, client));

            // Somebody else's order, which its owner may cancel just now, too.
            if (placed.Fills > 0 && random.Next(8) == 0)
                _open.Add((_fills[placed.Fills - 1].MakerOrderId, _fills[placed.Fills - 1].MakerClientOrderId));
        }

        private void CancelOne()
        {
            int which = random.Next(_open.Count);
            (ulong id, ulong client) = _open[which];
            _open[which] = _open[^1];
            _open.RemoveAt(_open.Count - 1);
            LockFreeOutcome outcome = trader.Cancel(id, out uint lots);
            ledger.EnterCancelled(client, outcome, lots);
            if (outcome == LockFreeOutcome.Timeout)
                _open.Add((id, client));
        }
    }
}
