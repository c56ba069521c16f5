using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>What a <see cref="ShardCommand"/> asks for: the operation of <see cref="Market"/> of the same name.</summary>
public enum ShardCommandKind : byte
{
    /// <summary>Nothing: refused.</summary>
    None = 0,

    Place,
    Cancel,
    CancelByClientId,
    CancelAll,
    Reduce,
    ReduceByClientId,
    Credit,
    Debit,
    OpenSeat,

    /// <summary>Due work only: expired orders leave, triggered stops enter. The engine does it before it votes on an order.</summary>
    Advance,

    SetPhase,

    /// <summary>One step of an uncross; the answer says whether it was the last.</summary>
    Uncross,
    SetPriceBand,
    SetSeatLimits,
    StopSeat,
    ResumeSeat,

    /// <summary>An entry of the vote table; made by the engine only.</summary>
    Together,
}

/// <summary>One operation on one market, as it goes through a shard's ring: 64 bytes with an order of 32.</summary>
/// <remarks>
/// Explicit, because an order, a pair of numbers and an address with what it sets are never needed together: they share
/// their place, at the end, so that the command grows with <see cref="NewOrder"/>. None of them holds references.
/// </remarks>
[StructLayout(LayoutKind.Explicit)]
public readonly struct ShardCommand
{
    private const int VariantOffset = 32;

    [FieldOffset(0)] private readonly long _number;
    [FieldOffset(8)] private readonly ulong _slot;
    [FieldOffset(16)] private readonly int _market;
    [FieldOffset(20)] private readonly uint _seat;
    [FieldOffset(24)] private readonly ShardCommandKind _kind;
    [FieldOffset(25)] private readonly Asset _asset;
    [FieldOffset(VariantOffset)] private readonly NewOrder _order;
    [FieldOffset(VariantOffset)] private readonly Address _address;
    [FieldOffset(VariantOffset + Address.Size)] private readonly ulong _limit;
    [FieldOffset(VariantOffset + Address.Size + 8)] private readonly uint _setting;
    [FieldOffset(VariantOffset)] private readonly ulong _id;
    [FieldOffset(VariantOffset + 8)] private readonly ulong _amount;

    private ShardCommand(ShardCommandKind kind, int market, uint seat, ulong slot)
    {
        _kind = kind;
        _market = market;
        _seat = seat;
        _slot = slot;
    }

    private ShardCommand(ShardCommandKind kind, int market, uint seat, ulong slot, ulong id, ulong amount, Asset asset = default)
        : this(kind, market, seat, slot)
    {
        _id = id;
        _amount = amount;
        _asset = asset;
    }

    private ShardCommand(int market, uint seat, in NewOrder order, ulong slot)
        : this(ShardCommandKind.Place, market, seat, slot) => _order = order;

    private ShardCommand(
        ShardCommandKind kind, int market, uint seat, ulong slot, in Address address, uint setting = 0, ulong limit = 0)
        : this(kind, market, seat, slot)
    {
        _address = address;
        _setting = setting;
        _limit = limit;
    }

    private ShardCommand(in ShardCommand command, long number)
    {
        this = command;
        _number = number;
    }

    /// <summary>What it asks for.</summary>
    public ShardCommandKind Kind => _kind;

    /// <summary>Index of its market in the engine's list.</summary>
    public int Market => _market;

    /// <summary>Who asks, or the seat that is limited or stopped; 0 for what concerns none.</summary>
    public uint Seat => _seat;

    /// <summary>The slot that its events carry.</summary>
    public ulong Slot => _slot;

    /// <summary>Its place in the one order of all inputs.</summary>
    internal long Number => _number;

    internal Asset Asset => _asset;

    internal ulong Id => _id;

    internal ulong Amount => _amount;

    /// <summary>Of a command with an address: a phase, a band or a number of orders.</summary>
    internal uint Setting => _setting;

    /// <summary>Of a command with an address: a price or atoms.</summary>
    internal ulong Limit => _limit;

    internal static ref readonly NewOrder OrderOf(ref readonly ShardCommand command) => ref command._order;

    /// <summary>The owner of a seat to open, or who signs.</summary>
    internal static ref readonly Address AddressOf(ref readonly ShardCommand command) => ref command._address;

    /// <summary><see cref="OrderBook.Market.Place"/>.</summary>
    public static ShardCommand Place(int market, uint seat, in NewOrder order, ulong slot = 0) => new(market, seat, order, slot);

    /// <summary><see cref="OrderBook.Market.Cancel"/>.</summary>
    public static ShardCommand Cancel(int market, uint seat, ulong orderId, ulong slot = 0) =>
        new(ShardCommandKind.Cancel, market, seat, slot, orderId, 0);

    /// <summary><see cref="OrderBook.Market.CancelByClientId"/>.</summary>
    public static ShardCommand CancelByClientId(int market, uint seat, ulong clientOrderId, ulong slot = 0) =>
        new(ShardCommandKind.CancelByClientId, market, seat, slot, clientOrderId, 0);

    /// <summary><see cref="OrderBook.Market.CancelAll"/>.</summary>
    public static ShardCommand CancelAll(int market, uint seat, int maxOrders, ulong slot = 0) =>
        new(ShardCommandKind.CancelAll, market, seat, slot, 0, (uint)maxOrders);

    /// <summary><see cref="OrderBook.Market.Reduce"/>.</summary>
    public static ShardCommand Reduce(int market, uint seat, ulong orderId, ulong byLots, ulong slot = 0) =>
        new(ShardCommandKind.Reduce, market, seat, slot, orderId, byLots);

    /// <summary><see cref="OrderBook.Market.ReduceByClientId"/>.</summary>
    public static ShardCommand ReduceByClientId(int market, uint seat, ulong clientOrderId, ulong byLots, ulong slot = 0) =>
        new(ShardCommandKind.ReduceByClientId, market, seat, slot, clientOrderId, byLots);

    /// <summary><see cref="OrderBook.Market.Credit"/>: a deposit from outside.</summary>
    public static ShardCommand Credit(int market, uint seat, Asset asset, ulong atoms) =>
        new(ShardCommandKind.Credit, market, seat, 0, 0, atoms, asset);

    /// <summary><see cref="OrderBook.Market.Debit"/>: a withdrawal to outside.</summary>
    public static ShardCommand Debit(int market, uint seat, Asset asset, ulong atoms) =>
        new(ShardCommandKind.Debit, market, seat, 0, 0, atoms, asset);

    /// <summary><see cref="OrderBook.Market.OpenSeat"/>; the answer says which seat it is.</summary>
    public static ShardCommand OpenSeat(int market, in Address owner) => new(ShardCommandKind.OpenSeat, market, 0, 0, owner);

    /// <summary><see cref="OrderBook.Market.Advance"/>: for whoever turns the clock while nobody trades.</summary>
    public static ShardCommand Advance(int market, ulong slot) => new(ShardCommandKind.Advance, market, 0, slot);

    /// <summary><see cref="OrderBook.Market.SetPhase"/>.</summary>
    public static ShardCommand SetPhase(int market, in Address authority, MarketPhase phase, ulong slot = 0) =>
        new(ShardCommandKind.SetPhase, market, 0, slot, authority, (uint)phase);

    /// <summary><see cref="OrderBook.Market.Uncross"/>: one step. Ask again until <see cref="ShardAnswer.Uncross"/> says that it
    /// is done.</summary>
    public static ShardCommand Uncross(int market, in Address authority, ulong slot = 0) =>
        new(ShardCommandKind.Uncross, market, 0, slot, authority);

    /// <summary><see cref="OrderBook.Market.SetPriceBand"/>.</summary>
    public static ShardCommand SetPriceBand(int market, in Address authority, uint bandBps, ulong referenceTicks) =>
        new(ShardCommandKind.SetPriceBand, market, 0, 0, authority, bandBps, referenceTicks);

    /// <summary><see cref="OrderBook.Market.SetSeatLimits"/>.</summary>
    public static ShardCommand SetSeatLimits(int market, in Address signer, uint seat, in SeatLimits limits) =>
        new(ShardCommandKind.SetSeatLimits, market, seat, 0, signer, limits.MaxOpenOrders, limits.MaxOpenNotionalAtoms);

    /// <summary><see cref="OrderBook.Market.StopSeat"/>.</summary>
    public static ShardCommand StopSeat(int market, in Address signer, uint seat, ulong slot = 0) =>
        new(ShardCommandKind.StopSeat, market, seat, slot, signer);

    /// <summary><see cref="OrderBook.Market.ResumeSeat"/>.</summary>
    public static ShardCommand ResumeSeat(int market, in Address signer, uint seat) =>
        new(ShardCommandKind.ResumeSeat, market, seat, 0, signer);

    internal static ShardCommand Together(long index, int legs) =>
        new(ShardCommandKind.Together, 0, 0, 0, (ulong)index, (ulong)legs);

    internal ShardCommand Numbered(long number) => new(this, number);
}
