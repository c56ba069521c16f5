using System.Numerics;
using System.Runtime.InteropServices;
using Velox.BookVm;
using Velox.Bpf;
using Velox.OrderBook;

namespace Velox.Cli;

/// <summary>
/// What instructions of the book cost in native code, beside direct calls of the same operations; and a price check of 256 levels in
/// vectors, beside the same check written as a loop.
/// </summary>
/// <remarks>Each is a loop in one program, whose own turns are measured by a program that does nothing else and taken off.</remarks>
internal static class BookVmBench
{
    private const int Turns = 100_000;
    private const int Prices = 256;
    private const ulong Bound = 1_100;
    private const string Calls = "direct calls of the market";

    /// <summary>An order that neither matches nor rests: the whole way of PlaceOrder, and the book stays as it is.</summary>
    private const string PlaceImmediate = """
            mov64 r1, 0
            mov64 r2, 2
            mov64 r3, 1000
            mov64 r4, 1
            mov64 r5, 0
            placeorder r0
        """;

    private const string UpdateState = "updateshard r0";

    private const string PlaceBySyscall = """
            mov64 r1, 0
            mov64 r2, 2
            mov64 r3, 1000
            mov64 r4, 1
            mov64 r5, 0
            syscall sol_book_place_order
        """;

    private const string PlaceAndCancel = """
            mov64 r1, 0
            mov64 r2, 0
            mov64 r3, 1000
            mov64 r4, 1
            mov64 r5, 0
            placeorder r0
            bookresult r2, 0
            cancelorder r0
        """;

    private const string BestBids = """
            bestbid r0
            bestbid r1
            bestbid r2
            bestbid r3
            bestbid r4
            bestbid r5
            bestbid r6
            bestbid r7
        """;

    private const string PriceCheckArguments = """
            mov64 r3, 1100
            mov64 r4, r10
            add64 r4, -32
            stdw [r10-32], 0
        """;

    private const string VectorCheck = """
            pricecheckle r0
        """;

    /// <summary>The same mask and count, a price at a time; the prices rise, so its jump is foreseen.</summary>
    private const string ScalarCheck = """
            mov64 r6, r1
            mov64 r7, r4
            mov64 r0, 0
        word:
            mov64 r2, 0
            mov64 r5, 0
        price:
            ldxdw r8, [r6+0]
            jgt r8, r3, next
            add64 r0, 1
            mov64 r8, 1
            lsh64 r8, r2
            or64 r5, r8
        next:
            add64 r6, 8
            add64 r2, 1
            jlt r2, 64, price
            stxdw [r7+0], r5
            add64 r7, 8
            jlt r7, r10, word
            mov64 r2, 256
        """;

    /// <exception cref="BenchFailedException">There is no native code here, or a result is wrong.</exception>
    internal static IReadOnlyList<BenchLine> Run(int runs)
    {
        // What instructions call is compiled well only some time after its first calls: they are made here.
        CompareOperations("", PlaceAndCancel, PlaceAndCancelDirectly, runs: 1);
        CompareOperations("", PlaceImmediate, PlaceDirectly, runs: 1);
        return Measure(runs);
    }

    private static List<BenchLine> Measure(int runs) =>
    [
        CompareOperations("PlaceOrder, nothing to match", PlaceImmediate, PlaceDirectly, runs),
        CompareOperations("UpdateShardState", UpdateState, _ => { }, runs),
        CompareOperations("sol_book_place_order, nothing to match", PlaceBySyscall, PlaceDirectly, runs),
        CompareOperations("PlaceOrder that rests, and CancelOrder", PlaceAndCancel, PlaceAndCancelDirectly, runs),
        MeasureBestBid(runs),
        .. BookVmMatchBench.Run(runs),
        .. ComparePriceChecks(runs),
        new BenchLine("allocated by a run", MeasureAllocation(), "bytes"),
    ];

    private static BenchLine CompareOperations(string name, string body, Action<Market> direct, int runs)
    {
        using BookVirtualMachine machine = Prepare("", body);
        using BookVirtualMachine empty = Prepare("", "");
        Market market = ShardedBook.CreateSandbox(1)[0].Market;
        (double inside, double outside) = BenchReport.Medians(
            runs, () => NanosPerTurn(machine) - NanosPerTurn(empty), () => CpuNanos(Turns, () => direct(market)));
        return new BenchLine($"{name}, in native code", inside, "CPU ns", Calls, outside);
    }

    private static BenchLine MeasureBestBid(int runs)
    {
        const int loads = 8;
        using BookVirtualMachine machine = Prepare("", BestBids);
        using BookVirtualMachine empty = Prepare("", "");
        double nanos = BenchReport.Medians(runs, () => (NanosPerTurn(machine) - NanosPerTurn(empty)) / loads, () => 0).First;
        return new BenchLine("best bid in native code", nanos, "CPU ns");
    }

