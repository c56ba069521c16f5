using System.Numerics;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <content>The sequencer: checks the form of a submission, numbers it, and writes it to its shards.</content>
public sealed partial class ShardedMarkets
{
    private long _nextNumber;
    private long _nextTogether;
    private long _ringFull;
    private long _tableFull;

    // Shards that were written to and not signalled yet.
    private ulong _unsignalled;

    /// <summary>The number that the next accepted command gets.</summary>
    public long NextNumber => _nextNumber;

    /// <summary>How often a submission met a limit.</summary>
    public ShardCounts Counts => new(_nextNumber, _ringFull, _tableFull);

    /// <summary>Submits a command for one market; waits while its shard's ring is full.</summary>
    /// <returns><see cref="ShardSubmission.RingFull"/> only before the start, when nobody makes room.</returns>
    public ShardSubmission Submit(in ShardCommand command) => Submit(new ReadOnlySpan<ShardCommand>(in command), out _);

    /// <summary>Submits commands for one market each, in their order: cheaper than one by one.</summary>
    /// <param name="commands">They get consecutive numbers.</param>
    /// <param name="accepted">How many have a number: all, or those before the first that was refused.</param>
    /// <returns>As <see cref="Submit(in ShardCommand)"/>, of the first that was refused.</returns>
    public ShardSubmission Submit(ReadOnlySpan<ShardCommand> commands, out int accepted)
    {
        ShardSubmission submission = ShardSubmission.Accepted;
        for (accepted = 0; accepted < commands.Length; accepted++)
        {
            submission = TryDeliver(in commands[accepted]);
            if (submission == ShardSubmission.RingFull)
                submission = DeliverWhenThereIsRoom(in commands[accepted]);
            if (submission != ShardSubmission.Accepted)
                break;
        }

        SignalShards();
        return submission;
    }

    /// <summary>Submits a command for one market, or says at once that there is no room.</summary>
    public ShardSubmission TrySubmit(in ShardCommand command)
    {
        ShardSubmission submission = TryDeliver(in command);
        SignalShards();
        return submission;
    }

    /// <summary>Submits commands in several markets of which all are done or none; waits while there is no room.</summary>
    /// <param name="legs">2..<see cref="ShardOptions.MaxLegs"/> orders, credits or debits, each in another market. A
    /// fill-or-kill leg fills wholly or nothing is done; an order of another type only has to be taken.</param>
    /// <returns><see cref="ShardSubmission.RingFull"/> and <see cref="ShardSubmission.TableFull"/> only before the
    /// start.</returns>
    public ShardSubmission SubmitTogether(ReadOnlySpan<ShardCommand> legs)
    {
        ShardSubmission submission = TrySubmitTogether(legs);
        while (IsFull(submission) && TryWaitForRoom())
            submission = TryDeliverTogether(legs);
        _wait.Reset();
        SignalShards();
        return Final(submission);
    }

    /// <summary>As <see cref="SubmitTogether"/>, but says at once that there is no room.</summary>
    public ShardSubmission TrySubmitTogether(ReadOnlySpan<ShardCommand> legs)
    {
        ShardSubmission submission = CheckLegs(legs);
        if (submission != ShardSubmission.Accepted)
            return submission;
        submission = TryDeliverTogether(legs);
        _ringFull += submission == ShardSubmission.RingFull ? 1 : 0;
        _tableFull += submission == ShardSubmission.TableFull ? 1 : 0;
        SignalShards();
        return submission;
    }

    /// <summary>Moves free balance between seats of two markets: a debit and a credit together.</summary>
    /// <remarks>The markets' totals move with it; whoever holds their vaults moves the same there.</remarks>
    /// <param name="from">Where it is taken.</param>
    /// <param name="to">Where it goes; the asset must be of the same mint.</param>
    /// <param name="atoms">At least 1, or both legs are refused with <see cref="BookError.InvalidAmount"/>.</param>
    /// <returns>As <see cref="SubmitTogether"/>, and <see cref="ShardSubmission.DifferentAssets"/>.</returns>
    public ShardSubmission SubmitTransfer(in ShardAccount from, in ShardAccount to, ulong atoms)
    {
        if (!IsMarket(from.Market) || !IsMarket(to.Market))
            return ShardSubmission.UnknownMarket;
        if (from.Asset > Asset.Quote || to.Asset > Asset.Quote || MintOf(in from) != MintOf(in to))
            return ShardSubmission.DifferentAssets;
        ReadOnlySpan<ShardCommand> legs =
        [
            ShardCommand.Debit(from.Market, from.Seat, from.Asset, atoms),
            ShardCommand.Credit(to.Market, to.Seat, to.Asset, atoms),
        ];
        return SubmitTogether(legs);
    }

