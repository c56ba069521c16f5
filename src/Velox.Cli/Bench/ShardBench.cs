using System.Diagnostics;
using System.Numerics;
using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>One flow of orders and cancels over 16 markets through two shards, beside one shard, and beside no shards.</summary>
/// <remarks>
/// With its rings filled beforehand a shard's speed is its own; with the sequencer at work on the same cores two shards on two cores
/// share them with it. The answers go nowhere. Every run checks that one and two shards ended with the same bytes.
/// </remarks>
internal static class ShardBench
{
    /// <summary>Of more the markets could not hold what is left resting.</summary>
    internal const int MaxCommands = 1_000_000;

    private const string PerSecond = "commands/s";
    private const int Markets = 16;
    private const uint OrdersPerMarket = 60_000;
    private const int BatchCommands = 64;
    private const int CommandsPerTogether = 100;
    private const int SequencerRingCapacity = 4_096;

    internal static IReadOnlyList<BenchLine> Run(int runs, int commands)
    {
        Step[] steps = MakeSteps(commands);
        ShardCommand[] flow = MakeCommands(steps);
        double plain = BenchReport.Median(runs, () => WithoutShards(steps));
        return
        [
            .. Compare(runs, "2 shards, rings filled before", shards => FromFilledRings(flow, shards, together: false)),
            .. Compare(runs, "2 shards, rings filled before, 1 % over two markets", shards => FromFilledRings(flow, shards, together: true)),
            .. Compare(runs, "2 shards and the sequencer", shards => FromSequencer(flow, shards)),
            new BenchLine(
                "1 shard, rings filled before", BenchReport.Median(runs, () => FromFilledRings(flow, 1, together: false).PerSecond), PerSecond,
                "the markets called directly", plain),
        ];
    }

    /// <summary>Two shards and one, which take turns and must end alike.</summary>
    /// <remarks>
    /// Beside the speed stands the processor time: on a machine that others use too it says what two shards cost each other, when
    /// the speed says only how many cores they were given.
    /// </remarks>
    private static BenchLine[] Compare(int runs, string name, Func<int, Outcome> measure)
    {
        Hash256 expected = measure(1).Digest;
        var cpuNanos = new List<double>[] { [], [] };
        (double two, double one) = BenchReport.Medians(runs, () => Checked(2), () => Checked(1));
        return
        [
            new BenchLine(name, two, PerSecond, "1 shard", one),
            new BenchLine(name, Middle(cpuNanos[1]), "CPU ns/command", "1 shard", Middle(cpuNanos[0])),
        ];

        double Checked(int shards)
        {
            Outcome outcome = measure(shards);
            cpuNanos[shards - 1].Add(outcome.CpuNanos);
            return outcome.Digest == expected
                ? outcome.PerSecond
                : throw new BenchFailedException($"{shards} shards ended with other markets than one.");
        }

        // Of the measured turns, which come last.
        double Middle(List<double> all) => all.TakeLast(runs).Order().ElementAt(runs / 2);
    }

    /// <summary>Plays and times a started or not yet started engine to its end.</summary>
    private static Outcome Time(ShardedMarkets engine, int commands, Action play)
    {
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        play();
        engine.Stop();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double cpuNanos = (Environment.CpuUsage.TotalTime - cpu).TotalNanoseconds / commands;
        return new Outcome(commands / seconds, cpuNanos, engine.Digest());
    }

    private static Outcome FromFilledRings(ShardCommand[] flow, int shards, bool together)
    {
        // In each ring there is room for everything.
        int capacity = (int)BitOperations.RoundUpToPowerOf2((uint)flow.Length + 1);
        int table = (int)BitOperations.RoundUpToPowerOf2((uint)(flow.Length / CommandsPerTogether) + 1);
        using ShardedMarkets engine = Create(shards, capacity, table);
        if (together)
            SubmitSomeTogether(engine, flow);
        else
            SubmitAll(engine, flow);
        return Time(engine, flow.Length, engine.Start);
    }

    private static Outcome FromSequencer(ShardCommand[] flow, int shards)
    {
        using ShardedMarkets engine = Create(shards, SequencerRingCapacity, 256);
        engine.Start();
        return Time(engine, flow.Length, () => SubmitAll(engine, flow));
    }

