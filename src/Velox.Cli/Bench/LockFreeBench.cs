using System.Diagnostics;
using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>
/// One flow, dealt to one or two threads that place and cancel in a <see cref="LockFreeOrderBook"/>, beside the same threads
/// writing it into an <see cref="MpscRing{T}"/> from which one more thread feeds a serial book.
/// </summary>
/// <remarks>
/// In the lock-free book a thread has the result of its operation when the call returns; behind the ring it does not wait for
/// it. The books run with an empty start and end with the orders that the flow left resting. The lock-free book uses removed
/// nodes again by epochs, or by hazard pointers, which is a contestant of its own beside the epochs.
/// </remarks>
internal static class LockFreeBench
{
    /// <summary>Of more the slab market could not hold what is left resting.</summary>
    internal const int MaxOperations = 300_000;

    private const int RingCapacity = 4_096;
    private const int SpinsPerYield = 64;

    private static readonly string[] Peers = ["sorted dictionaries behind MpscRing", "slab market behind MpscRing"];

    internal static IReadOnlyList<BenchLine> Run(int runs, int operations)
    {
        BookOperation[] flow = BookFlow.Make(operations, seed: 42, BookBench.Seats);
        var lines = new List<BenchLine>();
        foreach (int threads in (int[])[1, 2])
        {
            Cost[] medians = Medians(
                runs,
                () => LockFree(flow, threads, LockFreeReclamation.Epochs),
                () => LockFree(flow, threads, LockFreeReclamation.HazardPointers),
                () => Serial(flow, threads, new DictionaryBook()), () => Serial(flow, threads, new SlabBook(flow.Length)));
            string name = threads == 1 ? "lock-free book, 1 thread" : $"lock-free book, {threads} threads";
            string hazards = name.Replace("book", "book with hazard pointers", StringComparison.Ordinal);
            lines.Add(new BenchLine(hazards, medians[1].MillionsPerSecond, "million operations/s", name, medians[0].MillionsPerSecond));
            lines.Add(new BenchLine(hazards, medians[1].CpuNanos, "CPU ns/operation", name, medians[0].CpuNanos));
            for (int peer = 0; peer < Peers.Length; peer++)
            {
                lines.Add(new BenchLine(name, medians[0].MillionsPerSecond, "million operations/s", Peers[peer], medians[peer + 2].MillionsPerSecond));
                lines.Add(new BenchLine(name, medians[0].CpuNanos, "CPU ns/operation", Peers[peer], medians[peer + 2].CpuNanos));
            }
        }

        return lines;
    }

    private static Cost LockFree(BookOperation[] flow, int threads, LockFreeReclamation reclamation)
    {
        using var book = new LockFreeOrderBook(Math.Max(1_024, 2 * flow.Length), threads, reclamation);
        ulong[] orderIds = new ulong[flow.Length];
        return Measure(flow.Length, [.. Enumerable.Range(0, threads).Select(thread => (Action)(() =>
        {
            using LockFreeTrader trader = book.TryJoin()!;
            Trade(trader, flow, orderIds, thread, threads);
        }))]);
    }

    private static void Trade(LockFreeTrader trader, BookOperation[] flow, ulong[] orderIds, int first, int step)
    {
        var fills = new LockFreeFill[Market.MaxFillsPerOrder];
        for (int i = first; i < flow.Length; i += step)
        {
            ref readonly BookOperation operation = ref flow[i];
            if (operation.Cancels >= 0)
            {
                // The other thread's order perhaps: 0 when it is not placed yet, which is refused.
                trader.Cancel(Volatile.Read(ref orderIds[operation.Cancels]), out _);
                continue;
            }

            var order = new NewOrder(operation.Side, operation.Type, operation.PriceTicks, operation.QuantityLots, (ulong)i);
            LockFreePlacement placed = trader.Place(in order, fills);
            if (placed.Outcome == LockFreeOutcome.NoNode)
                throw new InvalidOperationException("There is a node for every order.");
            Volatile.Write(ref orderIds[i], placed.OrderId);
        }
    }

    private static Cost Serial<TBook>(BookOperation[] flow, int threads, TBook book)
        where TBook : ISerialBook
    {
        var ring = new MpscRing<Command>(RingCapacity);
        return Measure(
            flow.Length,
            [
                .. Enumerable.Range(0, threads).Select(thread => (Action)(() => Write(ring, flow, thread, threads))),
                () => Consume(ring, flow.Length, book),
            ]);
    }

