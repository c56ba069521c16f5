using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>A view of the market's depth that follows the messages before they are executed.</summary>
/// <remarks>
/// It shows what is asked for, not what the market makes of it: seats and money are not looked at. Orders are remembered by
/// client id in a table of 65,536 places; an order that another one pushes out of its place leaves the depth.
/// </remarks>
public sealed class DepthView : IDisposable
{
    private const int Places = 1 << 16;

    private readonly RestingOrder[] _orders = new RestingOrder[Places];

    /// <param name="firstPriceTicks">The lowest price of the window.</param>
    public DepthView(ulong firstPriceTicks) => Depth = new AtomicDepth(firstPriceTicks);

    /// <summary>What is wanted at each price; any thread may read it.</summary>
    public AtomicDepth Depth { get; }

    /// <summary>Messages outside the price window, of orders not known, or beaten by other writers in every try.</summary>
    public long NotApplied { get; private set; }

    /// <summary>Follows a message; one thread.</summary>
    public void Apply(in OrderMessage message)
    {
        bool isApplied = message.Kind switch
        {
            OrderMessageKind.Place => Place(in message),
            OrderMessageKind.Cancel => Take(message.ClientOrderId, ulong.MaxValue),
            OrderMessageKind.Reduce => Take(message.ClientOrderId, message.QuantityLots),
            _ => false, // a seat's orders are not kept apart here
        };
        if (!isApplied)
            NotApplied++;
    }

    public void Dispose() => Depth.Dispose();

    private bool Place(in OrderMessage message)
    {
        if (Crosses(in message))
            return TakeBest(in message);
        if (message.Type == OrderType.ImmediateOrCancel || message.Type == OrderType.FillOrKill)
            return true;
        if (Depth.Add(message.Side, message.PriceTicks, message.QuantityLots) != DepthResult.Done)
            return false;
        ref RestingOrder place = ref _orders[message.ClientOrderId % Places];
        if (place.Lots > 0)
            Depth.Remove(place.Side, place.PriceTicks, place.Lots);
        place = new RestingOrder(message.ClientOrderId, message.PriceTicks, message.QuantityLots, message.Side);
        return true;
    }

    private bool Crosses(in OrderMessage message) => message.Side == Side.Bid
        ? Depth.BestAskTicks is { } ask && message.PriceTicks >= ask
        : Depth.BestBidTicks is { } bid && message.PriceTicks <= bid;

    /// <summary>Takes from the best bucket of the other side, as far as that goes.</summary>
    private bool TakeBest(in OrderMessage message)
    {
        Side other = message.Side == Side.Bid ? Side.Ask : Side.Bid;
        ulong? best = other == Side.Bid ? Depth.BestBidTicks : Depth.BestAskTicks;
        return best is { } price
            && Depth.Remove(other, price, Math.Min(message.QuantityLots, Depth.LotsAt(other, price))) == DepthResult.Done;
    }

    private bool Take(ulong clientOrderId, ulong lots)
    {
        ref RestingOrder place = ref _orders[clientOrderId % Places];
        if (place.ClientOrderId != clientOrderId || place.Lots == 0)
            return false;
        ulong taken = Math.Min(lots, place.Lots);
        DepthResult result = Depth.Remove(place.Side, place.PriceTicks, taken);
        place = place with { Lots = place.Lots - taken };
        return result == DepthResult.Done;
    }

    private readonly record struct RestingOrder(ulong ClientOrderId, ulong PriceTicks, ulong Lots, Side Side);
}
