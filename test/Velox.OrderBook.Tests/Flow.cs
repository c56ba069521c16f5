using Velox.Primitives;

namespace Velox.OrderBook.Tests;

internal enum OperationKind
{
    Place,
    Cancel,
    CancelByClientId,
    CancelAll,
    Reduce,
    ReduceByClientId,
    Message,
    Credit,
    Debit,
    OpenSeat,
    SetSessionKey,
    CollectFees,
}

/// <summary>One random operation. Which fields count depends on the kind.</summary>
internal readonly record struct Operation(
    OperationKind Kind, uint Seat, NewOrder Order, ulong Id, ulong Amount, Asset Asset, Address Key, OrderMessage Message);

/// <summary>What a flow looks like.</summary>
internal sealed record FlowShape(
    uint Seats, ulong MiddlePrice, int PriceSpread, int MaxLots, int ClientIds, int HostilePercent, int PlacePercent);

/// <summary>
/// A deterministic source of operations, some of them hostile, that knows which order ids were given out.
/// </summary>
internal sealed class Flow(int seed, FlowShape shape)
{
    private static readonly ulong[] HostileNumbers =
        [0, 1, 2, ulong.MaxValue, ulong.MaxValue - 1, 1UL << 63, 1UL << 32, 1UL << 18];

    private readonly Random _random = new(seed);
    private readonly ulong[] _recentIds = new ulong[64];

    public void Remember(ulong orderId)
    {
        if (orderId != 0)
            _recentIds[_random.Next(_recentIds.Length)] = orderId;
    }

    public Operation Next()
    {
        OperationKind kind = _random.Next(100) < shape.PlacePercent
            ? OperationKind.Place
            : (OperationKind)_random.Next(1, (int)OperationKind.CollectFees + 1);
        uint seat = Hostile() ? (uint)HostileNumber() : (uint)_random.Next((int)shape.Seats);
        NewOrder order = NextOrder();
        return new Operation(
            kind, seat, order, NextId(kind), NextAmount(kind), Hostile() ? (Asset)_random.Next(4) : (Asset)_random.Next(2),
            NextKey(kind, seat), NextMessage((ushort)seat, order));
    }

    private NewOrder NextOrder() => new(
        Hostile() ? (Side)_random.Next(4) : (Side)_random.Next(2),
        Hostile() ? (OrderType)_random.Next(8) : (OrderType)Math.Max(0, _random.Next(-3, 4)),
        Hostile() ? HostileNumber() : shape.MiddlePrice + (ulong)_random.Next(shape.PriceSpread),
        Hostile() ? HostileNumber() : 1 + (ulong)_random.Next(shape.MaxLots),
        Hostile() ? HostileNumber() : (ulong)_random.Next(shape.ClientIds));

    private OrderMessage NextMessage(ushort seat, NewOrder order)
    {
        uint sequence = (uint)_random.Next();
        ulong id = (ulong)_random.Next(shape.ClientIds);
        return _random.Next(4) switch
        {
            0 => OrderMessage.Place(seat, sequence, order),
            1 => OrderMessage.Cancel(seat, sequence, id),
            2 => _random.Next(8) == 0 ? OrderMessage.CancelAll(seat, sequence) : OrderMessage.Place(seat, sequence, order),
            _ => OrderMessage.Reduce(seat, sequence, id, (ulong)_random.Next(shape.MaxLots)),
        };
    }

    private ulong NextId(OperationKind kind) => Hostile() ? HostileNumber()
        : kind is OperationKind.Cancel or OperationKind.Reduce ? _recentIds[_random.Next(_recentIds.Length)]
        : (ulong)_random.Next(shape.ClientIds);

    private ulong NextAmount(OperationKind kind) => Hostile() ? HostileNumber()
        : kind is OperationKind.Reduce or OperationKind.ReduceByClientId ? (ulong)_random.Next(shape.MaxLots + 1)
        : kind == OperationKind.CancelAll ? (ulong)_random.Next(5)
        : kind == OperationKind.CollectFees ? (ulong)_random.Next(1, 50)
        : (ulong)_random.NextInt64(1, 2_000_000);

    // Of keys that are asked for, most are right; wrong ones are those of the next seat, or nobody's.
    private Address NextKey(OperationKind kind, uint seat)
    {
        if (Hostile())
            return default;
        uint whose = _random.Next(8) == 0 ? seat + 1 : seat;
        return kind switch
        {
            OperationKind.OpenSeat => TestMarket.OwnerOf((uint)_random.Next((int)shape.Seats + 2)),
            OperationKind.CollectFees => _random.Next(4) == 0 ? TestMarket.OwnerOf(0) : TestMarket.Authority,
            _ => TestMarket.SessionOf(whose),
        };
    }

    private bool Hostile() => _random.Next(100) < shape.HostilePercent;

    private ulong HostileNumber() => HostileNumbers[_random.Next(HostileNumbers.Length)];
}

internal static class Operations
{
    /// <summary>Executes an operation on the market.</summary>
    public static BookError Apply(
        this Market market, in Operation operation, ref EventWriter events, out OperationResult result)
    {
        result = default;
        uint seat = operation.Seat;
        return operation.Kind switch
        {
            OperationKind.Place => market.Place(seat, operation.Order, ref events, out result),
            OperationKind.Cancel => market.Cancel(seat, operation.Id, ref events, out result),
            OperationKind.CancelByClientId => market.CancelByClientId(seat, operation.Id, ref events, out result),
            OperationKind.CancelAll => market.CancelAll(seat, (int)operation.Amount, ref events, out result),
            OperationKind.Reduce => market.Reduce(seat, operation.Id, operation.Amount, ref events, out result),
            OperationKind.ReduceByClientId =>
                market.ReduceByClientId(seat, operation.Id, operation.Amount, ref events, out result),
            OperationKind.Message => market.Execute(operation.Message, operation.Key, ref events, out result),
            OperationKind.Credit => market.Credit(seat, operation.Asset, operation.Amount),
            OperationKind.Debit => market.Debit(seat, operation.Asset, operation.Amount),
            OperationKind.OpenSeat => market.OpenSeat(operation.Key, out _),
            OperationKind.SetSessionKey => market.SetSessionKey(seat, operation.Key),
            _ => market.CollectFees(operation.Key, operation.Asset, operation.Amount),
        };
    }
}
