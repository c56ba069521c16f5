using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>One shard: a ring, and the thread that is the only writer of the shard's markets.</summary>
internal sealed class ShardWorker
{
    /// <summary>Inputs between two words on how far it is.</summary>
    private const int MaxBatch = 64;

    private readonly int _shard;
    private readonly ShardRun _run;
    private readonly SpscRing<ShardCommand> _ring;
    private readonly IWaitStrategy _wait;
    private readonly BookEvent[] _events = new BookEvent[Market.MaxEventsPerOperation];
    private readonly Thread _thread;
    private readonly int _inputsPerSignal;
    private int _inputsSinceSignal;

    internal ShardWorker(int shard, ShardRun run, ShardOptions options)
    {
        _shard = shard;
        _run = run;
        _ring = new SpscRing<ShardCommand>(options.RingCapacity);
        _inputsPerSignal = Math.Max(1, options.RingCapacity / 2);
        _wait = WaitStrategy.Create(options.Wait, run.Spots[shard], options.Shards + 1);
        _thread = new Thread(Serve) { IsBackground = true, Name = $"velox-shard-{shard}" };
    }

    /// <summary>The number of the last input that was written into its ring; -1 for none. The sequencer's.</summary>
    internal long LastNumber { get; private set; } = -1;

    /// <summary>Sequencer only: whether <see cref="Write"/> may follow.</summary>
    internal bool HasRoom => !_ring.Reserve(1).IsEmpty;

    /// <summary>Sequencer only; the caller signals later, for several at once.</summary>
    internal void Write(in ShardCommand command, long number)
    {
        _ring.Reserve(1)[0] = command.Numbered(number);
        _ring.Publish(1);
        LastNumber = number;
    }

    internal void Start() => _thread.Start();

    internal void Join() => _thread.Join();

    private void Serve()
    {
        try
        {
            while (TryServeBatch())
            {
            }
        }
        catch (Exception error)
        {
            _run.Fail(_shard, error);
        }

        _wait.Reset();
        _run.SequencerSpot.Signal();
    }

    /// <summary>Handles what is in the ring, or waits a step; false at the end.</summary>
    private bool TryServeBatch()
    {
        // Before the look at the ring: what was written before the engine was stopped is then seen.
        bool isStopping = _run.IsStopping;
        if (_run.Failure is not null)
            return false;
        ReadOnlySpan<ShardCommand> inputs = _ring.Peek(MaxBatch);
        if (inputs.IsEmpty)
        {
            if (isStopping)
                return false;
            SignalSequencer();
            _wait.WaitOnce();
            return true;
        }

        _wait.Reset();
        foreach (ref readonly ShardCommand input in inputs)
        {
            if (!TryHandle(in input))
                return false;
        }

        long last = inputs[^1].Number;
        _ring.Advance(inputs.Length);
        _inputsSinceSignal += inputs.Length;
        _run.Table.Votes.Reach(_shard, last);
        if (_inputsSinceSignal >= _inputsPerSignal)
            SignalSequencer();
        return true;
    }

    /// <summary>Whoever waits for room, for the table or for the end looks again.</summary>
    /// <remarks>Not after each batch: a sequencer in front of a full ring would wake up for a few slots each time.</remarks>
    private void SignalSequencer()
    {
        if (_inputsSinceSignal == 0)
            return;
        _inputsSinceSignal = 0;
        _run.SequencerSpot.Signal();
    }

    /// <summary>False when another shard failed meanwhile.</summary>
    private bool TryHandle(in ShardCommand input)
    {
        if (input.Kind == ShardCommandKind.Together)
            return TryHandleTogether(in input);
        Apply(in input, input.Number, leg: 0);
        return true;
    }

    private BookError Apply(in ShardCommand command, long number, int leg)
    {
        var events = new EventWriter(_events, command.Slot);
        ShardAnswer answer = AnswerTo(in command, number, leg, BookError.None);
        ShardOperations.Apply(in _run.Markets[command.Market], in command, ref events, ref answer);
        _run.Output.OnAnswer(_shard, in answer, events.Written);
        return answer.Error;
    }

