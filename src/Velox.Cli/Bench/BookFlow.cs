using Velox.OrderBook;

namespace Velox.Cli;

/// <summary>One operation of a flow through a book.</summary>
internal struct BookOperation
{
    /// <summary>The operation whose order it cancels; -1 when it places one.</summary>
    public int Cancels;

    public uint Seat;
    public Side Side;
    public OrderType Type;
    public ulong PriceTicks;
    public ulong QuantityLots;
}

/// <summary>Seeded flows of limit, immediate-or-cancel and cancel operations around a price that wanders.</summary>
internal static class BookFlow
{
    internal static BookOperation[] Make(int operations, int seed, int seats)
    {
        var random = new Random(seed);
        var flow = new BookOperation[operations];
        long mid = 10_000;
        for (int i = 0; i < operations; i++)
        {
            mid = Math.Clamp(mid + random.Next(-1, 2), 9_000, 11_000);
            uint seat = (uint)random.Next(seats);
            if (i > 0 && random.Next(100) < 45)
            {
                // Cancels reach back a little: most hit a resting order, some come too late.
                int target = Math.Max(0, i - random.Next(1, 4_000));
                flow[i] = new BookOperation { Cancels = target, Seat = flow[target].Seat };
                continue;
            }

            Side side = random.Next(2) == 0 ? Side.Bid : Side.Ask;
            long behindMid = random.Next(-10, 100);
            flow[i] = new BookOperation
            {
                Cancels = -1,
                Seat = seat,
                Side = side,
                Type = random.Next(10) == 0 ? OrderType.ImmediateOrCancel : OrderType.Limit,
                PriceTicks = (ulong)(side == Side.Bid ? mid - behindMid : mid + behindMid),
                QuantityLots = (ulong)random.Next(1, 100),
            };
        }

        return flow;
    }
}
