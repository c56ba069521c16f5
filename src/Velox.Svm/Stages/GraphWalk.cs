using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Several workers run the transactions of a conflict graph, each as soon as all that it waits for are done.</summary>
/// <remarks>
/// <para>
/// Those that are ready stand in a queue, first in the order of the batch, and each worker takes the next. Who was the last that others
/// waited for goes on with the first of these himself: their accounts are in his cache. The rest he puts into the queue.
/// </para>
/// <para>
/// What a transaction wrote is visible to those that wait for it: the count that sets them free is changed by an interlocked operation,
/// and so is the queue's head, behind an entry that was published with release.
/// </para>
/// </remarks>
internal sealed class GraphWalk : ISlicedWork
{
    private const int NotYet = -1;

    private ConflictGraph? _graph;
    private Action<int, InFlightTransaction>? _run;

    // Each transaction is put in at most once, so the queue never wraps around.
    private int[] _queue = [];
    private PaddedLong _head;
    private PaddedLong _tail;
    private PaddedLong _done;

    // Set by a worker whose transaction threw, which is a defect: the others must not wait for what it waited for.
    private volatile bool _hasFailed;

    /// <summary>Runs all transactions of the graph.</summary>
    /// <param name="graph">Used up by it.</param>
    /// <param name="team">The workers.</param>
    /// <param name="run">Runs one, by a worker's number.</param>
    internal void Run(ConflictGraph graph, WorkerTeam team, Action<int, InFlightTransaction> run)
    {
        _graph = graph;
        _run = run;
        if (_queue.Length < graph.Count)
            _queue = new int[Math.Max(graph.Count, 2 * _queue.Length)];
        _queue.AsSpan(0, graph.Count).Fill(NotYet);
        int ready = 0;
        for (int i = 0; i < graph.Count; i++)
        {
            if (graph.WaitsFor(i) == 0)
                _queue[ready++] = i;
        }

        _head.StoreRelaxed(0);
        _tail.StoreRelaxed(ready);
        _done.StoreRelaxed(0);
        _hasFailed = false;

        // A slice is to take part until all is done. Whoever comes late finds nothing to do.
        team.Run(this, team.Workers, sliceLength: 1);
        _graph = null;
        _run = null;
    }

    void ISlicedWork.Run(int worker, int start, int end)
    {
        ConflictGraph graph = _graph!;
        var wait = default(SpinThenYieldWait);
        while (_done.LoadAcquire() < graph.Count && !_hasFailed)
        {
            int index = TryTake(graph.Count);
            if (index == NotYet)
            {
                wait.WaitOnce();
                continue;
            }

            wait.Reset();
            _done.Add(RunFrom(graph, index, worker));
        }
    }

    /// <summary>Runs a transaction and what it sets free, one after the other; returns how many.</summary>
    private int RunFrom(ConflictGraph graph, int index, int worker)
    {
        int count = 0;
        try
        {
            for (; index != NotYet; index = Finish(graph, index))
            {
                _run!(worker, graph[index]);
                count++;
            }
        }
        catch
        {
            _hasFailed = true;
            throw;
        }

        return count;
    }

    private int TryTake(int count)
    {
        while (true)
        {
            long head = _head.LoadAcquire();
            int index = head < count ? Volatile.Read(ref _queue[head]) : NotYet;
            if (index == NotYet || _head.CompareExchange(head + 1, head) == head)
                return index;
        }
    }

    /// <summary>Sets free who waited for a transaction; returns one of these to go on with, or none.</summary>
    private int Finish(ConflictGraph graph, int index)
    {
        int next = NotYet;
        int entry = graph.FirstSuccessor(index);
        while (entry >= 0)
        {
            (int successor, entry) = graph.Successor(entry);
            if (!graph.Release(successor))
                continue;
            if (next == NotYet)
            {
                next = successor;
                continue;
            }

            // The earlier one first, as the order of the batch is that of priority.
            Put(Math.Max(next, successor));
            next = Math.Min(next, successor);
        }

        return next;
    }

    private void Put(int index) => Volatile.Write(ref _queue[_tail.Add(1) - 1], index);
}
