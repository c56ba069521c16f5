using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>The messages of a synthetic flow: orders around a drifting middle, and cancels of earlier ones.</summary>
/// <remarks>
/// Of the orders placed, 80 % are limit orders, 10 % post-only, 10 % immediate-or-cancel. Limit orders stand on either
/// side up to the range away from the middle, and every tenth or so crosses it. Fills are not watched: a cancel may
/// come too late, as a real one may.
/// </remarks>
internal sealed class OrderSource
{
    private readonly FlowParameters _parameters;
    private readonly Random _random;
    private readonly Queue<ulong>[] _openOrders;
    private long _midTicks;
    private uint _sequence;
    private ulong _nextClientOrderId;

    internal OrderSource(FlowParameters parameters, Random random)
    {
        _parameters = parameters;
        _random = random;
        _midTicks = parameters.MidTicks;
        _nextClientOrderId = parameters.FirstClientOrderId;
        _openOrders = new Queue<ulong>[parameters.Seats.Count];
        for (int i = 0; i < _openOrders.Length; i++)
            _openOrders[i] = new Queue<ulong>(parameters.MaxOpenOrdersPerSeat);
    }

    /// <summary>The next message; <see cref="Confirm"/> it when the door accepted it.</summary>
    internal OrderMessage Next(out int trader)
    {
        Drift();
        trader = _random.Next(_openOrders.Length);
        ushort seat = _parameters.Seats[trader];
        Queue<ulong> open = _openOrders[trader];
        uint sequence = ++_sequence;

        bool wantsCancel = _random.Next(100) < _parameters.CancelPercent;
        if (open.Count == _parameters.MaxOpenOrdersPerSeat || (wantsCancel && open.Count > 0))
            return OrderMessage.Cancel(seat, sequence, open.Peek());
        return OrderMessage.Place(seat, sequence, NextOrder());
    }

    /// <summary>Remembers what an accepted message changed; a dropped one changed nothing.</summary>
    internal void Confirm(int trader, in OrderMessage message)
    {
        if (message.Kind == OrderMessageKind.Cancel)
            _openOrders[trader].Dequeue();
        else if (message.Type != OrderType.ImmediateOrCancel)
            _openOrders[trader].Enqueue(message.ClientOrderId);
    }

    private NewOrder NextOrder()
    {
        Side side = _random.Next(2) == 0 ? Side.Bid : Side.Ask;
        OrderType type = NextType();
        long behindMid = DistanceBehindMid(type);
        long price = side == Side.Bid ? _midTicks - behindMid : _midTicks + behindMid;
        ulong quantity = (ulong)_random.Next(1, _parameters.MaxQuantityLots + 1);
        return new NewOrder(side, type, (ulong)price, quantity, _nextClientOrderId++);
    }

    private OrderType NextType() => _random.Next(10) switch
    {
        0 => OrderType.ImmediateOrCancel,
        1 => OrderType.PostOnly,
        _ => OrderType.Limit,
    };

    // Negative: on the other side's half, where it may trade at once.
    private long DistanceBehindMid(OrderType type)
    {
        long range = _parameters.RangeTicks;
        return type switch
        {
            OrderType.ImmediateOrCancel => -_random.NextInt64(range + 1),
            OrderType.PostOnly => _random.NextInt64(1, range + 1),
            _ => _random.NextInt64(-(range / 8), range + 1),
        };
    }

    private void Drift()
    {
        long step = _random.Next(-1, 2);
        _midTicks = Math.Clamp(
            _midTicks + step,
            _parameters.MidTicks - _parameters.MaxDriftTicks,
            _parameters.MidTicks + _parameters.MaxDriftTicks);
    }
}
