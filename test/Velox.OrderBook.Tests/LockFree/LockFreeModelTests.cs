using Velox.ModelChecking;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>
/// Every execution of two or three threads in a small book, with both ways of keeping nodes; each ends with the ledger of every order.
/// The three longest run with epochs only: with hazards they take minutes.
/// </summary>
public class LockFreeModelTests
{
    private static readonly CheckOptions Long = new() { MaxExecutions = 20_000_000 };

    [Theory]
    [InlineData(LockFreeReclamation.Epochs)]
    [InlineData(LockFreeReclamation.HazardPointers)]
    public void Placing_against_taking(LockFreeReclamation way) => Write(PlaceAgainstTake<CheckedModel>(way)).MustPass();

    [Theory]
    [InlineData(LockFreeReclamation.Epochs)]
    [InlineData(LockFreeReclamation.HazardPointers)]
    public void Cancelling_against_taking(LockFreeReclamation way) => Write(CancelAgainstTake<CheckedModel>(way)).MustPass();

    [Theory]
    [InlineData(LockFreeReclamation.Epochs)]
    [InlineData(LockFreeReclamation.HazardPointers)]
    public void Of_two_cancellations_one_is_done(LockFreeReclamation way) => Write(Check<CheckedModel>(4, way, book =>
    {
        ulong id = book.Place(book.Join(2), 1, Side.Ask, 10, 5);
        for (int i = 0; i < 2; i++)
        {
            LockFreeMatcher thread = book.Join(0);
            book.Scenario.Thread(() => book.Cancel(thread, 1, id));
        }

        book.Scenario.Finally(() =>
        {
            book.MustBalance();
            Assert.Equal((1, 5u), (book[1].Cancels, book[1].Cancelled));
        });
    })).MustPass();

    [Theory]
    [InlineData(LockFreeReclamation.Epochs)]
    [InlineData(LockFreeReclamation.HazardPointers)]
    public void Two_orders_of_one_new_level(LockFreeReclamation way) => Write(Check<CheckedModel>(6, way, book =>
    {
        AddPlacer(book, 1, Side.Bid, 10, 5);
        AddPlacer(book, 2, Side.Bid, 10, 7);
        book.Scenario.Finally(() =>
        {
            var levels = new DepthLevel[4];
            Assert.Equal(1, book.Join(0).CopyDepth(Side.Bid, levels));
            Assert.Equal(new DepthLevel(10, 12, 2), levels[0]);
            book.MustBalance();
        });
    })).MustPass();

    [Theory]
    [InlineData(LockFreeReclamation.Epochs)]
    [InlineData(LockFreeReclamation.HazardPointers)]
    public void Two_new_levels_side_by_side(LockFreeReclamation way) => Write(Check<CheckedModel>(6, way, book =>
    {
        AddPlacer(book, 1, Side.Bid, 10, 5);
        AddPlacer(book, 2, Side.Bid, 11, 7);
        book.Scenario.Finally(book.MustBalance);
    })).MustPass();

    [Theory]
    [InlineData(LockFreeReclamation.Epochs)]
    [InlineData(LockFreeReclamation.HazardPointers)]
    public void Placing_into_a_level_that_is_being_closed(LockFreeReclamation way) => Write(PlaceAgainstCancel<CheckedModel>(way)).MustPass();

    [Theory]
    [InlineData(LockFreeReclamation.Epochs, false)]
    [InlineData(LockFreeReclamation.HazardPointers, false)]
    [InlineData(LockFreeReclamation.Epochs, true)]
    [InlineData(LockFreeReclamation.HazardPointers, true)]
    public void Placing_behind_an_own_order_that_is_being_removed(LockFreeReclamation way, bool keepsLevel) => Write(Check<CheckedModel>(6, way, book =>
    {
        LockFreeMatcher placer = book.Join(6);
        if (keepsLevel)
            book.Place(placer, 3, Side.Ask, 10, 1);
        ulong id = book.Place(placer, 1, Side.Ask, 10, 5);
        book.Scenario.Thread(() => book.Place(placer, 2, Side.Ask, 10, 7));
        LockFreeMatcher canceller = book.Join(0);
        book.Scenario.Thread(() => book.Cancel(canceller, 1, id));
        book.Scenario.Finally(book.MustBalance);
    })).MustPass();

