using System.Runtime.InteropServices;

namespace Velox.OrderBook;

/// <summary>What a <see cref="BookEvent"/> says.</summary>
public enum BookEventKind : byte
{
    /// <summary>An order entered the book behind the others at its price.</summary>
    Rested = 1,

    /// <summary>
    /// A resting order (the maker) traded with an arriving one (the taker). At remaining 0 the maker left the book.
    /// </summary>
    Fill = 2,

    /// <summary>A resting order became smaller and kept its place.</summary>
    Reduced = 3,

    /// <summary>A resting order left the book unfilled.</summary>
    Cancelled = 4,

    /// <summary>An arriving order ended without resting: it filled, or its remainder was cancelled.</summary>
    Closed = 5,

    /// <summary>The next peak of an iceberg stands behind the others at its price.</summary>
    Replenished = 6,

    /// <summary>A stop was accepted and waits outside the book.</summary>
    Accepted = 7,

    /// <summary>A waiting stop was triggered: its fills and one rested or closed follow.</summary>
    Triggered = 8,

    /// <summary>Lots were taken off a waiting stop. At remaining 0 it is gone.</summary>
    Withdrawn = 9,

    /// <summary>
    /// Shown lots of an order in the book traded in an auction, in its place. At remaining 0 the order left the book. Each
    /// trade has events of both orders.
    /// </summary>
    AuctionFill = 10,

    /// <summary>Hidden lots of an iceberg traded in an auction; what is shown stayed.</summary>
    AuctionFillHidden = 11,

    /// <summary>
    /// The market went over to the phase that is in lots. After an uncross: price and remaining lots are its price and all
    /// its lots.
    /// </summary>
    PhaseChanged = 12,
}

/// <summary>One change of the book: exactly 64 bytes, little-endian.</summary>
/// <remarks>
/// Placing an order emits its fills, then exactly one <see cref="BookEventKind.Rested"/> or
/// <see cref="BookEventKind.Closed"/>, which carries its client order id. <see cref="BookEventKind.Rested"/>,
/// <see cref="BookEventKind.Fill"/> (of the maker), <see cref="BookEventKind.Reduced"/> and
/// <see cref="BookEventKind.Cancelled"/> together rebuild the book order by order.
/// <code>
/// offset size field
///  0     8    sequence        consecutive per market, from 0
///  8     1    kind
///  9     1    side            of orderId
/// 10     1    reason          Cancelled, Closed: why; else 0
/// 11     1    type            Rested, Closed: order type; else 0
/// 12     2    seat            of orderId
/// 14     2    takerSeat       Fill; AuctionFill, AuctionFillHidden: the other order's; else 0
/// 16     8    orderId         Fill: the maker
/// 24     8    clientOrderId   of orderId; Fill: takerOrderId instead; AuctionFill and AuctionFillHidden:
///                             clearingPriceTicks, the price traded at
/// 32     8    priceTicks      Fill: the price traded at; else the limit price of orderId
/// 40     8    lots            rested, traded, reduced by, cancelled; Closed: the cancelled remainder
/// 48     8    remainingLots   open lots of orderId afterwards
/// 56     8    slot            slot of the operation
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct BookEvent
{
    public const int Size = 64;

    [FieldOffset(0)] public ulong Sequence;
    /// <summary>The narrow fields at once, as <see cref="HeadOf"/> puts them together.</summary>
    [FieldOffset(8)] internal ulong Head;

    [FieldOffset(8)] public BookEventKind Kind;
    [FieldOffset(9)] public Side Side;
    [FieldOffset(10)] public DoneReason Reason;
    [FieldOffset(11)] public OrderType Type;
    [FieldOffset(12)] public ushort Seat;
    [FieldOffset(14)] public ushort TakerSeat;
    [FieldOffset(16)] public ulong OrderId;

    /// <summary>Every kind but <see cref="BookEventKind.Fill"/>.</summary>
    [FieldOffset(24)] public ulong ClientOrderId;

    /// <summary>Only <see cref="BookEventKind.Fill"/>; shares its place with <see cref="ClientOrderId"/>.</summary>
    [FieldOffset(24)] public ulong TakerOrderId;

    /// <summary>
    /// Only <see cref="BookEventKind.AuctionFill"/> and <see cref="BookEventKind.AuctionFillHidden"/>: the price traded at,
    /// while priceTicks is the order's own. Shares its place with <see cref="ClientOrderId"/>.
    /// </summary>
    [FieldOffset(24)] public ulong ClearingPriceTicks;

    [FieldOffset(32)] public ulong PriceTicks;
    [FieldOffset(40)] public ulong Lots;
    [FieldOffset(48)] public ulong RemainingLots;
    [FieldOffset(56)] public ulong Slot;

    internal static ulong HeadOf(
        BookEventKind kind, Side side, DoneReason reason, OrderType type, uint seat, uint takerSeat) =>
        (ulong)kind | ((ulong)side << 8) | ((ulong)reason << 16) | ((ulong)type << 24) | ((ulong)seat << 32)
        | ((ulong)takerSeat << 48);
}
