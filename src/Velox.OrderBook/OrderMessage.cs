using System.Runtime.InteropServices;

namespace Velox.OrderBook;

/// <summary>What an <see cref="OrderMessage"/> asks for.</summary>
public enum OrderMessageKind : byte
{
    Place = 1,
    Cancel = 2,
    CancelAll = 3,
    Reduce = 4,
}

/// <summary>One message of the order door: exactly 32 bytes, little-endian.</summary>
/// <remarks>
/// <code>
/// offset size field
///  0     1    kind            1 place, 2 cancel, 3 cancel-all, 4 reduce
///  1     1    flags           place: bit 0 side (0 bid, 1 ask), bits 1-3 type (0 limit, 1 immediate-or-cancel,
///                             2 fill-or-kill, 3 post-only), bits 4-7 zero; other kinds: zero
///  2     2    seat            index of the sender's seat in the market
///  4     4    sequence        ascending per session, the sender's choice: makes equal messages
///                             distinct; the book ignores it
///  8     8    clientOrderId   place: id of the new order, or 0; cancel, reduce: id of the order; cancel-all: zero
/// 16     8    priceTicks      place: limit price; other kinds: zero
/// 24     8    quantityLots    place: size; reduce: by how much; other kinds: zero
/// </code>
/// Parsing checks form only: a price of zero or an unknown seat is refused by the market.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public readonly struct OrderMessage
{
    public const int Size = 32;

    private const int SideMask = 1;
    private const int TypeShift = 1;

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

    public OrderType Type => (OrderType)(_flags >> TypeShift);

    public ushort Seat => _seat;

    public uint Sequence => _sequence;

    public ulong ClientOrderId => _clientOrderId;

    public ulong PriceTicks => _priceTicks;

    public ulong QuantityLots => _quantityLots;

    public static OrderMessage Place(ushort seat, uint sequence, in NewOrder order) => new(
        OrderMessageKind.Place, (int)order.Side | ((int)order.Type << TypeShift), seat, sequence,
        order.ClientOrderId, order.PriceTicks, order.QuantityLots);

    public static OrderMessage Cancel(ushort seat, uint sequence, ulong clientOrderId) =>
        new(OrderMessageKind.Cancel, 0, seat, sequence, clientOrderId, 0, 0);

    /// <summary>Cancels the seat's newest orders, <see cref="Market.MaxCancelsPerOperation"/> at most.</summary>
    public static OrderMessage CancelAll(ushort seat, uint sequence) =>
        new(OrderMessageKind.CancelAll, 0, seat, sequence, 0, 0, 0);

    public static OrderMessage Reduce(ushort seat, uint sequence, ulong clientOrderId, ulong byLots) =>
        new(OrderMessageKind.Reduce, 0, seat, sequence, clientOrderId, 0, byLots);

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
        OrderMessageKind.Place => Type <= OrderType.PostOnly ? BookError.None : BookError.InvalidMessageFlags,
        OrderMessageKind.Cancel => RequireZero(_priceTicks | _quantityLots),
        OrderMessageKind.CancelAll => RequireZero(_clientOrderId | _priceTicks | _quantityLots),
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
