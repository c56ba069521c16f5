using BenchmarkDotNet.Attributes;
using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Benchmarks;

/// <summary>Single operations on a market that holds 1,000 orders on 100 levels a side.</summary>
[MemoryDiagnoser]
public class MarketBenchmarks
{
    private const ulong Funds = 1UL << 50;
    private readonly BookEvent[] _events = new BookEvent[Market.MaxEventsPerOperation];
    private Market _market;

    [GlobalSetup]
    public void FillBook()
    {
        var parameters = new MarketParameters
        {
            LotSize = 1,
            TickSize = 1,
            OrderCapacity = 10_000,
            BlockCapacity = 1_000,
            SeatCapacity = 2,
            MaxOpenOrdersPerSeat = MarketLayout.MaxOpenOrdersPerSeat,
        };
        var memory = new TrackedMemory((int)MarketLayout.RequiredBytes(10_000, 1_000, 2));
        Market.TryCreate(memory, in parameters, out _market);
        for (byte i = 1; i <= 2; i++)
        {
            byte[] owner = new byte[Address.Size];
            owner[0] = i;
            _market.OpenSeat(new Address(owner), out uint seat);
            _market.Credit(seat, Asset.Base, Funds);
            _market.Credit(seat, Asset.Quote, Funds);
        }

        for (ulong i = 0; i < 1_000; i++)
        {
            Place(0, Side.Bid, OrderType.Limit, 9_999 - (i % 100));
            Place(0, Side.Ask, OrderType.Limit, 10_001 + (i % 100));
        }
    }

    [Benchmark]
    public ulong PlaceAndCancel()
    {
        ulong orderId = Place(1, Side.Bid, OrderType.Limit, 9_950);
        var events = new EventWriter(_events, slot: 1);
        _market.Cancel(1, orderId, ref events, out OperationResult result);
        return result.CancelledLots;
    }

    [Benchmark]
    public ulong PlaceAndMatch()
    {
        Place(0, Side.Ask, OrderType.Limit, 10_000);
        return Place(1, Side.Bid, OrderType.ImmediateOrCancel, 10_000);
    }

    private ulong Place(uint seat, Side side, OrderType type, ulong priceTicks)
    {
        var events = new EventWriter(_events, slot: 1);
        var order = new NewOrder(side, type, priceTicks, 1, 0);
        _market.Place(seat, in order, ref events, out OperationResult result);
        return result.OrderId;
    }
}
