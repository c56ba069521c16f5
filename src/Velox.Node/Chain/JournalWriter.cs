using System.Collections.Concurrent;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>A finished block on its way to the disk.</summary>
/// <param name="Block">The block.</param>
/// <param name="ReceivedNanos">
/// When those of its transactions came in whose arrival was stamped; for metrics only.
/// </param>
public sealed record ProducedBlock(Block Block, IReadOnlyList<long> ReceivedNanos);

/// <summary>The thread that makes blocks durable: append, sync, and only then publish.</summary>
/// <remarks>
/// At most <see cref="MaxWaitingBlocks"/> blocks wait; behind them the producer waits, so a slow disk slows the chain down
/// instead of filling the memory. After a failed append nothing is published any more: what clients saw is on the disk,
/// what is not on the disk nobody saw.
/// </remarks>
public sealed class JournalWriter : IDisposable
{
    /// <summary>Most finished blocks that wait for the disk.</summary>
    public const int MaxWaitingBlocks = 8;

    private readonly Journal _journal;
    private readonly ChainView _chain;
    private readonly BlockingCollection<ProducedBlock> _waiting = new(MaxWaitingBlocks);
    private readonly CancellationTokenSource _failed = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    /// <param name="journal">Where blocks go; the writer's alone until it is completed.</param>
    /// <param name="chain">Where durable blocks become visible.</param>
    public JournalWriter(Journal journal, ChainView chain)
    {
        _journal = journal;
        _chain = chain;
        _thread = new Thread(Run) { Name = "velox-journal", IsBackground = true };
        _thread.Start();
    }

    /// <summary>
    /// Ends when everything handed over is durable after <see cref="Complete"/>, or fails with a <see
    /// cref="LedgerException"/> (WriteFailed).
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>Nanoseconds from a transaction's arrival until its block was durable and visible.</summary>
    public LatencyHistogram DurableLatency { get; } = new();

    /// <summary>Hands a block over, waiting for room; false when the journal has failed.</summary>
    public bool TryAdd(ProducedBlock block)
    {
        try
        {
            _waiting.Add(block, _failed.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Says that no block follows.</summary>
    public void Complete() => _waiting.CompleteAdding();

    /// <summary>Waits for the thread; what was handed over is durable or the journal has failed.</summary>
    public void Dispose()
    {
        Complete();
        _thread.Join();
        _waiting.Dispose();
        _failed.Dispose();
    }

    private void Run()
    {
        try
        {
            foreach (ProducedBlock produced in _waiting.GetConsumingEnumerable())
            {
                _journal.Append(produced.Block);
                _chain.Publish(produced.Block);
                RecordLatency(produced.ReceivedNanos);
            }

            _completion.SetResult();
        }
        catch (Exception exception)
        {
            // Whatever failed, the chain must not go on as if it were on the disk: the node stops with this error.
            _failed.Cancel();
            _completion.SetException(new LedgerException(
                LedgerFault.WriteFailed,
                $"The block of slot {_journal.LastSlot + 1} could not be made durable, "
                + $"nothing after slot {_chain.Tip.Slot} counts: {exception.Message}",
                exception));
        }
    }

    private void RecordLatency(IReadOnlyList<long> receivedNanos)
    {
        long now = MonotonicClock.NowNanos;
        foreach (long received in receivedNanos)
            DurableLatency.Record(now - received);
    }
}
