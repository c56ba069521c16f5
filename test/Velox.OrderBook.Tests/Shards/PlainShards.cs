using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>What each market answered, in its order: one line an answer, with its events.</summary>
internal sealed class ShardRecord(int markets) : IShardOutput
{
    private readonly List<string>[] _lines = [.. Enumerable.Range(0, markets).Select(_ => new List<string>())];

    public IReadOnlyList<string> Of(int market) => _lines[market];

    // A market has one shard, so one thread writes its list.
    public void OnAnswer(int shard, in ShardAnswer answer, ReadOnlySpan<BookEvent> events)
    {
        OperationResult result = answer.Result;
        string uncross = answer.Kind == ShardCommandKind.Uncross ? $"{Describe(answer.Uncross)} " : "";
        string hash = events.IsEmpty ? "" : Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(events)));
        _lines[answer.Market].Add(
            $"{answer.Number} leg {answer.Leg}: {answer.Kind} of {answer.Seat}: {answer.Error} (leg {answer.FailedLeg}) "
            + $"{result.OrderId} {result.FilledLots} {result.RestingLots} {result.CancelledLots} {result.CancelledOrders} "
            + $"{result.Reason} {uncross}{events.Length} events {hash}");
    }

    private static string Describe(UncrossResult uncross) =>
        $"done {uncross.IsDone} at {uncross.PriceTicks}: {uncross.FilledLots} and {uncross.SelfTradeLots}";
}

/// <summary>
/// The same without shards, threads, votes or questions: legs are simply tried one after the other, and undone when one is
/// refused.
/// </summary>
internal sealed class PlainShards(TrackedMemory[] memories, IShardOutput output)
{
    private readonly Market[] _markets = [.. memories.Select(memory =>
    {
        Assert.Equal(BookError.None, Market.TryOpen(memory, out Market market));
        return market;
    })];

    private long _number;

    /// <summary>Atoms by mint that came in from outside, less those that went out.</summary>
    public Dictionary<Address, Int128> Deposits { get; } = [];

    /// <summary>Inputs over several markets that were done, and that were refused, by error.</summary>
    public Dictionary<BookError, int> Together { get; } = [];

    /// <summary>Inputs for one market that were done, by kind.</summary>
    public Dictionary<ShardCommandKind, int> Done { get; } = [];

    /// <summary>Steps of an uncross that were not the last.</summary>
    public int UnfinishedSteps { get; private set; }

    public OperationResult Play(in ShardInput input)
    {
        foreach (ShardCommand leg in input.Legs)
            memories[leg.Market].Checkpoint();
        var answers = new ShardAnswer[input.Legs.Length];
        var events = new BookEvent[input.Legs.Length][];
        int failedLeg = -1;
        for (int leg = 0; leg < input.Legs.Length && failedLeg < 0; leg++)
        {
            answers[leg] = Apply(in input.Legs[leg], leg, out events[leg]);
            failedLeg = answers[leg].Error == BookError.None ? -1 : leg;
        }

        foreach (ShardCommand leg in input.Legs)
        {
            if (failedLeg < 0)
                memories[leg.Market].Accept();
            else
                memories[leg.Market].Rollback();
        }

        if (input.IsTogether)
            Count(Together, failedLeg < 0 ? BookError.None : answers[failedLeg].Error);
        else if (failedLeg < 0)
            Count(Done, input.Legs[0].Kind);
        if (failedLeg < 0 && input.Legs[0].Kind == ShardCommandKind.Uncross && !answers[0].Uncross.IsDone)
            UnfinishedSteps++;
        for (int leg = 0; leg < answers.Length; leg++)
            Report(in input.Legs[leg], leg, failedLeg, answers, events[leg]);
        _number++;
        return answers[0].Result;
    }

    private static void Count<TKey>(Dictionary<TKey, int> counts, TKey key)
        where TKey : notnull => counts[key] = counts.GetValueOrDefault(key) + 1;

    private ShardAnswer Apply(in ShardCommand command, int leg, out BookEvent[] events)
    {
        var writer = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], command.Slot);
        var answer = new ShardAnswer { Number = _number, Market = command.Market, Kind = command.Kind, Leg = leg };
        ShardOperations.Apply(in _markets[command.Market], in command, ref writer, ref answer);
        events = writer.Written.ToArray();
        return answer;
    }

    private void Report(in ShardCommand command, int leg, int failedLeg, ShardAnswer[] answers, BookEvent[] events)
    {
        if (failedLeg < 0 || answers.Length == 1)
        {
            output.OnAnswer(0, in answers[leg], events);
            Enter(in command, answers[leg].Error);
            return;
        }

        var refusal = new ShardAnswer
        {
            Number = _number,
            Market = command.Market,
            Seat = command.Seat,
            Kind = command.Kind,
            Leg = leg,
            Error = answers[failedLeg].Error,
            FailedLeg = failedLeg,
        };
        output.OnAnswer(0, in refusal, []);
    }

    private void Enter(in ShardCommand command, BookError error)
    {
        if (error != BookError.None || command.Kind is not (ShardCommandKind.Credit or ShardCommandKind.Debit))
            return;
        ref readonly MarketHeader header = ref _markets[command.Market].Header;
        Address mint = command.Asset == Asset.Base ? header.BaseMint : header.QuoteMint;
        Int128 atoms = command.Kind == ShardCommandKind.Credit ? command.Amount : -(Int128)command.Amount;
        Deposits[mint] = Deposits.GetValueOrDefault(mint) + atoms;
    }
}
