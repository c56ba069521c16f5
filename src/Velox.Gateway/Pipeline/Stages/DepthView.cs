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

    /// <summary>Takes what it crosses; what is left rests where the market would let it.</summary>
    private bool Place(in OrderMessage message)
    {
        bool mayTake = message.Type != OrderType.PostOnly;
        if (!mayTake && Crosses(in message))
            return true;
        ulong takenLots = 0;
        DepthResult result = mayTake ? TakeBest(in message, out takenLots) : DepthResult.NotEnough;
        ulong leftLots = message.QuantityLots - takenLots;
        if (result != DepthResult.NotEnough)
            return result == DepthResult.Done;
        return leftLots == 0 || message.Type is OrderType.ImmediateOrCancel or OrderType.FillOrKill || Rest(in message, leftLots);
    }

    private bool Crosses(in OrderMessage message) => message.Side == Side.Bid
        ? Depth.BestAskTicks is { } ask && message.PriceTicks >= ask
        : Depth.BestBidTicks is { } bid && message.PriceTicks <= bid;

    /// <summary>Takes from the other side, best price first, at so many prices as an order may have fills.</summary>
    /// <returns><see cref="DepthResult.NotEnough"/> when nothing more crosses, or why it stopped before that.</returns>
    private DepthResult TakeBest(in OrderMessage message, out ulong takenLots)
    {
        Side other = message.Side == Side.Bid ? Side.Ask : Side.Bid;
        takenLots = 0;
        for (int prices = 0; prices < Market.MaxFillsPerOrder && takenLots < message.QuantityLots; prices++)
        {
            DepthResult result = Depth.TakeBest(
                other, message.PriceTicks, message.QuantityLots - takenLots, out _, out ulong lots);
            if (result != DepthResult.Done)
                return result;
            takenLots += lots;
        }

        return DepthResult.Done;
    }

    private bool Rest(in OrderMessage message, ulong lots)
    {
        if (Depth.Add(message.Side, message.PriceTicks, lots) != DepthResult.Done)
            return false;
        ref RestingOrder place = ref _orders[message.ClientOrderId % Places];
        if (place.Lots > 0)
            Depth.Remove(place.Side, place.PriceTicks, place.Lots);
        place = new RestingOrder(message.ClientOrderId, message.PriceTicks, lots, message.Side);
        return true;
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
