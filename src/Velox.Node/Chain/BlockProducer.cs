using System.Threading.Channels;
using Velox.OrderBook;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>
/// The engine: takes transactions from the queue through the bank's stages as they come, and ends a block every slot.
/// </summary>
/// <remarks>
/// Owns the bank. <see cref="Run"/> or <see cref="ProduceBlock"/> is called by one thread; counters may be read by any.
/// </remarks>
public sealed class BlockProducer
{
    private readonly Bank _bank;
    private readonly ChannelReader<WaitingTransaction> _queue;
    private readonly JournalWriter _writer;
    private readonly TimeProvider _time;
    private readonly TransactionIntake _intake;
    private readonly List<InFlightTransaction> _slice = [];
    private List<long> _receivedNanos = [];
    private Task<bool>? _arrival;

    /// <param name="bank">The live state at the last durable block.</param>
    /// <param name="queue">Where transactions wait; closing it ends <see cref="Run"/>.</param>
    /// <param name="writer">Takes the finished blocks.</param>
    /// <param name="time">Block times and the slot schedule.</param>
    public BlockProducer(Bank bank, TransactionQueue queue, JournalWriter writer, TimeProvider time)
    {
        _bank = bank;
        _queue = queue.Reader;
        _intake = new TransactionIntake(_queue, bank);
        _writer = writer;
        _time = time;
    }

    /// <summary>
    /// Told of every transaction that leaves without a record, on the engine's thread. Must be quick, not throw, and keep nothing of it.
    /// </summary>
    public Action<InFlightTransaction>? Rejected { get; init; }

    /// <summary>Transactions rejected, by reason.</summary>
    public RejectionCounters Rejections { get; } = new();

    /// <summary>Transactions executed and recorded in a block.</summary>
    public Counter Recorded { get; } = new();

    /// <summary>Recorded transactions that failed: they paid their fee and did nothing else.</summary>
    public Counter RecordedFailures { get; } = new();

    public Counter Fills { get; } = new();

    public Counter Blocks { get; } = new();

    /// <summary>Nanoseconds from a transaction's arrival until it was executed.</summary>
    public LatencyHistogram ExecutionLatency { get; } = new();

    /// <summary>Produces blocks, one a slot, until the queue is closed and drained, or the journal fails.</summary>
    /// <param name="slotLength">Time of one slot.</param>
    public void Run(TimeSpan slotLength)
    {
        var schedule = new SlotSchedule(_time, slotLength);
        while (!_queue.Completion.IsCompleted || _intake.HasWaiting)
        {
            schedule.Next();
            BeginBlock();
            do
            {
                TakeSlice();
            }
            while (WaitForArrival(schedule.Remaining));
            if (!EndBlock())
                return;
        }
    }

    /// <summary>One block of what waits now, whatever the time; false when the journal has failed.</summary>
    public bool ProduceBlock()
    {
        BeginBlock();
        while (TakeSlice() > 0)
        {
        }

        return EndBlock();
    }

    private void BeginBlock() => _bank.BeginBlock(_time.GetUtcNow().ToUnixTimeSeconds());

    private bool EndBlock()
    {
        Block block = _bank.EndBlock();
        Blocks.Increment();
        var produced = new ProducedBlock(block, _receivedNanos);
        _receivedNanos = [];
        return _writer.TryAdd(produced);
    }

    /// <summary>Takes the next slice of what waits through the stages; returns how many.</summary>
    private int TakeSlice()
    {
        _intake.TakeSlice(_slice, Room);
        int count = _slice.Count;
        _bank.Execute(_slice);
        CountSlice();
        _intake.Release(_slice);
        return count;
    }

    private int Room => Bank.MaxTransactionsPerBlock - _bank.PendingCount;

    /// <summary>Waits without spinning; true when something is there and the slot has time left for it.</summary>
    private bool WaitForArrival(TimeSpan remaining)
    {
        if (remaining <= TimeSpan.Zero)
            return false;
        if (Room > 0 && _intake.HasWaiting)
            return true;
        // A full block sits the rest of its slot out, so that slots keep their length.
        Task wait = Room > 0 ? _arrival ??= _queue.WaitToReadAsync().AsTask() : _queue.Completion;

        // Rounded up to what the wait can tell apart: a wait of zero would spin.
        if (!wait.Wait((int)Math.Ceiling(remaining.TotalMilliseconds)))
            return false;
        bool isOpen = _arrival is { IsCompleted: true, Result: true };
        if (_arrival is { IsCompleted: true })
            _arrival = null;
        return isOpen;
    }

    private void CountSlice()
    {
        long now = MonotonicClock.NowNanos;
        foreach (InFlightTransaction transaction in _slice)
        {
            if (transaction.IsRecorded)
                CountRecorded(transaction, now);
            else
                CountRejected(transaction);
        }
    }

    private void CountRecorded(InFlightTransaction transaction, long now)
    {
        RecordView record = transaction.RecordView;
        Recorded.Increment();
        if (record.Error.IsError)
            RecordedFailures.Increment();
        foreach (MarketEvent marketEvent in record.MarketEvents)
        {
            if (marketEvent.Event.Kind == BookEventKind.Fill)
                Fills.Increment();
        }

        if (transaction.ReceivedNanos == 0)
            return;
        _receivedNanos.Add(transaction.ReceivedNanos);
        ExecutionLatency.Record(now - transaction.ReceivedNanos);
    }

    private void CountRejected(InFlightTransaction transaction)
    {
        Rejections.Add(transaction.Rejection.Kind);
        Rejected?.Invoke(transaction);
    }
}
