using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>A book into which several threads place, match and cancel at the same time, without locks.</summary>
/// <remarks>
/// <para>
/// Price levels and orders are linked nodes of one pool. An order's open quantity is one word, and each fill and each cancellation
/// is one compare-and-swap of it: that step is where it takes effect, and whoever comes second acts on what is left. A thread
/// takes part through a <see cref="LockFreeTrader"/>.
/// </para>
/// <para><b>Guaranteed under any interleaving</b>
/// <list type="bullet">
/// <item>Every lot that was placed is exactly one of: filled once, cancelled once, resting, or reported as not placed.</item>
/// <item>No order fills beyond its quantity, or after its cancellation was confirmed.</item>
/// <item>Inside a level an order fills only when those before it have nothing open: strict time priority, in the order in which
/// they were linked.</item>
/// <item>A cancellation, a single fill, and the resting of an order are each linearisable. So is an immediate-or-cancel order
/// that finds an order to match: as its single fills, one after the other.</item>
/// <item>An order whose placement ended with <see cref="LockFreeOutcome.Done"/> crossed nothing that rested at that time, so when
/// all threads have ended and no placement said <see cref="LockFreeOutcome.MayCross"/>, the book is not crossed.</item>
/// </list></para>
/// <para><b>What one thread alone would not do</b>
/// <list type="bullet">
/// <item>An order with several fills is not one step: others act between its fills. Each fill is at the best price that the
/// thread saw just before it; a better order that arrives between this look and the fill is passed over.</item>
/// <item>Two crossing orders that arrive at the same time may both rest for a moment. Each looks again after it rests; who
/// sees the other pulls its own order out, trades, and rests again at the end of its level. What others filled of it
/// meanwhile is <see cref="LockFreePlacement.MadeLots"/>, under another order id: know your orders in the fills of others by
/// <see cref="NewOrder.ClientOrderId"/>. After <see cref="MaxRounds"/> the order stays, as <see cref="LockFreeOutcome.MayCross"/>.</item>
/// <item>Best price and depth are looked at order by order, not at one moment.</item>
/// </list></para>
/// <para><b>Limits</b>: nodes (one for an order, one for a level), threads, lots of an order, and 100 lost races an operation,
/// with growing pauses between them: <see cref="LockFreeOutcome.Timeout"/>. No self-trade check, seats or fees. An order id
/// stays refused until its node was used 2^32 times again. Nothing is allocated after joining. A thread looks for the place of
/// an order from the best level on, unless its last order of that price is open: then from there.</para>
/// <para><b>Removed nodes</b> are used again when no thread can hold them, which is found out in one of two ways
/// (<see cref="LockFreeReclamation"/>). With epochs a thread holds back up to 67 nodes, one in 64 removals hands nodes back
/// under a lock, and while a thread stands still inside an operation, no node that was removed since is used again. With hazard
/// pointers no thread ever waits for another, and all threads together hold back at most <see cref="MaxHeldBack"/> nodes.</para>
/// <para>When to take it, and when a serial book behind an <see cref="MpscRing{T}"/>: <c>docs/lock-free-book.md</c>.</para>
/// <example>
/// <code>
/// using var book = new LockFreeOrderBook(capacity: 100_000, maxThreads: 8);
/// using LockFreeTrader trader = book.TryJoin()!; // each thread its own
/// var fills = new LockFreeFill[64];
/// LockFreePlacement placed = trader.Place(new NewOrder(Side.Bid, OrderType.Limit, 100, 5, ClientOrderId: 7), fills);
/// foreach (LockFreeFill fill in fills.AsSpan(0, placed.Fills)) Report(fill);
/// trader.Cancel(placed.OrderId, out uint cancelledLots);
/// </code>
/// </example>
/// </remarks>
public sealed unsafe class LockFreeOrderBook : IDisposable
{
    /// <summary>Most lots of one order.</summary>
    public const uint MaxLots = uint.MaxValue;

    /// <summary>Most nodes.</summary>
    public const int MaxCapacity = SlabAllocator.MaxCapacity - HeadNodes;

    /// <summary>Most lost races of one operation.</summary>
    public const int MaxTries = 100;

    /// <summary>How often an order is pulled out because one of the other side arrived at the same time.</summary>
    public const int MaxRounds = 8;

    // The heads stand on two lines each, as processors fetch lines in pairs.
    private const int HeadNodes = 4;

    private readonly SlabAllocator _slabs;

    // One of the two.
    private readonly EpochReclaimer? _epochs;
    private readonly LockFreeHazards? _hazards;

