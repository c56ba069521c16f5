using Velox.State;

namespace Velox.Svm;

/// <summary>Which transactions of a batch have to wait for which: stage 3's result.</summary>
/// <remarks>
/// An edge goes from a transaction to a later one that writes what it reads or writes, or reads what it writes; those that follow
/// from others are left out. So on each account there is a queue in the order of the batch, in which neighbours that only read stand
/// side by side. Any order that keeps to the edges gives what one after another would have given.
/// </remarks>
internal sealed class ConflictGraph
{
    private const int None = -1;

    private Node[] _nodes = [];
    private Link[] _links = [];
    private int _linkCount;

    /// <summary>How many transactions.</summary>
    internal int Count { get; private set; }

    /// <summary>Whether any has to wait.</summary>
    internal bool HasConflicts { get; private set; }

    internal InFlightTransaction this[int index] => _nodes[index].Transaction;

    /// <summary>How many transactions it has to wait for, each counted as often as they share an account.</summary>
    internal int WaitsFor(int index) => _nodes[index].WaitsFor;

    /// <summary>Forgets all transactions.</summary>
    internal void Clear()
    {
        Count = 0;
        _linkCount = 0;
        HasConflicts = false;
    }

    /// <summary>Adds a transaction behind those that are there.</summary>
    /// <param name="transaction">With its accounts.</param>
    /// <param name="batch">Number of this batch in the accounts' marks.</param>
    internal void Add(InFlightTransaction transaction, int batch)
    {
        if (Count == _nodes.Length)
            Array.Resize(ref _nodes, Math.Max(256, 2 * Count));
        int index = Count++;
        _nodes[index] = new Node { Transaction = transaction, FirstSuccessor = None };
        TransactionAccounts accounts = transaction.Accounts!;
        ReadOnlySpan<bool> writables = accounts.Writables;
        for (int i = 0; i < writables.Length; i++)
        {
            ref ScheduleMark mark = ref accounts.Accounts[i].ScheduleMark;
            if (mark.Batch != batch)
                mark = new ScheduleMark { Batch = batch, Writer = None, Readers = None };
            if (writables[i])
                AddWriter(ref mark, index);
            else
                AddReader(ref mark, index);
        }
    }

    /// <summary>The first entry of the list of those that wait for a transaction; -1 for none.</summary>
    internal int FirstSuccessor(int index) => _nodes[index].FirstSuccessor;

    /// <summary>Who an entry of such a list is, and the next entry; -1 is the end.</summary>
    internal (int Transaction, int Next) Successor(int entry) => (_links[entry].Transaction, _links[entry].Next);

    /// <summary>One that it waited for is done; true when that was the last. Threads may call it at once.</summary>
    internal bool Release(int index) => Interlocked.Decrement(ref _nodes[index].WaitsFor) == 0;

    private void AddWriter(ref ScheduleMark mark, int index)
    {
        // Behind the readers, who are behind the writer before.
        for (int link = mark.Readers; link != None; link = _links[link].Next)
            AddEdge(_links[link].Transaction, index);
        if (mark.Readers == None && mark.Writer != None)
            AddEdge(mark.Writer, index);
        mark.Writer = index;
        mark.Readers = None;
    }

    private void AddReader(ref ScheduleMark mark, int index)
    {
        if (mark.Writer != None)
            AddEdge(mark.Writer, index);
        mark.Readers = AddLink(index, mark.Readers);
    }

    private void AddEdge(int from, int to)
    {
        HasConflicts = true;
        ref Node node = ref _nodes[from];
        node.FirstSuccessor = AddLink(to, node.FirstSuccessor);
        _nodes[to].WaitsFor++;
    }

    private int AddLink(int transaction, int next)
    {
        if (_linkCount == _links.Length)
            Array.Resize(ref _links, Math.Max(1024, 2 * _linkCount));
        _links[_linkCount] = new Link { Transaction = transaction, Next = next };
        return _linkCount++;
    }

    private struct Node
    {
        internal InFlightTransaction Transaction;
        internal int FirstSuccessor;
        internal int WaitsFor;
    }

    private struct Link
    {
        internal int Transaction;
        internal int Next;
    }
}
