using Velox.BookVm;
using Velox.Bpf;
using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>What speculation in native code does to orders that match: in a book that no cache holds, and in one that all do.</summary>
internal static class BookVmMatchBench
{
    private const int LargeLevels = 200_000;
    private const int SmallLevels = 100;
    private const int Turns = 50_000;
    private const int Seats = 64;
    private const ulong LowestTicks = 1_000;
    private const string Peer = "without speculation";

    /// <summary>Takes the first order of the best level.</summary>
    private const string Take = """
            mov64 r1, 0
            mov64 r2, 2
            lddw r3, 1000000
            mov64 r4, 1
            mov64 r5, 0
            placeorder r0
            jne r0, 0, end
        """;

    /// <summary>Places an order at the lowest price.</summary>
    private const string Make = """
            mov64 r1, 1
            mov64 r2, 1
            mov64 r3, 1000
            mov64 r4, 1
            mov64 r5, 0
            placeorder r0
            jne r0, 0, end
        """;

    internal static IEnumerable<BenchLine> Run(int runs)
    {
        BpfProgram take = Repeat(Take);
        BpfProgram makeAndTake = Repeat(Make + "\n" + Take);
        (double with, double without) = BenchReport.Medians(
            runs, () => NanosPerTurn(take, LargeLevels, speculates: true), () => NanosPerTurn(take, LargeLevels, speculates: false));
        yield return new BenchLine("PlaceOrder that takes a level of 200,000, in native code", with, "CPU ns", Peer, without);
        (with, without) = BenchReport.Medians(
            runs, () => NanosPerTurn(makeAndTake, SmallLevels, speculates: true), () => NanosPerTurn(makeAndTake, SmallLevels, speculates: false));
        yield return new BenchLine("PlaceOrder at a level and one that takes it, 100 levels", with, "CPU ns", Peer, without);
    }

    /// <summary>A new book, filled, is not measured; the program on it is.</summary>
    private static double NanosPerTurn(BpfProgram program, int levels, bool speculates)
    {
        ShardedBook book = CreateBook(levels);
        var options = new BookVmOptions { UnitsPerRun = ulong.MaxValue / 2, Speculates = speculates };
        using var machine = new BookVirtualMachine(program, book, options);
        return BookVmBench.CpuNanos(Turns, () =>
        {
            BookRun run = machine.Run();
            if (!run.IsSuccess || run.Value != 0)
                throw new BenchFailedException("A program did not reach its end.");
        });
    }

    private static BpfProgram Repeat(string body)
    {
        BpfProgram program = BookVirtualMachine.Assemble($"mov64 r9, {Turns}\nturn:\n{body}\nadd64 r9, -1\njne r9, 0, turn\nend:\nexit");
        if (!program.TryCompile())
            throw new BenchFailedException("This machine does not run native code: it needs Linux on x86-64 or ARM64.");
        return program;
    }

    /// <summary>One ask at each price, placed in random order: neighbours in price are not neighbours in memory.</summary>
    private static ShardedBook CreateBook(int levels)
    {
        const ulong atoms = 1ul << 50;
        var book = new ShardedBook(1, new ShardedBookOptions
        {
            Market = new MarketParameters
            {
                LotSize = 1,
                TickSize = 1,
                OrderCapacity = (uint)levels + 64,
                BlockCapacity = ((uint)levels / MarketLayout.BlockTicks) + 64,
                SeatCapacity = Seats,
                MaxOpenOrdersPerSeat = (uint)levels,
            },
        });
        Market market = book[0].Market;
        Span<byte> owner = stackalloc byte[32];
        for (byte i = 1; i <= Seats; i++)
        {
            owner.Fill(i);
            market.OpenSeat(new Address(owner), out uint seat);
            market.Credit(seat, Asset.Base, atoms);
            market.Credit(seat, Asset.Quote, atoms);
        }

        int[] ticks = [.. Enumerable.Range(0, levels)];
        var random = new Random(levels);
        random.Shuffle(ticks);
        Span<BookEvent> buffer = new BookEvent[Market.MaxEventsPerOperation];
        foreach (int tick in ticks)
        {
            var events = new EventWriter(buffer, slot: 0);
            market.Place((uint)random.Next(1, Seats), new NewOrder(Side.Ask, OrderType.Limit, LowestTicks + (ulong)tick, 1), ref events, out _);
        }

        return book;
    }
}