    /// <param name="capacity">Nodes: resting orders and levels, and those removed that wait; 2 to <see cref="MaxCapacity"/>.</param>
    /// <param name="maxThreads">Most traders at a time: 1 to 4,096 with epochs, to 256 with hazard pointers.</param>
    /// <param name="reclamation">How removed nodes are used again.</param>
    /// <exception cref="ArgumentOutOfRangeException"/>
    /// <exception cref="InsufficientMemoryException"/>
    public LockFreeOrderBook(int capacity, int maxThreads, LockFreeReclamation reclamation = LockFreeReclamation.Epochs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, MaxCapacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxThreads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxThreads, MaxThreadsWith(reclamation));
        Capacity = capacity;
        Reclamation = reclamation;
        _slabs = new SlabAllocator(LockFreeNode.Bytes, capacity + HeadNodes);
        if (reclamation == LockFreeReclamation.Epochs)
            _epochs = new EpochReclaimer(_slabs, maxThreads, capacity);
        else
            _hazards = new LockFreeHazards(maxThreads);
        for (int i = 0; i < HeadNodes; i++)
            _slabs.TryAllocate(out _); // the first ones, in order
    }

    /// <summary>Nodes for orders and levels.</summary>
    public int Capacity { get; }

    /// <summary>How removed nodes are used again.</summary>
    public LockFreeReclamation Reclamation { get; }

    /// <summary>Nodes in use or held back, about now.</summary>
    public int NodesInUse => _slabs.InUse - HeadNodes;

    internal int NodeCount => _slabs.Capacity;

    /// <summary>
    /// With hazard pointers: the most nodes that threads hold back, removed or at hand, whatever they do; add it to the orders
    /// and levels that may rest. With epochs there is no such number: it is all.
    /// </summary>
    /// <param name="maxThreads">As the book is made for, n: the number is n * (10 n + 67), so 174 for 2 threads, 1,176 for 8.</param>
    public static long MaxHeldBack(int maxThreads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxThreads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxThreads, LockFreeHazards.MaxThreads);
        return LockFreeHazards.MaxHeldBack(maxThreads);
    }

    /// <summary>Makes the calling thread a trader until it disposes what it gets, which no other thread uses.</summary>
    /// <returns>Null when there are as many as there may be.</returns>
    public LockFreeTrader? TryJoin() => TryJoin<HardwareModel>();

    /// <summary>Frees all memory. No thread may use the book or a trader during and after it.</summary>
    public void Dispose()
    {
        _slabs.Dispose();
        _hazards?.Dispose();
    }

    /// <summary>Joins with memory operations of tests, which stop a thread where they like.</summary>
    internal LockFreeTrader? TryJoin<TModel>()
        where TModel : struct, IMemoryModel
    {
        if (_hazards is not null)
        {
            return _hazards.TryJoin(out long* hazards, out RetiredNodes? retired)
                ? Trader<TModel, HazardGuard<TModel>>(new HazardNodes<TModel>(_slabs, _hazards, retired!), new HazardGuard<TModel>(hazards))
                : null;
        }

        return _epochs!.TryJoin() is { } reader
            ? Trader<TModel, EpochGuard>(new EpochNodes(_slabs, _epochs, reader), new EpochGuard(reader))
            : null;
    }

    /// <summary>Releases the removed nodes that no trader can hold, of those that no trader has in its own list.</summary>
    internal void Collect()
    {
        _epochs?.Collect();
        _hazards?.TryCollectIdle(_slabs);
    }

    private LockFreeTrader Trader<TModel, TGuard>(LockFreeNodes nodes, TGuard guard)
        where TModel : struct, IMemoryModel
        where TGuard : struct, ILockFreeGuard
    {
        var first = (LockFreeNode*)_slabs.Address(0);
        (nint, nint) heads = ((nint)first, (nint)(first + (HeadNodes / 2)));
        return new LockFreeTrader(
            this, nodes, new LockFreeMatcher<TModel, TGuard>(first, heads, nodes, guard, MaxTries, MaxRounds));
    }

    private static int MaxThreadsWith(LockFreeReclamation reclamation) => reclamation switch
    {
        LockFreeReclamation.Epochs => EpochReclaimer.MaxReaderLimit,
        LockFreeReclamation.HazardPointers => LockFreeHazards.MaxThreads,
        _ => throw new ArgumentOutOfRangeException(nameof(reclamation), reclamation, "Epochs or hazard pointers."),
    };
}
