using System.Runtime.CompilerServices;
using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.BookVm;

/// <summary>One shard: a market with one writer at a time, what it shows to all, and a mailbox.</summary>
/// <remarks>
/// Best prices, words and the mailbox's writing end are for any thread. Everything else belongs to whoever has claimed the shard.
/// </remarks>
public sealed unsafe class BookShard
{
    private const int EventCapacity = 4 * Market.MaxEventsPerOperation;

    private readonly ShardView* _view;
    private readonly MarketHeader* _header;
    private readonly NativeRegion _memory;
    private readonly MpscRing<ShardMessage> _mailbox;
    private readonly BookEvent[] _events = new BookEvent[EventCapacity];
    private readonly BookEventHandler? _eventHandler;
    private readonly Market _market;
    private int _eventCount;
    private int _claim;
    private long _refusedMessages;

    internal BookShard(int index, NativeRegion memory, in Market market, ShardView* view, ShardedBookOptions options)
    {
        Index = index;
        _memory = memory;
        _header = (MarketHeader*)memory.Address;
        _market = market;
        _view = view;
        _mailbox = new MpscRing<ShardMessage>(options.MailboxCapacity);
        _eventHandler = options.Events;
    }

    public int Index { get; }

    /// <summary>The market, for who has claimed the shard.</summary>
    public ref readonly Market Market => ref _market;

    /// <summary>The market's slab, for who has claimed the shard; valid while the shard is referenced.</summary>
    public ReadOnlySpan<byte> Slab => _memory.Slice(0, (int)_memory.Bytes);

    /// <summary>The highest bid, 0 for none. Any thread; up to date with the last operation that has ended.</summary>
    /// <remarks>Safe beside the writer: 8 aligned bytes that it stores at once, in memory that this object keeps.</remarks>
    public ulong BestBidTicks => Volatile.Read(ref _header->BestBidTicks);

    /// <summary>The lowest ask, 0 for none. Any thread; up to date with the last operation that has ended.</summary>
    public ulong BestAskTicks => Volatile.Read(ref _header->BestAskTicks);

    /// <summary>Messages that found the mailbox full. Any thread.</summary>
    public long RefusedMessages => Volatile.Read(ref _refusedMessages);

    internal ShardView* View => _view;

    /// <summary>The slab where it lies, for as long as this object lives.</summary>
    internal byte* SlabAddress => (byte*)_header;

    /// <summary>Messages that wait; exact when nobody sends.</summary>
    public int WaitingMessages => _mailbox.Count;

    /// <summary>Takes the shard for its only writer, or returns false when someone has it. Never waits.</summary>
    public bool TryClaim() =>
        // A full fence: what the last owner wrote before its release is seen by this one.
        Interlocked.CompareExchange(ref _claim, 1, 0) == 0;

    /// <summary>Gives the shard back. Only who claimed it.</summary>
    public void Release() =>
        // Release order: everything written under the claim comes before it for the next owner.
        Volatile.Write(ref _claim, 0);

    /// <summary>One of the shard's words; 0 for a word it does not have. Any thread.</summary>
    public ulong WordAt(ulong word) => word < ShardedBook.WordCount ? Volatile.Read(ref _view->Words[word]) : 0;

    /// <summary>Sends a message: delivered, in order for each sender, when the shard next runs. Any thread.</summary>
    public BookVmError TrySend(in ShardMessage message)
    {
        if (message.Length - 1 >= ShardMessage.MaxDataBytes)
            return BookVmError.InvalidMessageLength;
        if (_mailbox.TryWrite(in message))
            return BookVmError.None;
        Interlocked.Increment(ref _refusedMessages);
        return BookVmError.MailboxFull;
    }

    internal void SetWord(ulong word, ulong value) => Volatile.Write(ref _view->Words[word], value);

    internal bool TryReceive(out ShardMessage message) => _mailbox.TryRead(out message);

    /// <summary>Where the next operation writes its events: there is room for any one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal EventWriter BeginOperation(ulong slot)
    {
        if (EventCapacity - _eventCount < Market.MaxEventsPerOperation)
            HandOverEvents();
        return new EventWriter(_events.AsSpan(_eventCount), slot);
    }

    /// <summary>Keeps an operation's events and result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal BookError EndOperation(BookError error, in EventWriter events, in OperationResult result)
    {
        ulong* words = _view->Result;
        words[0] = result.OrderId;
        words[1] = result.FilledLots;
        words[2] = result.RestingLots;
        words[3] = result.CancelledLots;
        words[4] = result.CancelledOrders;
        words[5] = (ulong)result.Reason;
        // Events that nobody wants are written over by the next operation's, while their place is in the cache.
        if (_eventHandler is not null)
            _eventCount += events.Count;
        return error;
    }

    /// <summary>The result of an operation that was refused before the market saw it.</summary>
    internal BookError Refuse(BookError error)
    {
        new Span<ulong>(_view->Result, ShardView.ResultWords).Clear();
        return error;
    }

    /// <summary>Gives the events to whoever wants them; the buffer is free again.</summary>
    internal void HandOverEvents()
    {
        int count = _eventCount;
        _eventCount = 0;
        if (count > 0)
            _eventHandler?.Invoke(Index, _events.AsSpan(0, count));
    }
}
