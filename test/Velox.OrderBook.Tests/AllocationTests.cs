namespace Velox.OrderBook.Tests;

public class AllocationTests
{
    [Fact]
    public void Operations_allocate_nothing()
    {
        var shape = new FlowShape(
            6, MiddlePrice: 100, PriceSpread: 40, MaxLots: 30, ClientIds: 400, HostilePercent: 2, PlacePercent: 50);
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 6, 500_000_000, out var memory);
        var flow = new Flow(601, shape);
        Operation[] operations = Enumerable.Range(0, 20_000).Select(_ => flow.Next()).ToArray();
        var buffer = new BookEvent[Market.MaxEventsPerOperation];
        Play(market, operations.AsSpan(0, 10_000), buffer);

        long before = GC.GetAllocatedBytesForCurrentThread();
        int accepted = Play(market, operations.AsSpan(10_000), buffer);
        BookError opened = Market.TryOpen(memory, out _);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, allocated);
        Assert.Equal(BookError.None, opened);
        Assert.True(accepted > 2_000, $"only {accepted} operations were accepted.");
    }

    private static int Play(Market market, ReadOnlySpan<Operation> operations, BookEvent[] buffer)
    {
        int accepted = 0;
        foreach (ref readonly Operation operation in operations)
        {
            var events = new EventWriter(buffer, 0);
            accepted += market.Apply(operation, ref events, out _) == BookError.None ? 1 : 0;
        }

        return accepted;
    }
}