    private static bool IsFull(ShardSubmission submission) =>
        submission is ShardSubmission.RingFull or ShardSubmission.TableFull;

    private bool IsMarket(int market) => (uint)market < (uint)_run.Markets.Length;

    // Mints are fixed at creation, so this thread may read them while shards write the market.
    private Address MintOf(in ShardAccount account)
    {
        ref readonly MarketHeader header = ref _run.Markets[account.Market].Header;
        return account.Asset == Asset.Base ? header.BaseMint : header.QuoteMint;
    }

    private bool IsStopped => _state == State.Stopped || _run.Failure is not null;

    private ShardSubmission Final(ShardSubmission submission) =>
        IsFull(submission) && IsStopped ? ShardSubmission.Stopped : submission;

    private ShardSubmission TryDeliver(in ShardCommand command)
    {
        if (!ShardOperations.MayStandAlone(command.Kind))
            return ShardSubmission.InvalidKind;
        if (!IsMarket(command.Market))
            return ShardSubmission.UnknownMarket;
        if (IsStopped)
            return ShardSubmission.Stopped;
        ShardSubmission submission = TryWrite(in command);
        _ringFull += submission == ShardSubmission.RingFull ? 1 : 0;
        return submission;
    }

    private ShardSubmission TryWrite(in ShardCommand command)
    {
        int shard = _run.ShardOfMarket[command.Market];
        if (!_workers[shard].HasRoom)
            return ShardSubmission.RingFull;
        Write(shard, in command, _nextNumber++);
        return ShardSubmission.Accepted;
    }

    private ShardSubmission DeliverWhenThereIsRoom(in ShardCommand command)
    {
        var submission = ShardSubmission.RingFull;
        while (submission == ShardSubmission.RingFull && TryWaitForRoom())
            submission = TryWrite(in command);
        _wait.Reset();
        return Final(submission);
    }

    private ShardSubmission CheckLegs(ReadOnlySpan<ShardCommand> legs)
    {
        if (legs.Length is < 2 or > ShardOptions.MaxLegs)
            return ShardSubmission.InvalidLegs;
        for (int leg = 0; leg < legs.Length; leg++)
        {
            if (!ShardOperations.MayBeLeg(legs[leg].Kind))
                return ShardSubmission.InvalidKind;
            if (!IsMarket(legs[leg].Market))
                return ShardSubmission.UnknownMarket;
            for (int other = 0; other < leg; other++)
            {
                if (legs[other].Market == legs[leg].Market)
                    return ShardSubmission.MarketTwice;
            }
        }

        return IsStopped ? ShardSubmission.Stopped : ShardSubmission.Accepted;
    }

    /// <summary>To all its shards or to none: a shard that has it may wait for the others, and they must come to it.</summary>
    private ShardSubmission TryDeliverTogether(ReadOnlySpan<ShardCommand> legs)
    {
        if (!_run.Table.IsFree(_nextTogether))
            return ShardSubmission.TableFull;
        ulong shards = 0;
        foreach (ref readonly ShardCommand leg in legs)
            shards |= 1UL << _run.ShardOfMarket[leg.Market];
        for (ulong left = shards; left != 0; left &= left - 1)
        {
            if (!_workers[BitOperations.TrailingZeroCount(left)].HasRoom)
                return ShardSubmission.RingFull;
        }

        long number = _nextNumber++;
        ShardCommand entry = ShardCommand.Together(_nextTogether, legs.Length);
        _run.Table.Fill(_nextTogether++, number, legs, shards);
        for (ulong left = shards; left != 0; left &= left - 1)
            Write(BitOperations.TrailingZeroCount(left), in entry, number);
        return ShardSubmission.Accepted;
    }

    private void Write(int shard, in ShardCommand command, long number)
    {
        _workers[shard].Write(in command, number);
        _unsignalled |= 1UL << shard;
    }

    /// <summary>One step of waiting; false when nobody will ever make room.</summary>
    private bool TryWaitForRoom()
    {
        if (_state != State.Running || _run.Failure is not null)
            return false;
        SignalShards();
        _wait.WaitOnce();
        return true;
    }

    private void SignalShards()
    {
        for (; _unsignalled != 0; _unsignalled &= _unsignalled - 1)
            _run.Spots[BitOperations.TrailingZeroCount(_unsignalled)].Signal();
    }
}

/// <summary>A balance of a seat in a market of <see cref="ShardedMarkets"/>.</summary>
/// <param name="Market">Index of the market.</param>
/// <param name="Seat">The seat.</param>
/// <param name="Asset">Which of its two balances.</param>
public readonly record struct ShardAccount(int Market, uint Seat, Asset Asset);
