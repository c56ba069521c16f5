using Velox.ModelChecking;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>
/// Every execution of a thread that walks while another one cancels, collects and uses the nodes again: a node that is written
/// while somebody still reads it is a race, and one that is taken for another breaks the ledger or the order of levels.
/// </summary>
public class LockFreeReuseModelTests
{
    // Order by order, with those that stay and those that go.
    private static readonly DepthLevel[] Depths = [new(8, 7, 1), new(10, 5, 1), new(10, 6, 2), new(10, 1, 1)];

    /// <summary>What the reader does.</summary>
    public enum Reading
    {
        Taking,
        PlacingBehind,
        PlacingBehindAnOwnOrder,
        PlacingALevel,
        Cancelling,
        CopyingDepth,

        /// <summary>While the writer takes what it finds, so that it may remove the order that is just being cancelled.</summary>
        CancellingAgainstTaking,

        /// <summary>While the writer takes what it finds. In the end another order at the same price follows.</summary>
        PlacingAgainstTaking,

        /// <summary>With an order behind, which stays.</summary>
        CopyingDepthOfTwo,

        /// <summary>With a level behind, which stays.</summary>
        PlacingBetween,
    }

    [Theory]
    [InlineData(Reading.Taking)]
    [InlineData(Reading.PlacingBehind)]
    [InlineData(Reading.PlacingBehindAnOwnOrder)]
    [InlineData(Reading.PlacingALevel)]
    [InlineData(Reading.Cancelling)]
    [InlineData(Reading.CopyingDepth)]
    public void With_epochs_a_node_that_is_held_is_not_used_again(Reading reading) =>
        Write(CheckEpochs(reading)).MustPass();

    [Theory]
    [InlineData(Reading.Taking, true)]
    [InlineData(Reading.PlacingBehind, true)]
    [InlineData(Reading.PlacingBehindAnOwnOrder, false)]
    [InlineData(Reading.PlacingALevel, true)]
    [InlineData(Reading.PlacingALevel, false)]
    [InlineData(Reading.Cancelling, true)]
    [InlineData(Reading.CancellingAgainstTaking, true)]
    [InlineData(Reading.PlacingAgainstTaking, true)]
    [InlineData(Reading.PlacingAgainstTaking, false)]
    [InlineData(Reading.CopyingDepth, true)]
    [InlineData(Reading.CopyingDepth, false)]
    [InlineData(Reading.CopyingDepthOfTwo, true)]
    [InlineData(Reading.PlacingBetween, true)]
    public void With_hazards_a_node_that_is_held_is_not_used_again(Reading reading, bool isOldestFirst) =>
        Write(CheckHazards<CheckedModel, ModelGuard<CheckedModel>>(reading, isOldestFirst, guard => guard)).MustPass();

    [Fact]
    public void Using_nodes_again_under_a_reader_is_found() =>
        Assert.NotNull(Write(CheckEpochs(Reading.Taking, honoursReaders: false)).Finding);

    [Theory]
    [InlineData(Reading.Taking)]
    [InlineData(Reading.PlacingBehind)]
    [InlineData(Reading.PlacingALevel)]
    public void Hazards_that_are_not_validated_are_found(Reading reading) => MustBeFound<LooksOnce>(reading);

    [Theory]
    [InlineData(Reading.Taking)]
    [InlineData(Reading.PlacingBehind)]
    public void Hazards_without_a_fence_are_found(Reading reading) =>
        MustBeFound<Faulty<NamesWithoutFence>, ModelGuard<Faulty<NamesWithoutFence>>>(reading, guard => guard);

    [Theory]
    [InlineData(Reading.Taking)]
    [InlineData(Reading.PlacingBehind)]
    public void Collecting_without_a_fence_is_found(Reading reading) =>
        MustBeFound<Faulty<CollectsWithoutFence>, ModelGuard<Faulty<CollectsWithoutFence>>>(reading, guard => guard);

    [Theory]
    [InlineData(Reading.CancellingAgainstTaking)]
    [InlineData(Reading.PlacingAgainstTaking)]
    public void An_order_in_the_hand_that_is_not_named_is_found(Reading reading) => MustBeFound<DoesNotNameItsOrder>(reading);

    [Theory]
    [InlineData(Reading.CancellingAgainstTaking)]
    [InlineData(Reading.PlacingBehind)]
    [InlineData(Reading.Taking)]
    public void A_level_in_the_hand_that_is_not_named_is_found(Reading reading) => MustBeFound<DoesNotNameLevels>(reading);

    [Fact]
    public void Walking_over_removed_nodes_is_found() => MustBeFound<WalksOverRemoved>(Reading.CopyingDepthOfTwo);

    [Fact]
    public void Letting_go_of_the_node_before_is_found() => MustBeFound<WalksWithOneHand>(Reading.PlacingBetween);

    private static void MustBeFound<TFault>(Reading reading)
        where TFault : struct, IGuardFault =>
        MustBeFound<CheckedModel, FaultyGuard<TFault>>(reading, guard => new FaultyGuard<TFault>(guard));

