using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>
/// A seeded flow of limit, immediate-or-cancel and cancel operations through a market with seats, fees and events, beside
/// a plain book of sorted dictionaries without any of these.
/// </summary>
/// <remarks>
/// The market works as in the engine: in bundles that can be undone. The time is the process's processor time, since both
/// books use one thread: what others do on the machine counts less, and the garbage that a book makes counts too.
/// </remarks>
internal static class BookBench
{
    private const int OperationsPerBundle = 16;
    private const int Seats = 64;
    private const ulong Funds = 1UL << 50;

    internal static IReadOnlyList<BenchLine> Run(int runs, int operations)
    {
        Operation[] flow = MakeFlow(operations, seed: 42);
        (double market, double plain) = BenchReport.Medians(runs, () => MeasureMarket(flow), () => MeasurePlain(flow));
        return [new BenchLine("slab market with seats, fees, events, undo", market, "operations/CPU s", "sorted dictionaries, matching only", plain)];
    }

    private static double MeasureMarket(Operation[] flow)
    {
        Market market = OpenMarket(out TrackedMemory memory);
        var buffer = new BookEvent[Market.MaxEventsPerOperation];
        ulong[] orderIds = new ulong[flow.Length];
        TimeSpan start = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < flow.Length; i++)
        {
            if (i % OperationsPerBundle == 0)
            {
                memory.Accept();
                memory.Checkpoint();
            }

            ref readonly Operation operation = ref flow[i];
            var events = new EventWriter(buffer, slot: 1);
            if (operation.Cancels >= 0)
            {
                market.Cancel(operation.Seat, orderIds[operation.Cancels], ref events, out _);
                continue;
            }

            var order = new NewOrder(operation.Side, operation.Type, operation.PriceTicks, operation.QuantityLots, 0);
            market.Place(operation.Seat, in order, ref events, out OperationResult result);
            orderIds[i] = result.OrderId;
        }

        return PerSecond(flow.Length, start);
    }

    private static double MeasurePlain(Operation[] flow)
    {
        var book = new PlainBook();
        TimeSpan start = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < flow.Length; i++)
        {
            ref readonly Operation operation = ref flow[i];
            if (operation.Cancels >= 0)
                book.Cancel(operation.Cancels);
            else
                book.Place(i, operation.Side, operation.PriceTicks, operation.QuantityLots, operation.Type == OrderType.Limit);
        }

        return PerSecond(flow.Length, start);
    }

    /// <summary>The clock counts microseconds: a flow too short for it counts as one.</summary>
    private static double PerSecond(int operations, TimeSpan start) =>
        operations / Math.Max(1e-6, (Environment.CpuUsage.TotalTime - start).TotalSeconds);

    private static Market OpenMarket(out TrackedMemory memory)
    {
        var parameters = new MarketParameters
        {
            LotSize = 1,
            TickSize = 1,
            MakerFeeBps = 1,
            TakerFeeBps = 2,
            OrderCapacity = 100_000,
            LevelCapacity = 10_000,
            SeatCapacity = Seats,
            MaxOpenOrdersPerSeat = MarketLayout.MaxOpenOrdersPerSeat,
        };
        memory = new TrackedMemory((int)MarketLayout.RequiredBytes(
            parameters.OrderCapacity, parameters.LevelCapacity, parameters.SeatCapacity));
        Require(Market.TryCreate(memory, in parameters, out Market market));
        Span<byte> owner = stackalloc byte[Address.Size];
        for (byte i = 0; i < Seats; i++)
        {
            owner[0] = (byte)(i + 1);
            Require(market.OpenSeat(new Address(owner), out uint seat));
            Require(market.Credit(seat, Asset.Base, Funds));
            Require(market.Credit(seat, Asset.Quote, Funds));
        }

        return market;
    }

    private static Operation[] MakeFlow(int operations, int seed)
    {
        var random = new Random(seed);
        var flow = new Operation[operations];
        long mid = 10_000;
        for (int i = 0; i < operations; i++)
        {
            mid = Math.Clamp(mid + random.Next(-1, 2), 9_000, 11_000);
            uint seat = (uint)random.Next(Seats);
            if (i > 0 && random.Next(100) < 45)
            {
                // Cancels reach back a little: most hit a resting order, some come too late.
                int target = Math.Max(0, i - random.Next(1, 4_000));
                flow[i] = new Operation { Cancels = target, Seat = flow[target].Seat };
                continue;
            }

            Side side = random.Next(2) == 0 ? Side.Bid : Side.Ask;
            long behindMid = random.Next(-10, 100);
            flow[i] = new Operation
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

    private static void Require(BookError error)
    {
        if (error != BookError.None)
            throw new InvalidOperationException($"The market could not be set up: {error}.");
    }

    private struct Operation
    {
        public int Cancels;
        public uint Seat;
        public Side Side;
        public OrderType Type;
        public ulong PriceTicks;
        public ulong QuantityLots;
    }
}
