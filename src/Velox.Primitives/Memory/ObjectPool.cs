namespace Velox.Primitives;

/// <summary>An object out of an <see cref="ObjectPool{T}"/>: give it back with <see cref="ObjectPool{T}.Return"/>.</summary>
/// <param name="Value">The object, as its last user left it.</param>
/// <param name="Number">Its number in the pool of its node.</param>
/// <param name="Node">The node it belongs to, by position.</param>
/// <param name="Lease">How often it was rented and returned: a return of another lease is refused.</param>
public readonly record struct Pooled<T>(T Value, int Number, int Node, int Lease)
    where T : class;

/// <summary>Counters of an <see cref="ObjectPool{T}"/>, summed over its nodes.</summary>
/// <param name="Created">Objects made so far; none is dropped.</param>
/// <param name="Rented">Objects handed out so far.</param>
/// <param name="FromOtherNodes">Of these, those from another node, as the thread's own was at its ceiling.</param>
/// <param name="Failures">Rents that found every node at its ceiling.</param>
/// <param name="BadReturns">Returns that were refused: twice the same, or of another pool.</param>
public readonly record struct PoolCounters(long Created, long Rented, long FromOtherNodes, long Failures, long BadReturns);

/// <summary>Reused objects, a store for each NUMA node.</summary>
/// <remarks>
/// <para>
/// Any thread rents and returns, lock-free. A store that is empty grows by a chunk, which the thread that needs it makes
/// alone: others go on renting what is returned, or make the next chunk. At the ceiling of all nodes a rent fails and is
/// counted; it may also fail while another thread is making the last chunk.
/// </para>
/// <para>
/// A thread rents from the node of the core it runs on and an object goes back to its own. Where an object's memory lies is
/// the collector's choice: near to the thread that made it as long as the collector keeps a heap per core (server mode).
/// </para>
/// <code>
/// var pool = new ObjectPool&lt;Session&gt;(() => new Session(), chunkObjects: 64, maxObjectsPerNode: 4096, HostTopology.Read());
/// if (!pool.TryRent(out Pooled&lt;Session&gt; session)) return Reject.TooManySessions;
/// session.Value.Serve();
/// pool.Return(session);
/// </code>
/// </remarks>
public sealed class ObjectPool<T>
    where T : class
{
    private readonly ObjectStore<T, HardwareModel>[] _stores;
    private readonly Func<int> _currentNode;
    private long _fromOtherNodes;
    private long _failures;
    private long _badReturns;

    /// <param name="create">Makes an object; called by any thread, also by several at once.</param>
    /// <param name="chunkObjects">Objects made at a time, 1 to the ceiling.</param>
    /// <param name="maxObjectsPerNode">The ceiling of one node, 1 to 2^24 - 1.</param>
    /// <param name="topology">Says how many nodes there are and which core belongs to which.</param>
    public ObjectPool(Func<T> create, int chunkObjects, int maxObjectsPerNode, HostTopology topology)
        : this(create, chunkObjects, maxObjectsPerNode, NodeCount(topology), NodeOfCurrentCore(topology))
    {
    }

    internal ObjectPool(Func<T> create, int chunkObjects, int maxObjectsPerNode, int nodes, Func<int> currentNode)
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxObjectsPerNode);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxObjectsPerNode, IndexFreeList.MaxCapacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chunkObjects);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chunkObjects, maxObjectsPerNode);
        _stores = [.. Enumerable.Range(0, nodes).Select(_ => CreateStore())];
        _currentNode = currentNode;

        ObjectStore<T, HardwareModel> CreateStore() =>
            new(create, chunkObjects, ObjectStoreMemory.Allocate(maxObjectsPerNode));
    }

    public int Nodes => _stores.Length;

    public PoolCounters Counters => new(
        _stores.Sum(store => store.Created), _stores.Sum(store => store.Rented), Volatile.Read(ref _fromOtherNodes),
        Volatile.Read(ref _failures), Volatile.Read(ref _badReturns));

    /// <summary>Takes an object from the near node, else from another.</summary>
    /// <returns>False when every node is at its ceiling.</returns>
    public bool TryRent(out Pooled<T> rented)
    {
        int near = _currentNode();
        if (_stores[near].TryRent(near, out rented))
            return true;
        for (int i = 1; i < _stores.Length; i++)
        {
            int node = (near + i) % _stores.Length;
            if (!_stores[node].TryRent(node, out rented))
                continue;
            Interlocked.Increment(ref _fromOtherNodes);
            return true;
        }

        Interlocked.Increment(ref _failures);
        return false;
    }

    /// <summary>Gives an object back.</summary>
    /// <returns>False when this lease was returned before or is of another pool: nothing was done.</returns>
    public bool Return(Pooled<T> rented)
    {
        if ((uint)rented.Node < (uint)_stores.Length && _stores[rented.Node].Return(rented))
            return true;
        Interlocked.Increment(ref _badReturns);
        return false;
    }

    private static int NodeCount(HostTopology topology)
    {
        ArgumentNullException.ThrowIfNull(topology);
        return topology.Nodes.Count;
    }

    /// <summary>Positions of nodes, not their numbers, which may have holes.</summary>
    private static Func<int> NodeOfCurrentCore(HostTopology topology)
    {
        if (topology.Nodes.Count == 1)
            return () => 0;
        int[] nodeOfCore = new int[topology.Cores.Max(core => core.Id) + 1];
        for (int node = 0; node < topology.Nodes.Count; node++)
        {
            foreach (int core in topology.Nodes[node].Cores)
                nodeOfCore[core] = node;
        }

        // A core that came on line since then counts as one of the first node.
        return () => nodeOfCore.ElementAtOrDefault(Thread.GetCurrentProcessorId());
    }
}