    private static void Write(MpscRing<Command> ring, BookOperation[] flow, int first, int step)
    {
        for (int i = first; i < flow.Length; i += step)
        {
            var command = new Command(i, flow[i]);
            for (int tries = 1; !ring.TryWrite(in command); tries++)
                Wait(tries);
        }
    }

    private static void Consume<TBook>(MpscRing<Command> ring, int operations, TBook book)
        where TBook : ISerialBook
    {
        for (int done = 0; done < operations; done++)
        {
            Command command;
            for (int tries = 1; !ring.TryRead(out command); tries++)
                Wait(tries);
            book.Do(command.Number, in command.Operation);
        }
    }

    private static void Wait(int tries)
    {
        if (tries % SpinsPerYield == 0)
            Thread.Yield();
        else
            Thread.SpinWait(1);
    }

    private static Cost Measure(int operations, Action[] bodies)
    {
        using var together = new Barrier(bodies.Length + 1);
        Thread[] threads = [.. bodies.Select(body => new Thread(() =>
        {
            together.SignalAndWait();
            body();
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        together.SignalAndWait();
        foreach (Thread thread in threads)
            thread.Join();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Cost(operations / seconds / 1e6, (Environment.CpuUsage.TotalTime - cpu).TotalNanoseconds / operations);
    }

    /// <summary>The medians of contestants that take turns; the first turns warm up.</summary>
    private static Cost[] Medians(int runs, params Func<Cost>[] contestants)
    {
        BenchReport.WarmUpWith(() => Array.ForEach(contestants, contestant => contestant()));
        var costs = contestants.Select(_ => new List<Cost>()).ToArray();
        for (int run = 0; run < runs; run++)
        {
            for (int i = 0; i < contestants.Length; i++)
                costs[i].Add(contestants[i]());
        }

        return [.. costs.Select(all => new Cost(
            all.Select(cost => cost.MillionsPerSecond).Order().ElementAt(runs / 2),
            all.Select(cost => cost.CpuNanos).Order().ElementAt(runs / 2)))];
    }

    private readonly record struct Cost(double MillionsPerSecond, double CpuNanos);

    private readonly struct Command(int number, in BookOperation operation)
    {
        internal readonly int Number = number;
        internal readonly BookOperation Operation = operation;
    }

    private interface ISerialBook
    {
        void Do(int number, in BookOperation operation);
    }

    private readonly struct DictionaryBook() : ISerialBook
    {
        private readonly PlainBook _book = new();

        public void Do(int number, in BookOperation operation)
        {
            if (operation.Cancels >= 0)
                _book.Cancel((ulong)operation.Cancels);
            else
                _book.Place((ulong)number, operation.Side, operation.PriceTicks, operation.QuantityLots, operation.Type == OrderType.Limit);
        }
    }

    /// <summary>With all that it does: seats, fees, events, undo in bundles.</summary>
    private sealed class SlabBook : ISerialBook
    {
        private const uint MaxOrders = 100_000;

        private readonly Market _market;
        private readonly TrackedMemory _memory;
        private readonly BookEvent[] _buffer = new BookEvent[Market.MaxEventsPerOperation];
        private readonly ulong[] _orderIds;
        private int _done;

        internal SlabBook(int operations)
        {
            _market = BookBench.OpenMarket(MaxOrders, out _memory);
            _orderIds = new ulong[operations];
        }

        public void Do(int number, in BookOperation operation)
        {
            if (_done++ % BookBench.OperationsPerBundle == 0)
            {
                _memory.Accept();
                _memory.Checkpoint();
            }

            var events = new EventWriter(_buffer, slot: 1);
            if (operation.Cancels >= 0)
            {
                _market.Cancel(operation.Seat, _orderIds[operation.Cancels], ref events, out _);
                return;
            }

            var order = new NewOrder(operation.Side, operation.Type, operation.PriceTicks, operation.QuantityLots, 0);
            if (_market.Place(operation.Seat, in order, ref events, out OperationResult result) is BookError.OrdersFull or BookError.LevelsFull)
                throw new InvalidOperationException("The flow leaves more orders than the market holds: take fewer.");
            _orderIds[number] = result.OrderId;
        }
    }
}
