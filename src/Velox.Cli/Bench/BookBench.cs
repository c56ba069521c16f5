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
    internal const int OperationsPerBundle = 16;
    internal const int Seats = 64;
    private const ulong Funds = 1UL << 50;

    internal static IReadOnlyList<BenchLine> Run(int runs, int operations)
    {
        BookOperation[] flow = BookFlow.Make(operations, seed: 42, Seats);
        (double market, double plain) = BenchReport.Medians(runs, () => MeasureMarket(flow), () => MeasurePlain(flow));
        return [new BenchLine("slab market with seats, fees, events, undo", market, "operations/CPU s", "sorted dictionaries, matching only", plain)];
    }

    private static double MeasureMarket(BookOperation[] flow)
    {
        Market market = OpenMarket(orders: 100_000, out TrackedMemory memory);
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

            ref readonly BookOperation operation = ref flow[i];
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

    private static double MeasurePlain(BookOperation[] flow)
    {
        var book = new PlainBook();
        TimeSpan start = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < flow.Length; i++)
        {
            ref readonly BookOperation operation = ref flow[i];
            if (operation.Cancels >= 0)
                book.Cancel((ulong)operation.Cancels);
            else
                book.Place((ulong)i, operation.Side, operation.PriceTicks, operation.QuantityLots, operation.Type == OrderType.Limit);
        }

        return PerSecond(flow.Length, start);
    }

    /// <summary>The clock counts microseconds: a flow too short for it counts as one.</summary>
    private static double PerSecond(int operations, TimeSpan start) =>
        operations / Math.Max(1e-6, (Environment.CpuUsage.TotalTime - start).TotalSeconds);

    internal static Market OpenMarket(uint orders, out TrackedMemory memory)
    {
        var parameters = new MarketParameters
        {
            LotSize = 1,
            TickSize = 1,
            MakerFeeBps = 1,
            TakerFeeBps = 2,
            OrderCapacity = orders,
            BlockCapacity = 10_000,
            SeatCapacity = Seats,
            MaxOpenOrdersPerSeat = MarketLayout.MaxOpenOrdersPerSeat,
        };
        memory = new TrackedMemory((int)MarketLayout.RequiredBytes(
            parameters.OrderCapacity, parameters.BlockCapacity, parameters.SeatCapacity));
        Require(Market.TryCreate(memory, in parameters, out Market market));
        OpenSeats(market, Seats, Funds);
        return market;
    }

    /// <summary>Opens seats 0..count-1, each with the same funds of both assets.</summary>
    internal static void OpenSeats(Market market, int count, ulong atoms)
    {
        Span<byte> owner = stackalloc byte[Address.Size];
        for (int i = 0; i < count; i++)
        {
            owner[0] = (byte)(i + 1);
            Require(market.OpenSeat(new Address(owner), out uint seat));
            Require(market.Credit(seat, Asset.Base, atoms));
            Require(market.Credit(seat, Asset.Quote, atoms));
        }
    }

    internal static void Require(BookError error)
    {
        if (error != BookError.None)
            throw new InvalidOperationException($"The market could not be set up: {error}.");
    }
}