    private static BenchLine[] ComparePriceChecks(int runs)
    {
        ulong[] prices = [.. Enumerable.Range(0, Prices).Select(i => 1000 + (ulong)i)];
        byte[] input = MemoryMarshal.AsBytes(prices.AsSpan()).ToArray();
        string arguments = $"mov64 r2, {Prices}\n{PriceCheckArguments}";
        using BookVirtualMachine vector = Prepare(arguments, VectorCheck);
        using BookVirtualMachine scalar = Prepare(arguments, ScalarCheck);
        ulong[] mask = new ulong[Prices / 64];
        int count = CheckPlainly(prices, Bound, mask);
        foreach (BookVirtualMachine machine in (BookVirtualMachine[])[vector, scalar])
        {
            if (machine.Run(0, input).Value != (ulong)count)
                throw new BenchFailedException("A price check counts other prices.");
        }

        (double vectorNanos, double scalarNanos) = BenchReport.Medians(
            runs, () => NanosPerTurn(vector, input), () => NanosPerTurn(scalar, input));
        (double again, double plainNanos) = BenchReport.Medians(
            runs, () => NanosPerTurn(vector, input), () => CpuNanos(Turns, () => CheckPlainlyOften(prices, mask)));
        const string name = "VectorizedPriceCheck of 256 levels, in native code";
        return
        [
            new BenchLine(name, vectorNanos, "CPU ns", "the same as a loop of eBPF in native code", scalarNanos),
            new BenchLine(name, again, "CPU ns", "the same as a loop of C#", plainNanos),
        ];
    }

    /// <summary>A machine whose program does something <see cref="Turns"/> times.</summary>
    private static BookVirtualMachine Prepare(string before, string body)
    {
        BpfProgram program = BookVirtualMachine.Assemble($"{before}\nmov64 r9, {Turns}\nturn:\n{body}\nadd64 r9, -1\njne r9, 0, turn\nexit");
        if (!program.TryCompile())
            throw new BenchFailedException("This machine does not run native code: it needs Linux on x86-64 or ARM64.");
        return new BookVirtualMachine(program, ShardedBook.CreateSandbox(1), new BookVmOptions { UnitsPerRun = ulong.MaxValue / 2 });
    }

    private static double NanosPerTurn(BookVirtualMachine machine, byte[]? input = null) => CpuNanos(Turns, () =>
    {
        if (!machine.Run(0, input).IsSuccess)
            throw new BenchFailedException("A program did not reach its end.");
    });

    /// <summary>Processor time of a turn: what others do on the machine counts less.</summary>
    internal static double CpuNanos(int count, Action turns)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        turns();
        return (Environment.CpuUsage.TotalTime - start).TotalNanoseconds / count;
    }

    private static void PlaceDirectly(Market market)
    {
        Span<BookEvent> buffer = new BookEvent[Market.MaxEventsPerOperation];
        for (int turn = 0; turn < Turns; turn++)
        {
            var events = new EventWriter(buffer, slot: 0);
            var order = new NewOrder(Side.Bid, OrderType.ImmediateOrCancel, 1000, 1);
            market.Place(0, in order, ref events, out _);
        }
    }

    private static void PlaceAndCancelDirectly(Market market)
    {
        Span<BookEvent> buffer = new BookEvent[Market.MaxEventsPerOperation + 1];
        for (int turn = 0; turn < Turns; turn++)
        {
            var events = new EventWriter(buffer, slot: 0);
            var order = new NewOrder(Side.Bid, OrderType.Limit, 1000, 1);
            market.Place(0, in order, ref events, out OperationResult result);
            market.Cancel(0, result.OrderId, ref events, out _);
        }
    }

    private static void CheckPlainlyOften(ulong[] prices, ulong[] mask)
    {
        for (int turn = 0; turn < Turns; turn++)
            CheckPlainly(prices, Bound, mask);
    }

    private static int CheckPlainly(ulong[] prices, ulong bound, ulong[] mask)
    {
        int count = 0;
        for (int word = 0; word < mask.Length; word++)
        {
            ulong bits = 0;
            ReadOnlySpan<ulong> some = prices.AsSpan(word * 64, 64);
            for (int i = 0; i < some.Length; i++)
                bits |= (some[i] <= bound ? 1ul : 0) << i;
            mask[word] = bits;
            count += BitOperations.PopCount(bits);
        }

        return count;
    }

    private static double MeasureAllocation()
    {
        using BookVirtualMachine machine = Prepare("", PlaceAndCancel);
        machine.Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            machine.Run();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / 100.0;
    }
}