    [Theory]
    [InlineData(LockFreeReclamation.Epochs)]
    [InlineData(LockFreeReclamation.HazardPointers)]
    public void Cancelling_an_order_that_is_just_being_placed(LockFreeReclamation way) => Write(Check<CheckedModel>(2, way, book =>
    {
        AddPlacer(book, 1, Side.Ask, 10, 5);
        LockFreeMatcher canceller = book.Join(0);
        book.Scenario.Thread(() => book.Cancel(canceller, 1, ModelBook.FirstOrderId));
        book.Scenario.Finally(book.MustBalance);
    })).MustPass();

    [Theory]
    [InlineData(LockFreeReclamation.Epochs)]
    [InlineData(LockFreeReclamation.HazardPointers)]
    public void No_lot_is_taken_twice(LockFreeReclamation way) => Write(TakeAgainstTake<CheckedModel>(way)).MustPass();

    [Theory]
    [InlineData(LockFreeReclamation.Epochs)]
    public void The_older_order_fills_first(LockFreeReclamation way) => Write(Check<CheckedModel>(5, way, book =>
    {
        LockFreeMatcher first = book.Join(3);
        ulong id = book.Place(first, 1, Side.Ask, 10, 2);
        book.Place(first, 2, Side.Ask, 10, 2);
        AddTaker(book, 3, Side.Bid, 10, 3);
        LockFreeMatcher canceller = book.Join(0);
        book.Scenario.Thread(() => book.Cancel(canceller, 1, id));
        book.Scenario.Finally(() =>
        {
            book.MustBalance();
            Assert.Equal(3u, book[1].Made + book[2].Made + book[3].Placement.UnplacedLots);
            if (book[2].Made > 0)
                Assert.Equal(0u, book[1].Resting);
        });
    })).MustPass();

    [Theory]
    [InlineData(LockFreeReclamation.Epochs, 0)]
    [InlineData(LockFreeReclamation.HazardPointers, 0)]
    [InlineData(LockFreeReclamation.Epochs, 1)]
    public void Two_orders_that_cross_each_other(LockFreeReclamation way, int maxRounds) =>
        Write(CrossingPlacements<CheckedModel>(way, maxRounds)).MustPass();

    [Theory]
    [InlineData(LockFreeReclamation.Epochs)]
    public void Three_threads_that_take_and_cancel_one_order(LockFreeReclamation way) => Write(Check<CheckedModel>(4, way, book =>
    {
        ulong id = book.Place(book.Join(2), 1, Side.Ask, 10, 3);
        AddTaker(book, 2, Side.Bid, 10, 2);
        LockFreeMatcher first = book.Join(0);
        LockFreeMatcher second = book.Join(0);
        book.Scenario.Thread(() => book.Cancel(first, 1, id));
        book.Scenario.Thread(() => book.Cancel(second, 1, id));
        book.Scenario.Finally(book.MustBalance);
    })).MustPass();

    [Fact]
    public void Filling_without_compare_and_swap_is_found() =>
        Assert.NotNull(Write(TakeAgainstTake<Faulty<FillsWithoutExchange>>(LockFreeReclamation.Epochs)).Finding);

    [Fact]
    public void Marking_without_compare_and_swap_is_found() =>
        Assert.NotNull(Write(PlaceAgainstCancel<Faulty<MarksWithoutExchange>>(LockFreeReclamation.Epochs, keepsLevel: true)).Finding);

    [Fact]
    public void Removing_a_level_without_closing_it_is_found() =>
        Assert.NotNull(Write(PlaceAgainstCancel<Faulty<RemovesOpenLevels>>(LockFreeReclamation.Epochs)).Finding);

    [Fact]
    public void Publishing_an_order_without_release_is_found() =>
        Assert.Equal(FindingKind.DataRace, Write(PlaceAgainstTake<Faulty<PublishesUnordered>>(LockFreeReclamation.Epochs)).Finding?.Kind);

