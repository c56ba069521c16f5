using Velox.OrderBook;
using Xunit;

namespace Velox.Gateway.Tests;

/// <summary>What the view of the depth makes of messages, price by price.</summary>
public sealed class DepthViewTests : IDisposable
{
    private readonly DepthView _view = new(1_000);
    private uint _sequence;

    public void Dispose() => _view.Dispose();

    [Fact]
    public void Orders_rest_at_their_own_tick_and_leave_it_again()
    {
        Place(Side.Bid, 1_005, 7, id: 1);
        Place(Side.Bid, 1_006, 2, id: 2);
        Assert.Equal((7ul, 2ul, 1_006ul), (Lots(Side.Bid, 1_005), Lots(Side.Bid, 1_006), _view.Depth.BestBidTicks));
        _view.Apply(OrderMessage.Cancel(0, _sequence++, 2));
        _view.Apply(OrderMessage.Reduce(0, _sequence++, 1, 3));
        Assert.Equal((4ul, 0ul, 1_005ul), (Lots(Side.Bid, 1_005), Lots(Side.Bid, 1_006), _view.Depth.BestBidTicks));
        Assert.Equal(0, _view.NotApplied);
    }

    [Theory]
    [InlineData(OrderType.Limit, 4)]
    [InlineData(OrderType.ImmediateOrCancel, 0)]
    public void A_crossing_order_takes_from_price_to_price_up_to_its_own(OrderType type, ulong resting)
    {
        Place(Side.Ask, 1_100, 3, id: 1);
        Place(Side.Ask, 1_101, 3, id: 2);
        Place(Side.Ask, 1_102, 3, id: 3);
        Place(Side.Bid, 1_101, 10, id: 4, type);
        Assert.Equal((0ul, 0ul, 3ul), (Lots(Side.Ask, 1_100), Lots(Side.Ask, 1_101), Lots(Side.Ask, 1_102)));
        Assert.Equal((1_102ul, resting), (_view.Depth.BestAskTicks, Lots(Side.Bid, 1_101)));
        Assert.Equal(0, _view.NotApplied);
    }

    [Fact]
    public void A_post_only_order_takes_nothing()
    {
        Place(Side.Bid, 1_100, 3, id: 1);
        Place(Side.Ask, 1_100, 3, id: 2, OrderType.PostOnly);
        Place(Side.Ask, 1_101, 3, id: 3, OrderType.PostOnly);
        Assert.Equal((3ul, 0ul, 3ul), (Lots(Side.Bid, 1_100), Lots(Side.Ask, 1_100), Lots(Side.Ask, 1_101)));
    }

    [Fact]
    public void What_it_cannot_show_is_counted()
    {
        Place(Side.Bid, 999, 3, id: 1);
        _view.Apply(OrderMessage.Cancel(0, _sequence++, 9));
        _view.Apply(OrderMessage.CancelAll(0, _sequence++));
        Assert.Equal(3, _view.NotApplied);
    }

    private ulong Lots(Side side, ulong priceTicks) => _view.Depth.LotsAt(side, priceTicks);

    private void Place(Side side, ulong priceTicks, ulong lots, ulong id, OrderType type = OrderType.Limit) =>
        _view.Apply(OrderMessage.Place(0, _sequence++, new NewOrder(side, type, priceTicks, lots, id)));
}
