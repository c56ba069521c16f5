using System.Numerics;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

internal sealed class ReferenceSeat(Address owner)
{
    public Address Owner { get; } = owner;

    public Address SessionKey { get; set; }

    public BigInteger BaseFree { get; set; }

    public BigInteger QuoteFree { get; set; }

    public SeatLimits Limits { get; set; }

    public SeatStops Stops { get; set; }

    public ReferenceSeat Copy() => (ReferenceSeat)MemberwiseClone();
}

/// <summary>An order that waits, matches or rests. It is named by its sequence.</summary>
internal sealed class ReferenceOrder(ulong sequence, uint seat, NewOrder placed)
{
    public ulong Sequence { get; } = sequence;

    public uint Seat { get; } = seat;

    /// <summary>As it was placed, but at the price to which it slid.</summary>
    public NewOrder Placed { get; } = placed;

    public ulong PriceTicks => Placed.PriceTicks;

    public Side Side => Placed.Side;

    public OrderType Type => Placed.Type;

    public ulong ClientOrderId => Placed.ClientOrderId;

    /// <summary>A stop that has not been triggered.</summary>
    public bool IsPending { get; set; }

    /// <summary>Order of coming to the end of a queue: of orders at one price the lowest matches first.</summary>
    public ulong Priority { get; set; }

    public ulong VisibleLots { get; set; }

    public ulong HiddenLots { get; set; }

    public ulong OpenLots => VisibleLots + HiddenLots;

    public ReferenceOrder Copy() => (ReferenceOrder)MemberwiseClone();
}

/// <summary>
/// An event without what only the slab knows: <see cref="Other"/> is the client order id, or a fill's taker sequence.
/// </summary>
internal readonly record struct ReferenceEvent(
    BookEventKind Kind, Side Side, DoneReason Reason, OrderType Type, uint Seat, uint TakerSeat,
    ulong OrderSequence, ulong Other, ulong PriceTicks, ulong Lots, ulong RemainingLots);

internal readonly record struct ReferenceResult(
    ulong OrderSequence, ulong FilledLots, ulong RestingLots, ulong CancelledLots, uint CancelledOrders, DoneReason Reason);