    [Fact]
    public void Looking_again_without_a_fence_is_found() =>
        Assert.NotNull(Write(CrossingPlacements<Faulty<LooksAgainWithoutFence>>(LockFreeReclamation.Epochs, maxRounds: 0)).Finding);

    private static CheckResult PlaceAgainstTake<TModel>(LockFreeReclamation way)
        where TModel : struct, IMemoryModel => Check<TModel>(4, way, book =>
        {
            AddPlacer(book, 1, Side.Ask, 10, 5);
            AddTaker(book, 2, Side.Bid, 10, 3);
            book.Scenario.Finally(book.MustBalance);
        });

    private static CheckResult CancelAgainstTake<TModel>(LockFreeReclamation way)
        where TModel : struct, IMemoryModel => Check<TModel>(4, way, book =>
        {
            ulong id = book.Place(book.Join(2), 1, Side.Ask, 10, 5);
            AddTaker(book, 2, Side.Bid, 10, 3);
            LockFreeMatcher canceller = book.Join(0);
            book.Scenario.Thread(() => book.Cancel(canceller, 1, id));
            book.Scenario.Finally(() =>
            {
                book.MustBalance();
                Assert.Equal(0u, book[1].Resting);
            });
        });

    private static CheckResult TakeAgainstTake<TModel>(LockFreeReclamation way)
        where TModel : struct, IMemoryModel => Check<TModel>(4, way, book =>
        {
            book.Place(book.Join(2), 1, Side.Ask, 10, 5);
            AddTaker(book, 2, Side.Bid, 10, 3);
            AddTaker(book, 3, Side.Bid, 10, 3);
            book.Scenario.Finally(() =>
            {
                book.MustBalance();
                Assert.Equal(5u, book[2].Placement.TakenLots + book[3].Placement.TakenLots);
            });
        });

    private static CheckResult PlaceAgainstCancel<TModel>(LockFreeReclamation way, bool keepsLevel = false)
        where TModel : struct, IMemoryModel => Check<TModel>(6, way, book =>
        {
            LockFreeMatcher first = book.Join(3);
            if (keepsLevel)
                book.Place(first, 3, Side.Ask, 10, 1);
            ulong id = book.Place(first, 1, Side.Ask, 10, 5);
            AddPlacer(book, 2, Side.Ask, 10, 7);
            LockFreeMatcher canceller = book.Join(0);
            book.Scenario.Thread(() => book.Cancel(canceller, 1, id));
            book.Scenario.Finally(book.MustBalance);
        });

    /// <summary>The bid may be pulled out so many times, the ask stays: more turns are too many to go through.</summary>
    private static CheckResult CrossingPlacements<TModel>(LockFreeReclamation way, int maxRounds)
        where TModel : struct, IMemoryModel => Check<TModel>(6, way, book =>
        {
            AddPlacer(book, 1, Side.Bid, 10, 5, nodes: 4, maxRounds);
            AddPlacer(book, 2, Side.Ask, 10, 3);
            book.Scenario.Finally(book.MustBalance);
        });

    private static void AddPlacer(
        ModelBook book, ulong client, Side side, ulong price, uint lots, int nodes = 2, int maxRounds = 0)
    {
        LockFreeMatcher thread = book.Join(nodes, maxRounds);
        book.Scenario.Thread(() => book.Place(thread, client, side, price, lots));
    }

    private static void AddTaker(ModelBook book, ulong client, Side side, ulong price, uint lots)
    {
        LockFreeMatcher thread = book.Join(0);
        book.Scenario.Thread(() => book.Place(thread, client, side, price, lots, OrderType.ImmediateOrCancel));
    }

    private static CheckResult Check<TModel>(int nodes, LockFreeReclamation way, Action<ModelBook> define)
        where TModel : struct, IMemoryModel =>
        ModelChecker.Check(scenario => define(new ModelBook(scenario, nodes, ModelReclamation.Make<TModel>(way, scenario))), Long);

    /// <summary>Says in the test's output how far an exploration went.</summary>
    private static CheckResult Write(CheckResult result)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{result.Executions} executions, {result.Pruned} pruned{(result.Finding is { } finding ? $"; {finding.Kind}: {finding.Message}" : "")}");
        return result;
    }
}
