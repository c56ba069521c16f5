using Velox.Testing;

namespace Velox.OrderBook.Tests;

/// <summary>
/// A thread stands still inside an operation, an order and its level in its hand, while others place and cancel millions of orders
/// with few nodes.
/// </summary>
public class LockFreeStallTests
{
    private const int Churners = 2;
    private const int Threads = Churners + 1;
    private const int OrdersEach = 1_000_000;
    private const int MaxOpenEach = 20;

    // An order has at most one level of its own; and the order that the stopped thread wants, and its level.
    private const int MaxResting = 2 * ((Churners * MaxOpenEach) + 1);
    private const ulong WantedTicks = 1_000;

    [Fact]
    public void With_hazards_a_thread_that_stands_still_holds_back_at_most_the_stated_number_of_nodes()
    {
        // So many nodes and no more: an order that finds none would show that more were held back.
        using var book = new LockFreeOrderBook(Bound, Threads, LockFreeReclamation.HazardPointers);
        Outcome outcome = Churn(book, untilNoNode: false);
        Assert.Equal(0, outcome.WithoutNode);
        Assert.True(outcome.Orders > 20 * Bound, $"{outcome.Orders} orders");

        // Of the nodes that were in use with the thread stopped, and both others gone, five are in its hand.
        Assert.InRange(outcome.InUseAtTheEnd, 1, HazardSlot.Count);
        Assert.Equal(0, book.NodesInUse);
    }

    [Fact]
    public void With_epochs_it_holds_back_all_that_is_removed_until_there_is_no_node()
    {
        using var book = new LockFreeOrderBook(Bound, Threads, LockFreeReclamation.Epochs);
        Outcome outcome = Churn(book, untilNoNode: true);
        Assert.True(outcome.WithoutNode > 0, $"{outcome.Orders} orders");
        Assert.InRange(outcome.Orders, 1, Bound);
        Assert.Equal(0, book.NodesInUse);
    }

    private static int Bound => MaxResting + (int)LockFreeOrderBook.MaxHeldBack(Threads);

    private static Outcome Churn(LockFreeOrderBook book, bool untilNoNode)
    {
        using var stopped = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        LockFreeTrader owner = book.TryJoin()!;
        ulong wanted = Place(owner, WantedTicks, 7, OrderType.Limit).OrderId;
        owner.Dispose();

        LockFreePlacement taken = default;
        var stands = new Thread(() =>
        {
            using LockFreeTrader trader = book.TryJoin<StoppableModel>()!;
            StoppableModel.StopBeforeNextExchange(() =>
            {
                stopped.Set();
                goOn.Wait();
            });
            var fills = new LockFreeFill[64];
            taken = trader.Place(new NewOrder(Side.Bid, OrderType.ImmediateOrCancel, WantedTicks, 7), fills);
        });
        stands.Start();
        stopped.Wait();

        // What it wants is cancelled under it; its node must not become another order while it is in its hand.
        using (LockFreeTrader canceller = book.TryJoin()!)
            Assert.Equal((LockFreeOutcome.Done, 7u), (canceller.Cancel(wanted, out uint lots), lots));
        var results = new (long Orders, long WithoutNode)[Churners];
        Thread[] churners = [.. Enumerable.Range(0, Churners).Select(own => new Thread(() =>
        {
            using LockFreeTrader trader = book.TryJoin()!;
            results[own] = Churn(trader, own, untilNoNode);
        }))];
        foreach (Thread churner in churners)
            churner.Start();
        foreach (Thread churner in churners)
            churner.Join();
        book.Collect();
        int inUse = book.NodesInUse;

        goOn.Set();
        stands.Join();
        Assert.Equal((LockFreeOutcome.Done, 0u, 7u), (taken.Outcome, taken.TakenLots, taken.UnplacedLots));
        book.Collect();
        var outcome = new Outcome(results.Sum(result => result.Orders), results.Sum(result => result.WithoutNode), inUse);
        TestContext.Current.TestOutputHelper?.WriteLine($"{outcome}");
        return outcome;
    }

    /// <summary>Places and cancels asks at prices around the wanted one; every order is cancelled with the lots that it had.</summary>
    private static (long Orders, long WithoutNode) Churn(LockFreeTrader trader, int own, bool untilNoNode)
    {
        var random = new Random(own);
        var open = new Queue<(ulong Id, uint Lots)>();
        var rounds = new Rounds(OrdersEach);
        long placed = 0;
        long withoutNode = 0;
        for (int i = 0; rounds.IsAnotherAfter(i) && !(untilNoNode && withoutNode > 0); i++)
        {
            if (open.Count == MaxOpenEach)
                Cancel();
            uint lots = (uint)random.Next(1, 10);
            LockFreePlacement placement = Place(trader, WantedTicks + (ulong)random.Next(1, 30), lots, OrderType.Limit);
            Assert.True(placement.Outcome is LockFreeOutcome.Done or LockFreeOutcome.NoNode, $"{placement.Outcome}");
            placed += placement.RestedLots > 0 ? 1 : 0;
            withoutNode += placement.Outcome == LockFreeOutcome.NoNode ? 1 : 0;
            Assert.Equal(lots, placement.RestedLots + placement.UnplacedLots);
            if (placement.RestedLots > 0)
                open.Enqueue((placement.OrderId, lots));
        }

        while (open.Count > 0)
            Cancel();
        return (placed, withoutNode);

        void Cancel()
        {
            (ulong id, uint lots) = open.Dequeue();
            Assert.Equal((LockFreeOutcome.Done, lots), (trader.Cancel(id, out uint cancelled), cancelled));
        }
    }

    private static LockFreePlacement Place(LockFreeTrader trader, ulong priceTicks, uint lots, OrderType type) =>
        trader.Place(new NewOrder(Side.Ask, type, priceTicks, lots), new LockFreeFill[4]);

    private sealed record Outcome(long Orders, long WithoutNode, int InUseAtTheEnd);
}
