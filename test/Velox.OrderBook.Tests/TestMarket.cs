using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>Markets and addresses for tests.</summary>
internal static class TestMarket
{
    public static readonly Address Authority = AddressOf(0xA0700000);

    public static MarketParameters Parameters => new()
    {
        BaseMint = AddressOf(0xBA5E),
        QuoteMint = AddressOf(0x900E),
        BaseVault = AddressOf(0xBA5E0),
        QuoteVault = AddressOf(0x900E0),
        Authority = Authority,
        LotSize = 100,
        TickSize = 10,
        OrderCapacity = 1_000,
        BlockCapacity = 200,
        SeatCapacity = 10,
        MaxOpenOrdersPerSeat = 500,
    };

    public static Address AddressOf(ulong number)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        bytes[31] = 1;
        return new Address(bytes);
    }

    public static TrackedMemory MemoryFor(in MarketParameters parameters) => new(
        (int)MarketLayout.RequiredBytes(parameters.OrderCapacity, parameters.BlockCapacity, parameters.SeatCapacity));

    public static Market Create(in MarketParameters parameters) => Create(parameters, out _);

    public static Market Create(in MarketParameters parameters, out TrackedMemory memory)
    {
        memory = MemoryFor(parameters);
        Assert.Equal(BookError.None, Market.TryCreate(memory, parameters, out Market market));
        return market;
    }

    /// <summary>A market whose seats 0..count-1 are open, each with the same balances.</summary>
    public static Market CreateWithSeats(in MarketParameters parameters, int count, ulong atoms, out TrackedMemory memory)
    {
        Market market = Create(parameters, out memory);
        for (uint i = 0; i < count; i++)
        {
            Assert.Equal(BookError.None, market.OpenSeat(OwnerOf(i), out uint seat));
            Assert.Equal(i, seat);
            Assert.Equal(BookError.None, market.Credit(seat, Asset.Base, atoms));
            Assert.Equal(BookError.None, market.Credit(seat, Asset.Quote, atoms));
        }

        return market;
    }

    public static Address OwnerOf(uint seat) => AddressOf(0x0E000000UL + seat);

    public static Address SessionOf(uint seat) => AddressOf(0x5E550000UL + seat);

    public static OperationResult PlaceOk(
        this Market market, uint seat, Side side, ulong price, ulong lots, OrderType type = OrderType.Limit, ulong clientId = 0)
    {
        Assert.Equal(BookError.None, market.PlaceOne(seat, side, price, lots, out OperationResult result, type, clientId));
        return result;
    }

    public static BookError PlaceOne(
        this Market market, uint seat, Side side, ulong price, ulong lots, out OperationResult result,
        OrderType type = OrderType.Limit, ulong clientId = 0)
    {
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 0);
        return market.Place(seat, new NewOrder(side, type, price, lots, clientId), ref events, out result);
    }

    public static void AssertSound(this Market market)
    {
        BookError error = market.CheckInvariants(out string detail);
        Assert.True(error == BookError.None, $"{error}: {detail}");
    }

    public static OrderNode[] AllOrders(this Market market, Side side)
    {
        var orders = new OrderNode[market.Header.OrderCapacity + 1];
        return orders[..market.Orders(side, orders)];
    }

    public static DepthLevel[] AllLevels(this Market market, Side side)
    {
        var levels = new DepthLevel[(market.Header.BlockCapacity * MarketLayout.BlockTicks) + 1];
        return levels[..market.Depth(side, levels)];
    }

    public static SeatNode Seat(this Market market, uint seat)
    {
        Assert.True(market.TryGetSeat(seat, out SeatNode node));
        return node;
    }
}