    /// <summary>
    /// Votes on the legs of this shard, waits for the votes on the others, and does its legs when nobody refused.
    /// </summary>
    private bool TryHandleTogether(in ShardCommand input)
    {
        long index = (long)input.Id;
        ReadOnlySpan<ShardCommand> legs = _run.Table.Legs(index, (int)input.Amount);
        DoDueWork(legs, input.Number);
        Vote(index, legs);
        if (!TryDecide(index, legs.Length, out BookError error, out int failedLeg))
            return false;

        for (int leg = 0; leg < legs.Length; leg++)
        {
            ref readonly ShardCommand command = ref legs[leg];
            if (_run.ShardOfMarket[command.Market] != _shard)
                continue;
            if (error != BookError.None)
                Refuse(in command, input.Number, leg, error, failedLeg);
            else if (Apply(in command, input.Number, leg) is not BookError.None and BookError contradiction)
                throw new InvalidOperationException($"Leg {leg} of input {input.Number} was agreed on and is refused: {contradiction}.");
        }

        _run.Table.Votes.Reach(_shard, input.Number);
        _run.SequencerSpot.Signal();
        return true;
    }

    /// <summary>
    /// What expiries and stops have made due in the markets of this shard's orders: a vote is about the book after it.
    /// </summary>
    private void DoDueWork(ReadOnlySpan<ShardCommand> legs, long number)
    {
        for (int leg = 0; leg < legs.Length; leg++)
        {
            ref readonly ShardCommand command = ref legs[leg];
            if (command.Kind != ShardCommandKind.Place || _run.ShardOfMarket[command.Market] != _shard)
                continue;

            // One operation does a bounded part of it. Each that does something takes an order out of the waiting ones.
            var advance = ShardCommand.Advance(command.Market, command.Slot);
            while (true)
            {
                var events = new EventWriter(_events, command.Slot);
                BookError error = _run.Markets[command.Market].Advance(ref events);
                if (events.Count == 0)
                    break;
                ShardAnswer answer = AnswerTo(in advance, number, leg, error);
                _run.Output.OnAnswer(_shard, in answer, events.Written);
            }
        }
    }

    /// <summary>The market does not change between this check and the leg: only this thread writes it.</summary>
    private void Vote(long index, ReadOnlySpan<ShardCommand> legs)
    {
        ulong others = 0;
        for (int leg = 0; leg < legs.Length; leg++)
        {
            ref readonly ShardCommand command = ref legs[leg];
            int shard = _run.ShardOfMarket[command.Market];
            if (shard == _shard)
                _run.Table.Votes.Cast(index, leg, ShardOperations.Check(in _run.Markets[command.Market], in command));
            else
                others |= 1UL << shard;
        }

        for (int shard = 0; others != 0; shard++, others >>= 1)
        {
            if ((others & 1) != 0)
                _run.Spots[shard].Signal();
        }
    }

    /// <summary>Every shard takes the same decision: the first error in the order of the legs, or none.</summary>
    private bool TryDecide(long index, int legs, out BookError error, out int failedLeg)
    {
        error = BookError.None;
        failedLeg = 0;
        for (int leg = 0; leg < legs; leg++)
        {
            BookError vote;
            while (!_run.Table.Votes.TryRead(index, leg, out vote))
            {
                if (_run.Failure is not null)
                    return false;
                _wait.WaitOnce();
            }

            _wait.Reset();
            if (error == BookError.None && vote != BookError.None)
                (error, failedLeg) = (vote, leg);
        }

        return true;
    }

    private void Refuse(in ShardCommand command, long number, int leg, BookError error, int failedLeg)
    {
        ShardAnswer answer = AnswerTo(in command, number, leg, error);
        answer.FailedLeg = failedLeg;
        _run.Output.OnAnswer(_shard, in answer, []);
    }

    private static ShardAnswer AnswerTo(in ShardCommand command, long number, int leg, BookError error) => new()
    {
        Number = number,
        Market = command.Market,
        Seat = command.Seat,
        Kind = command.Kind,
        Leg = leg,
        Error = error,
    };
}