    /// <summary>In one order of using nodes again or the other.</summary>
    private static void MustBeFound<TModel, TGuard>(Reading reading, Func<ModelGuard<TModel>, TGuard> makeGuard)
        where TModel : struct, IMemoryModel
        where TGuard : struct, ILockFreeGuard =>
        Assert.NotNull(
            Write(CheckHazards(reading, isOldestFirst: true, makeGuard)).Finding
            ?? Write(CheckHazards(reading, isOldestFirst: false, makeGuard)).Finding);

    private static CheckResult CheckEpochs(Reading reading, bool honoursReaders = true) =>
        ModelChecker.Check(
            scenario =>
            {
                var epochs = new ModelEpochs(scenario);
                var book = new ModelBook(scenario, nodes: 9, epochs);
                ReusedNodes nodes = epochs.Reuse(book.Own(3), isOldestFirst: true, honoursReaders);
                Define(book, book.Join(6), book.Join(nodes), nodes, reading);
            },
            new CheckOptions { MaxExecutions = 5_000_000 });

    private static CheckResult CheckHazards<TModel, TGuard>(
        Reading reading, bool isOldestFirst, Func<ModelGuard<TModel>, TGuard> makeGuard)
        where TModel : struct, IMemoryModel
        where TGuard : struct, ILockFreeGuard =>
        ModelChecker.Check(
            scenario =>
            {
                var hazards = new ModelHazards<TModel, TGuard>(scenario, makeGuard);
                var book = new ModelBook(scenario, nodes: 9, hazards);
                ReusedNodes nodes = hazards.Reuse(book.Own(3), isOldestFirst);
                Define(book, book.Join(6), ModelHazards<TModel, TGuard>.JoinUnguarded(book, nodes), nodes, reading);
            },
            new CheckOptions { MaxExecutions = 5_000_000 });

    /// <summary>
    /// An ask that the writer removes, to place another one at a better price in what it collected, while the reader reads.
    /// </summary>
    private static void Define(
        ModelBook book, LockFreeMatcher reader, LockFreeMatcher writer, ReusedNodes writersNodes, Reading reading)
    {
        bool takes = reading is Reading.CancellingAgainstTaking or Reading.PlacingAgainstTaking;
        ulong id = reading == Reading.PlacingAgainstTaking
            ? 0
            : book.Place(reading == Reading.PlacingBehindAnOwnOrder ? reader : writer, 1, Side.Ask, 10, 5);
        if (reading == Reading.CopyingDepthOfTwo)
            book.Place(reader, 9, Side.Ask, 10, 1);
        if (reading == Reading.PlacingBetween)
            book.Place(reader, 9, Side.Ask, 20, 1);
        book.Scenario.Thread(() => Read(book, reader, id, reading));
        book.Scenario.Thread(() =>
        {
            if (takes)
                book.Place(writer, 4, Side.Bid, 10, 5, OrderType.ImmediateOrCancel);
            else
                book.Cancel(writer, 1, id);
            writersNodes.Collect();
            if (writersNodes.Free > 0) // otherwise the reader is in the way of all, or helped
                book.Place(writer, 2, Side.Ask, reading == Reading.PlacingBetween ? 15ul : 8, 7);
        });
        book.Scenario.Finally(() =>
        {
            if (reading == Reading.PlacingAgainstTaking)
                book.Place(reader, 5, Side.Ask, 10, 1); // behind what it believes to be its own order of that price
            book.MustBalance();
        });
    }

    private static void Read(ModelBook book, LockFreeMatcher reader, ulong id, Reading reading)
    {
        switch (reading)
        {
            case Reading.Taking:
                book.Place(reader, 3, Side.Bid, 10, 2, OrderType.ImmediateOrCancel);
                break;
            case Reading.PlacingBehind:
            case Reading.PlacingBehindAnOwnOrder:
                book.Place(reader, 3, Side.Ask, 10, 2);
                break;
            case Reading.PlacingBetween:
                book.Place(reader, 3, Side.Ask, 11, 2);
                break;
            case Reading.PlacingALevel:
                book.Place(reader, 3, Side.Ask, 9, 2);
                break;
            case Reading.PlacingAgainstTaking:
                book.Place(reader, 3, Side.Ask, 10, 2);
                break;
            case Reading.Cancelling:
            case Reading.CancellingAgainstTaking:
                book.Cancel(reader, 1, id);
                break;
            case Reading.CopyingDepthOfTwo:
            case Reading.CopyingDepth:
                var levels = new DepthLevel[4];
                int count = reader.CopyDepth(Side.Ask, levels);
                Assert.All(levels[..count], level => Assert.Contains(level, Depths));
                break;
        }
    }

    private static CheckResult Write(CheckResult result)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{result.Executions} executions, {result.Pruned} pruned{(result.Finding is { } finding ? $"; {finding.Kind}: {finding.Message}" : "")}");
        return result;
    }
}
