using Velox.Primitives;

namespace Velox.OrderBook.Tests;

public class UndoTests
{
    private static readonly FlowShape Shape = new(
        6, MiddlePrice: 100, PriceSpread: 50, MaxLots: 40, ClientIds: 100, HostilePercent: 3, PlacePercent: 60);

    [Theory]
    [InlineData(201)]
    [InlineData(202)]
    public void Rolling_back_any_operations_restores_every_byte(int seed)
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 6, 50_000_000, out TrackedMemory memory);
        var flow = new Flow(seed, Shape);
        var random = new Random(seed);
        var buffer = new BookEvent[Market.MaxEventsPerOperation];
        for (int round = 0; round < 400; round++)
        {
            byte[] before = memory.Bytes.ToArray();
            bool isUndone = random.Next(2) == 0;
            memory.Checkpoint();
            for (int i = random.Next(1, 40); i > 0; i--)
            {
                var events = new EventWriter(buffer, 0);
                market.Apply(flow.Next(), ref events, out OperationResult result);
                flow.Remember(result.OrderId);
            }

            if (!isUndone)
            {
                memory.Accept();
                continue;
            }

            memory.Rollback();
            Assert.True(memory.Bytes.SequenceEqual(before), $"seed {seed}, round {round}: the slab differs after Rollback.");
        }

        market.AssertSound();
    }

    [Fact]
    public void A_refused_operation_changes_no_byte_and_dirties_no_page()
    {
        const int Seed = 203;
        MarketParameters parameters = TestMarket.Parameters with
        {
            OrderCapacity = 12,
            BlockCapacity = 1,
            MaxOpenOrdersPerSeat = 5,
        };
        Market market = TestMarket.CreateWithSeats(parameters, 6, 500_000, out TrackedMemory memory);
        var flow = new Flow(Seed, Shape with { HostilePercent = 10 });
        var buffer = new BookEvent[Market.MaxEventsPerOperation];
        var refusals = new HashSet<BookError>();
        for (int step = 0; step < 20_000; step++)
        {
            byte[] before = memory.Bytes.ToArray();
            memory.ClearDirty();
            var events = new EventWriter(buffer, 0);
            BookError error = market.Apply(flow.Next(), ref events, out OperationResult result);
            flow.Remember(result.OrderId);
            if (error == BookError.None)
                continue;
            refusals.Add(error);
            Assert.False(memory.IsDirty, $"seed {Seed}, step {step}: {error} dirtied a page.");
            Assert.True(memory.Bytes.SequenceEqual(before), $"seed {Seed}, step {step}: {error} changed the slab.");
            Assert.Equal(0, events.Count);
            Assert.Equal(default, result);
        }

        Assert.True(refusals.Count > 15, $"seed {Seed}: only {refusals.Count} kinds of refusal were met.");
    }

    [Fact]
    public void The_same_operations_give_the_same_bytes()
    {
        Assert.Equal(Play(204), Play(204));
        Assert.NotEqual(Play(204), Play(205));
    }

    private static byte[] Play(int seed)
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 6, 50_000_000, out TrackedMemory memory);
        var flow = new Flow(seed, Shape);
        var buffer = new BookEvent[Market.MaxEventsPerOperation];
        for (int step = 0; step < 2_000; step++)
        {
            // A market holds no state of its own: opening it anew for every operation changes nothing.
            Assert.Equal(BookError.None, Market.TryOpen(memory, out market));
            var events = new EventWriter(buffer, 0);
            market.Apply(flow.Next(), ref events, out OperationResult result);
            flow.Remember(result.OrderId);
        }

        return memory.Bytes.ToArray();
    }
}
