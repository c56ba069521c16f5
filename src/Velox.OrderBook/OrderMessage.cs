using System.Runtime.InteropServices;

namespace Velox.OrderBook;

/// <summary>What an <see cref="OrderMessage"/> asks for.</summary>
public enum OrderMessageKind : byte
{
    Place = 1,
    Cancel = 2,
    CancelAll = 3,
    Reduce = 4,
    Replace = 5,
    CancelSide = 6,

    /// <summary>A place whose quantity is a u32, followed by the u32 of the lots displayed.</summary>
    PlaceIceberg = 7,

    /// <summary>A place whose quantity is a u32, followed by the u32 of the trigger's price in ticks.</summary>
    PlaceStop = 8,

    /// <summary>A place whose quantity is a u32, followed by the u32 of the last slot at which it is good.</summary>
    PlaceUntilSlot = 9,

    /// <summary>A place whose quantity is a u32, followed by the u32 of the last unix second at which it is good.</summary>
    PlaceUntilTime = 10,

    /// <summary>Cancel-all, and no new orders until the seat's owner resumes it.</summary>
    StopSeat = 11,
}

/// <summary>One message of the order door: exactly 32 bytes, little-endian.</summary>
/// <remarks>
/// <code>
/// offset size field
///  0     1    kind            1 place, 2 cancel, 3 cancel-all, 4 reduce, 5 replace, 6 cancel-side, 7 to 10 place
///                             with a parameter, 11 stop
///  1     1    flags           place: bit 0 side (0 bid, 1 ask), bits 1-3 type (0 limit, 1 immediate-or-cancel,
///                             2 fill-or-kill, 3 post-only, 4 post-only-slide, 5 market), bits 4-5 self-trade mode;
///                             replace: bits 4-5; cancel-side: bit 0; other bits and kinds: zero
///  2     2    seat            index of the sender's seat in the market
///  4     4    sequence        ascending per session, the sender's choice: makes equal messages
///                             distinct; the book ignores it
///  8     8    clientOrderId   place: id of the new order, or 0; cancel, reduce, replace: id of the order; others: zero
/// 16     8    priceTicks      place: limit price; replace: new price; other kinds: zero
/// 24     8    quantityLots    place: size; reduce: by how much; replace: new size; other kinds: zero.
///                             Kinds 7 to 10: 4 bytes of size, then 4 bytes of parameter
/// </code>
/// Parsing checks form only: a price of zero or an unknown seat is refused by the market.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public readonly struct OrderMessage
{
    public const int Size = 32;

    private const int SideMask = 1;
    private const int TypeShift = 1;
    private const int TypeMask = 7;
    private const int SelfTradeShift = 4;
    private const int SelfTradeMask = 3;
    private const int ParameterShift = 32;

    private readonly byte _kind;
    private readonly byte _flags;
    private readonly ushort _seat;
    private readonly uint _sequence;
    private readonly ulong _clientOrderId;
    private readonly ulong _priceTicks;
    private readonly ulong _quantityLots;

    private OrderMessage(
        OrderMessageKind kind, int flags, ushort seat, uint sequence, ulong clientOrderId, ulong priceTicks, ulong lots)
    {
        _kind = (byte)kind;
        _flags = (byte)flags;
        _seat = seat;
        _sequence = sequence;
        _clientOrderId = clientOrderId;
        _priceTicks = priceTicks;
        _quantityLots = lots;
    }

    public OrderMessageKind Kind => (OrderMessageKind)_kind;

    public Side Side => (Side)(_flags & SideMask);

    public OrderType Type => (OrderType)((_flags >> TypeShift) & TypeMask);

    public SelfTrade SelfTrade => (SelfTrade)((_flags >> SelfTradeShift) & SelfTradeMask);

    public ushort Seat => _seat;

    public uint Sequence => _sequence;

    public ulong ClientOrderId => _clientOrderId;

    public ulong PriceTicks => _priceTicks;

    public ulong QuantityLots => HasParameter ? (uint)_quantityLots : _quantityLots;

    /// <summary>What kinds 7 to 10 have besides the size: display, trigger or expiry; 0 for others.</summary>
    public uint Parameter => HasParameter ? (uint)(_quantityLots >> ParameterShift) : 0;

    /// <summary>Whether the message places an order, of whatever kind.</summary>
    public bool IsPlace => Kind == OrderMessageKind.Place || HasParameter;

    private bool HasParameter => Kind is >= OrderMessageKind.PlaceIceberg and <= OrderMessageKind.PlaceUntilTime;

    /// <summary>Places an order: of the kind that its display, trigger or expiry asks for.</summary>
    /// <exception cref="ArgumentException">The order has more than one of display, trigger and expiry, or has one, and it
    /// or the size does not fit 32 bits: messages cannot say that, instructions of the book program can.</exception>
    public static OrderMessage Place(ushort seat, uint sequence, in NewOrder order)
    {
        (OrderMessageKind kind, ulong parameter) = order switch
        {
            { DisplayLots: not 0 } => (OrderMessageKind.PlaceIceberg, order.DisplayLots),
            { TriggerTicks: not 0 } => (OrderMessageKind.PlaceStop, order.TriggerTicks),
            { Expiry.IsTime: true } => (OrderMessageKind.PlaceUntilTime, order.Expiry.Value),
            { Expiry.Value: not 0 } => (OrderMessageKind.PlaceUntilSlot, order.Expiry.Value),
            _ => (OrderMessageKind.Place, 0UL),
        };
        // A type that is none stays one: it must not reach into the bits of the self-trade mode.
        int type = Math.Min((int)order.Type, TypeMask);
        int flags = (int)order.Side | (type << TypeShift) | ((int)order.SelfTrade << SelfTradeShift);
        if (kind == OrderMessageKind.Place)
            return new(kind, flags, seat, sequence, order.ClientOrderId, order.PriceTicks, order.QuantityLots);

        var message = new OrderMessage(
            kind, flags, seat, sequence, order.ClientOrderId, order.PriceTicks,
            (uint)order.QuantityLots | (parameter << ParameterShift));
        return message.ToNewOrder() == order
            ? message
            : throw new ArgumentException("A message cannot say this order.", nameof(order));
    }

    public static OrderMessage Cancel(ushort seat, uint sequence, ulong clientOrderId) =>
        new(OrderMessageKind.Cancel, 0, seat, sequence, clientOrderId, 0, 0);

    /// <summary>Cancels the seat's newest orders, <see cref="Market.MaxCancelsPerOperation"/> at most.</summary>
    public static OrderMessage CancelAll(ushort seat, uint sequence) =>
        new(OrderMessageKind.CancelAll, 0, seat, sequence, 0, 0, 0);

    /// <summary>Kill switch: as <see cref="CancelAll"/>, and the seat takes no new orders until its owner resumes it.</summary>
    public static OrderMessage StopSeat(ushort seat, uint sequence) =>
        new(OrderMessageKind.StopSeat, 0, seat, sequence, 0, 0, 0);

    public static OrderMessage Reduce(ushort seat, uint sequence, ulong clientOrderId, ulong byLots) =>
        new(OrderMessageKind.Reduce, 0, seat, sequence, clientOrderId, 0, byLots);

    /// <summary>Replaces an order by one with another price or size, as
    /// <see cref="Market.ReplaceByClientId"/> does.</summary>
    public static OrderMessage Replace(
        ushort seat, uint sequence, ulong clientOrderId, ulong priceTicks, ulong quantityLots, SelfTrade selfTrade = default) =>
        new(
            OrderMessageKind.Replace, (int)selfTrade << SelfTradeShift, seat, sequence, clientOrderId, priceTicks, quantityLots);

    /// <summary>Cancels the seat's newest orders of a side, <see cref="Market.MaxCancelsPerOperation"/> at most.</summary>
    public static OrderMessage CancelSide(ushort seat, uint sequence, Side side) =>
        new(OrderMessageKind.CancelSide, (int)side, seat, sequence, 0, 0, 0);

    /// <summary>The order that a message places.</summary>
    public NewOrder ToNewOrder() => new(
        Side, Type, PriceTicks, QuantityLots, ClientOrderId, SelfTrade,
        Kind == OrderMessageKind.PlaceIceberg ? Parameter : 0,
        Kind == OrderMessageKind.PlaceStop ? Parameter : 0,
        Kind switch
        {
            OrderMessageKind.PlaceUntilSlot when Parameter != 0 => Expiry.AtSlot(Parameter),
            OrderMessageKind.PlaceUntilTime when Parameter != 0 => Expiry.AtTime(Parameter),
            _ => Expiry.Never,
        });

    /// <summary>Reads a message from untrusted bytes.</summary>
    /// <param name="bytes">Exactly <see cref="Size"/> bytes.</param>
    /// <param name="message">The message, or all zero when it is refused.</param>
    /// <param name="error">Why it is refused: length, kind, flags or an unused field that is not zero.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out OrderMessage message, out BookError error)
    {
        message = default;
        if (bytes.Length != Size)
        {
            error = BookError.InvalidMessageLength;
            return false;
        }

        // The fields stand in memory as on the wire: every platform that .NET 10 runs on here is little-endian.
        OrderMessage candidate = MemoryMarshal.Read<OrderMessage>(bytes);
        error = candidate.Validate();
        if (error != BookError.None)
            return false;
        message = candidate;
        return true;
    }

    /// <summary>
    /// Checks the form, as <see cref="TryParse"/> does, of a message that was mapped rather than parsed.
    /// </summary>
    public BookError Validate() => Kind switch
    {
        OrderMessageKind.Place or OrderMessageKind.PlaceIceberg or OrderMessageKind.PlaceStop
            or OrderMessageKind.PlaceUntilSlot or OrderMessageKind.PlaceUntilTime =>
            Type <= OrderType.Market && _flags >> SelfTradeShift <= SelfTradeMask ? BookError.None : BookError.InvalidMessageFlags,
        OrderMessageKind.Replace =>
            (_flags & ~(SelfTradeMask << SelfTradeShift)) == 0 ? BookError.None : BookError.UnusedFieldNotZero,
        OrderMessageKind.CancelSide =>
            (_flags & ~SideMask) == 0 && (_clientOrderId | _priceTicks | _quantityLots) == 0
                ? BookError.None
                : BookError.UnusedFieldNotZero,
        OrderMessageKind.Cancel => RequireZero(_priceTicks | _quantityLots),
        OrderMessageKind.CancelAll or OrderMessageKind.StopSeat => RequireZero(_clientOrderId | _priceTicks | _quantityLots),
        OrderMessageKind.Reduce => RequireZero(_priceTicks),
        _ => BookError.InvalidMessageKind,
    };

    /// <summary>Writes the 32 bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is shorter than
    /// <see cref="Size"/>.</exception>
    public void WriteTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    private BookError RequireZero(ulong unused) =>
        (_flags | unused) == 0 ? BookError.None : BookError.UnusedFieldNotZero;
}
