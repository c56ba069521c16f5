using System.Diagnostics;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Stage 1: batches that wait to be parsed, sanitised, checked and read, by whoever has time.</summary>
/// <remarks>
/// Transactions do not depend on each other or on any state here, so batches are handed in ahead of their turn, and the workers take runs
/// of neighbours, the oldest first, while the owner executes earlier batches. What is asked for next is done by the owner too, so that
/// nothing waits for a worker that is not there.
/// </remarks>
internal sealed class VerificationQueue : IBackgroundWork
{
    /// <summary>Most batches handed in and not yet taken back.</summary>
    internal const int MaxBatches = 16;

    // What the vectors of a signature check are best filled with; some milliseconds at most.
    private const int RunLength = 64;

    private readonly Lock _lock = new();
    private readonly SignatureChecker?[] _checkers;
    private Job[] _ring = [];

    // Batches from _first to _end are in the ring; those before _open have no run left to take. Under the lock.
    private long _first;
    private long _open;
    private long _end;

    // Both parts are made when first needed: a checker holds some megabytes, and not every state has batches.
    internal VerificationQueue(int workers) => _checkers = new SignatureChecker?[workers];

    /// <summary>Time is that of all workers together. Under the lock.</summary>
    internal StageCounters Counters { get; } = new("verify");

    /// <summary>Whether no batch waits to be taken back.</summary>
    internal bool IsEmpty
    {
        get
        {
            lock (_lock)
                return _first == _end;
        }
    }

    /// <summary>Hands a batch in; false when there are <see cref="MaxBatches"/> already.</summary>
    /// <param name="batch">Not to be changed until it is taken back.</param>
    /// <param name="checksSignatures">Whether signatures are checked, or the caller answers for them.</param>
    /// <exception cref="ArgumentException">A transaction is there twice, or was handed in before and not reset.</exception>
    internal bool TrySubmit(IReadOnlyList<InFlightTransaction> batch, bool checksSignatures)
    {
        lock (_lock)
        {
            if (_end - _first == MaxBatches)
                return false;
            Take(batch);
            if (_ring.Length == 0)
                _ring = [.. Enumerable.Range(0, MaxBatches).Select(_ => new Job())];
            _ring[_end++ % MaxBatches].Begin(batch, checksSignatures);
            return true;
        }
    }

    /// <summary>Takes the oldest batch back, when all of it is done; helps until then.</summary>
    /// <param name="batch">It must be the oldest, or one that was never handed in: nothing happens then.</param>
    /// <exception cref="InvalidOperationException">An older batch was handed in.</exception>
    internal void Complete(IReadOnlyList<InFlightTransaction> batch)
    {
        if (!IsOldest(batch, out Job? job))
            return;
        var wait = default(SpinThenYieldWait);
        while (!IsDone(job!))
        {
            // Also of later batches: the time until a worker is done with the last run of this one is better spent so.
            if (TryRunPiece(0))
                wait.Reset();
            else
                wait.WaitOnce();
        }

        TakeBack(job!);
    }

    /// <summary>As <see cref="Complete"/>, but false instead of waiting or helping.</summary>
    internal bool TryComplete(IReadOnlyList<InFlightTransaction> batch)
    {
        if (!IsOldest(batch, out Job? job))
            return true;
        if (!IsDone(job!))
            return false;
        TakeBack(job!);
        return true;
    }

    public bool TryRunPiece(int worker)
    {
        Job job;
        int start;
        int end;
        lock (_lock)
        {
            while (_open < _end && _ring[_open % MaxBatches].IsTaken)
                _open++;
            if (_open == _end)
                return false;
            job = _ring[_open % MaxBatches];
            (start, end) = job.Take();
        }

        long begin = Stopwatch.GetTimestamp();
        int passed = Run(job, worker, start, end);
        lock (_lock)
        {
            job.Done += end - start;
            Counters.Add(end - start, passed, Stopwatch.GetElapsedTime(begin));
        }

        return true;
    }

    /// <summary>Two workers at one object, or one that is paid for twice: neither may happen, so the batch is refused as a whole.</summary>
    private static void Take(IReadOnlyList<InFlightTransaction> batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch[i].TryTake())
                continue;
            for (int taken = 0; taken < i; taken++)
                batch[taken].GiveBack();
            throw new ArgumentException($"Transaction {i} is twice in the batch, or was in another one and has not been reset since.", nameof(batch));
        }
    }

    private void TakeBack(Job job)
    {
        lock (_lock)
        {
            job.End();
            _first++;
            _open = Math.Max(_open, _first);
        }
    }

    private int Run(Job job, int worker, int start, int end)
    {
        if (job.ChecksSignatures)
        {
            SignatureChecker checker = _checkers[worker] ??= new SignatureChecker();
            checker.Verify(job.Batch, start, end);
        }

        int passed = 0;
        for (int i = start; i < end; i++)
        {
            if (!job.ChecksSignatures)
                VerifyStage.Decode(job.Batch[i]);
            passed += job.Batch[i].IsAlive ? 1 : 0;
        }

        return passed;
    }

    private bool IsOldest(IReadOnlyList<InFlightTransaction> batch, out Job? job)
    {
        lock (_lock)
        {
            job = _first < _end ? _ring[_first % MaxBatches] : null;
            if (job is not null && ReferenceEquals(job.Batch, batch))
                return true;
            for (long i = _first; i < _end; i++)
            {
                if (ReferenceEquals(_ring[i % MaxBatches].Batch, batch))
                    throw new InvalidOperationException("Batches are executed in the order in which they were submitted: one is older.");
            }

            return false;
        }
    }

    private bool IsDone(Job job)
    {
        // The lock makes visible what the workers wrote before they counted it.
        lock (_lock)
            return job.Done == job.Batch.Count;
    }

    /// <summary>A batch in the ring. Under the lock, but for what is constant while it is there.</summary>
    private sealed class Job
    {
        private int _next;

        internal IReadOnlyList<InFlightTransaction> Batch { get; private set; } = [];

        internal bool ChecksSignatures { get; private set; }

        internal int Done { get; set; }

        internal bool IsTaken => _next == Batch.Count;

        internal void Begin(IReadOnlyList<InFlightTransaction> batch, bool checksSignatures)
        {
            Batch = batch;
            ChecksSignatures = checksSignatures;
            Done = 0;
            _next = 0;
        }

        internal void End() => Begin([], false);

        internal (int Start, int End) Take()
        {
            int start = _next;
            _next = Math.Min(Batch.Count, start + RunLength);
            return (start, _next);
        }
    }
}