    private static double WithoutShards(Step[] steps)
    {
        Market[] markets = OpenMarkets(out _);
        long start = Stopwatch.GetTimestamp();
        Play(steps, markets);
        return steps.Length / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void SubmitAll(ShardedMarkets engine, ReadOnlySpan<ShardCommand> flow)
    {
        for (; !flow.IsEmpty; flow = flow[Math.Min(BatchCommands, flow.Length)..])
            Require(engine.Submit(flow[..Math.Min(BatchCommands, flow.Length)], out _));
    }

    private static void SubmitSomeTogether(ShardedMarkets engine, ReadOnlySpan<ShardCommand> flow)
    {
        for (int i = 0; i < flow.Length; i++)
        {
            ref readonly ShardCommand next = ref flow[i];
            int other = (next.Market + 1) % Markets;
            Require(i % CommandsPerTogether == 0 && next.Kind == ShardCommandKind.Place
                ? engine.SubmitTogether([next, ShardCommand.Credit(other, next.Seat, Asset.Quote, 1)])
                : engine.Submit(in next));
        }
    }

    /// <summary>Each market has a flow of its own; they take turns at random.</summary>
    private static Step[] MakeSteps(int count)
    {
        var random = new Random(7);
        BookOperation[][] flows = [.. Enumerable.Range(0, Markets).Select(market => BookFlow.Make(count, seed: 42 + market, BookBench.Seats))];
        int[][] stepOf = [.. flows.Select(flow => new int[flow.Length])];
        int[] taken = new int[Markets];
        var steps = new Step[count];
        for (int i = 0; i < count; i++)
        {
            int market = random.Next(Markets);
            int number = taken[market]++;
            BookOperation operation = flows[market][number];
            stepOf[market][number] = i;
            if (operation.Cancels >= 0)
                operation.Cancels = stepOf[market][operation.Cancels];
            steps[i] = new Step(market, operation);
        }

        return steps;
    }

    /// <summary>The steps as commands: engine ids, which cancels need, are found by playing them once.</summary>
    private static ShardCommand[] MakeCommands(Step[] steps)
    {
        ulong[] orderIds = Play(steps, OpenMarkets(out _));
        return [.. steps.Select(step => step.Operation.Cancels >= 0
            ? ShardCommand.Cancel(step.Market, step.Operation.Seat, orderIds[step.Operation.Cancels], slot: 1)
            : ShardCommand.Place(step.Market, step.Operation.Seat, OrderOf(in step.Operation), slot: 1))];
    }

    private static ulong[] Play(Step[] steps, Market[] markets)
    {
        var buffer = new BookEvent[Market.MaxEventsPerOperation];
        ulong[] orderIds = new ulong[steps.Length];
        for (int i = 0; i < steps.Length; i++)
        {
            ref readonly BookOperation operation = ref steps[i].Operation;
            var events = new EventWriter(buffer, slot: 1);
            OperationResult result;
            if (operation.Cancels >= 0)
                markets[steps[i].Market].Cancel(operation.Seat, orderIds[operation.Cancels], ref events, out result);
            else
                markets[steps[i].Market].Place(operation.Seat, OrderOf(in operation), ref events, out result);
            orderIds[i] = result.OrderId;
        }

        return orderIds;
    }

    private static NewOrder OrderOf(in BookOperation operation) =>
        new(operation.Side, operation.Type, operation.PriceTicks, operation.QuantityLots);

    private static ShardedMarkets Create(int shards, int ringCapacity, int togetherCapacity)
    {
        OpenMarkets(out TrackedMemory[] memories);
        var options = new ShardOptions { Shards = shards, RingCapacity = ringCapacity, TogetherCapacity = togetherCapacity };
        return new ShardedMarkets(memories, options, new Nowhere());
    }

    private static Market[] OpenMarkets(out TrackedMemory[] memories)
    {
        var markets = new Market[Markets];
        memories = new TrackedMemory[Markets];
        for (int i = 0; i < Markets; i++)
            markets[i] = BookBench.OpenMarket(OrdersPerMarket, out memories[i]);
        return markets;
    }

    private static void Require(ShardSubmission submission)
    {
        if (submission != ShardSubmission.Accepted)
            throw new BenchFailedException($"A command was not taken: {submission}.");
    }

    /// <summary>An operation on a market; what it cancels is the number of a step.</summary>
    private readonly struct Step(int market, in BookOperation operation)
    {
        internal readonly int Market = market;
        internal readonly BookOperation Operation = operation;
    }

    private readonly record struct Outcome(double PerSecond, double CpuNanos, Hash256 Digest);

    private sealed class Nowhere : IShardOutput
    {
        public void OnAnswer(int shard, in ShardAnswer answer, ReadOnlySpan<BookEvent> events)
        {
        }
    }
}
