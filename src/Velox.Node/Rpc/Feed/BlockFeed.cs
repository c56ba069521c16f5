using System.Threading.Channels;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Follows the chain for the subscriptions and the trade log, on a thread of its own.</summary>
/// <remarks>
/// The publishing thread only hands blocks over. When the hand-over is full (the thread is that far behind), blocks are
/// not waited for: all subscribers are disconnected, counted, and the trade log is read anew from the history.
/// </remarks>
public sealed class BlockFeed
{
    /// <summary>Most blocks and subscription requests that wait.</summary>
    public const int MaxWaiting = 4096;

    private static readonly TimeSpan CatchUpTimeout = TimeSpan.FromSeconds(2);

    // Synchronous: whoever writes wakes the thread himself, however busy the pool is with calls that wait for this thread.
    private readonly Channel<FeedItem> _items = Channel.CreateBounded<FeedItem>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, AllowSynchronousContinuations = true });

    private readonly ChainView _chain;
    private readonly RpcCounters _counters;
    private readonly List<Subscription> _subscriptions = [];

    // Guards the two below: the thread writes them, calls read them.
    private readonly object _lock = new();
    private readonly TradeLog _trades;
    private ulong _slot;

    private Thread? _thread;
    private bool _isOverrun;
    private ulong _lastSubscriptionId;

    internal BlockFeed(ChainView chain, RpcOptions options, RpcCounters counters)
    {
        _chain = chain;
        _counters = counters;
        _trades = new TradeLog(options.MaxTrades);
    }

    internal ulong NextSubscriptionId() => Interlocked.Increment(ref _lastSubscriptionId);

    internal void Start()
    {
        _chain.BlockPublished += OnBlockPublished;
        LoadTrades();
        _thread = new Thread(Run) { Name = "velox-feed", IsBackground = true };
        _thread.Start();
    }

    internal void Stop()
    {
        _chain.BlockPublished -= OnBlockPublished;
        _items.Writer.TryComplete();
        _thread?.Join();
    }

    /// <summary>
    /// Hands a request to the thread; returns once its subscriptions are active. False when the feed has stopped.
    /// </summary>
    internal async Task<bool> AddAsync(SubscriptionRequest request)
    {
        try
        {
            await _items.Writer.WriteAsync(new FeedItem(null, request));
            // Waiting for the end bounds what one connection can have waiting here to one.
            await request.Completion;
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    /// <summary>The last trades of a market, newest first, up to a block that is visible already.</summary>
    internal Trade[] LastTrades(Address market, int limit, ulong slot)
    {
        lock (_lock)
        {
            // A client that saw its transaction in a block must see its fills: the thread is at most moments behind.
            while (_slot < slot)
            {
                if (!Monitor.Wait(_lock, CatchUpTimeout))
                {
                    throw new RpcException(
                        RpcErrorCode.NodeUnhealthy, "Node is behind: the trade log is not up to date yet.");
                }
            }

            return _trades.Last(market, limit);
        }
    }

    private void OnBlockPublished(Block block)
    {
        if (_items.Writer.TryWrite(new FeedItem(block, null)))
            return;
        Volatile.Write(ref _isOverrun, true); // release: the task then finds the block in the history
        _counters.FeedOverruns.Increment();
    }

    private void Run()
    {
        while (_items.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_items.Reader.TryRead(out FeedItem item))
                Handle(item);
        }
    }

    private void Handle(FeedItem item)
    {
        if (Volatile.Read(ref _isOverrun)) // acquire: pairs with OnBlockPublished
            Recover();
        if (item.Block is { } block)
            Follow(block);
        else
            Start(item.Request!);
    }

    private void Follow(Block block)
    {
        lock (_lock)
        {
            // Blocks that LoadTrades found in the history are in the log already.
            if (block.Header.Slot > _slot)
            {
                _trades.Add(block.Header, block.Records);
                _slot = block.Header.Slot;
            }

            Monitor.PulseAll(_lock);
        }

        var feedBlock = new FeedBlock(block);
        foreach (Subscription subscription in _subscriptions)
        {
            if (!subscription.IsClosed)
                Guard(subscription, () => subscription.OnBlock(feedBlock));
        }

        _subscriptions.RemoveAll(subscription => subscription.IsClosed);
    }

    private void Start(SubscriptionRequest request)
    {
        request.SendAnswer();
        foreach (Subscription subscription in request.Subscriptions)
        {
            // A batch may end what it began, and a first notification that does not fit closes all of a connection.
            if (!subscription.IsClosed)
                Guard(subscription, () => subscription.OnStart(_chain));
            if (!subscription.IsClosed)
                _subscriptions.Add(subscription);
        }

        request.Complete();
    }

    /// <summary>One subscription's failure ends its connection, never the feed.</summary>
    private void Guard(Subscription subscription, Action action)
    {
        try
        {
            action();
        }
        catch (Exception)
        {
            _counters.InternalErrors.Increment();
            subscription.Connection.Abort();
        }
    }

    private void Recover()
    {
        Volatile.Write(ref _isOverrun, false); // before the reload: an overrun during it must not be lost
        foreach (Subscription subscription in _subscriptions)
            subscription.Connection.Abort();
        _subscriptions.Clear();
        LoadTrades();
    }

    /// <summary>Reads the log anew from the blocks that are kept.</summary>
    private void LoadTrades()
    {
        lock (_lock)
        {
            _trades.Clear();
            ulong tip = _chain.Tip.Slot;
            for (ulong slot = _chain.History.FirstSlot; slot <= tip; slot++)
            {
                if (_chain.History.FindBlock(slot) is { } block)
                    _trades.Add(block.Header, block.Records);
            }

            _slot = tip;
            Monitor.PulseAll(_lock);
        }
    }

    private readonly record struct FeedItem(Block? Block, SubscriptionRequest? Request);
}
