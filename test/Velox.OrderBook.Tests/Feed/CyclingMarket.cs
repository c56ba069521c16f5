using Velox.Primitives;

namespace Velox.OrderBook.Tests.Feed;

/// <summary>
/// A market in native memory that goes through the same books again and again, so that the event sequence alone says
/// exactly what the book is: what a reader beside the writer must have seen.
/// </summary>
internal sealed class CyclingMarket : IDisposable
{
    public const int OrderCapacity = 64;
    public const uint Seats = 4;

    private readonly List<Operation> _operations = [];
    private readonly Dictionary<ulong, Book> _books = [];
    private readonly HashSet<(ulong Bid, ulong Ask)> _prices = [];
    private readonly BookEvent[] _buffer = new BookEvent[Market.MaxEventsPerOperation];
    private readonly ulong _start;
    private readonly ulong _eventsPerCycle;

    public CyclingMarket(int seed, int operations)
    {
        Memory = new NativeRegion(new NativeRegionOptions(RegionBytes));
        Assert.Equal(BookError.None, Market.TryCreate(Memory, Parameters, out Market market));
        Market = market;
        for (uint seat = 0; seat < Seats; seat++)
        {
            Assert.Equal(BookError.None, market.OpenSeat(TestMarket.OwnerOf(seat), out _));
            Assert.Equal(BookError.None, market.Credit(seat, Asset.Base, 1UL << 60));
            Assert.Equal(BookError.None, market.Credit(seat, Asset.Quote, 1UL << 60));
        }

        MakeOperations(new Random(seed), operations);
        _start = market.Header.NextEventSequence;
        Cycle(_ => Note());
        _eventsPerCycle = market.Header.NextEventSequence - _start;
        Cycle(_ => Assert.True(IsExpected(BookNow()), $"seed {seed}: the second cycle differs from the first."));
        Assert.Equal(_start + (2 * _eventsPerCycle), market.Header.NextEventSequence);
    }

    public static MarketParameters Parameters => TestMarket.Parameters with
    {
        LotSize = 1,
        TickSize = 1,
        OrderCapacity = OrderCapacity,
        BlockCapacity = 16,
        SeatCapacity = Seats,
        MaxOpenOrdersPerSeat = OrderCapacity,
    };

    public static long RegionBytes => MarketLayout.RequiredBytes(OrderCapacity, 16, Seats);

    public NativeRegion Memory { get; }

    public Market Market { get; }

    /// <summary>All operations once, to the empty book where it began.</summary>
    public void Cycle(Action<ReadOnlyMemory<BookEvent>>? afterEach = null) => Play(_operations.Count, afterEach);

    /// <summary>The first operations of a cycle.</summary>
    public void Play(int operations, Action<ReadOnlyMemory<BookEvent>>? afterEach = null)
    {
        foreach (Operation operation in _operations.Take(operations))
        {
            var events = new EventWriter(_buffer, 0);
            Market.Apply(operation, ref events, out _);
            afterEach?.Invoke(_buffer.AsMemory(0, events.Count));
        }
    }

    public bool IsExpected(ulong bidTicks, ulong askTicks) => _prices.Contains((bidTicks, askTicks));

    public bool IsExpected(DepthWindow window)
    {
        Book? book = Find(window.NextEventSequence);
        return book is not null
            && window.Bids.SequenceEqual(book.Bids.AsSpan(0, Math.Min(window.Depth, book.Bids.Length)))
            && window.Asks.SequenceEqual(book.Asks.AsSpan(0, Math.Min(window.Depth, book.Asks.Length)));
    }

    public bool IsExpected(BookSnapshot snapshot)
    {
        Book? book = Find(snapshot.NextSequence);
        return book is not null && AreEqual(snapshot.Bids, book.BidOrders) && AreEqual(snapshot.Asks, book.AskOrders);
    }

    public void Dispose() => Memory.Dispose();

    // Ids go up from cycle to cycle; all else comes again.
    private static bool AreEqual(ReadOnlySpan<BookOrder> seen, BookOrder[] expected)
    {
        if (seen.Length != expected.Length)
            return false;
        for (int i = 0; i < seen.Length; i++)
        {
            if (seen[i] with { OrderId = 0 } != expected[i] with { OrderId = 0 })
                return false;
        }

        return true;
    }

    private Book? Find(ulong sequence) =>
        sequence < _start ? null : _books.GetValueOrDefault((sequence - _start) % Math.Max(_eventsPerCycle, 1));

    private bool IsExpected((BookSnapshot Snapshot, DepthWindow Window) now) =>
        IsExpected(now.Snapshot) && IsExpected(now.Window);

    private (BookSnapshot Snapshot, DepthWindow Window) BookNow()
    {
        var snapshot = new BookSnapshot(OrderCapacity);
        Assert.Equal(FeedError.None, snapshot.Take(Market));
        var depth = new DepthView(OrderCapacity);
        Assert.Equal(FeedError.None, depth.Load(snapshot));
        var window = new DepthWindow(OrderCapacity);
        window.Load(depth, 0);
        return (snapshot, window);
    }

    private void Note()
    {
        (BookSnapshot snapshot, DepthWindow window) = BookNow();
        _books[snapshot.NextSequence - _start] = new Book(
            window.Bids.ToArray(), window.Asks.ToArray(), snapshot.Bids.ToArray(), snapshot.Asks.ToArray());
        _prices.Add((window.Best.Bid.PriceTicks, window.Best.Ask.PriceTicks));

        // The end of a cycle is the beginning of the next.
        if (snapshot.Bids.IsEmpty && snapshot.Asks.IsEmpty)
            _books.TryAdd(0, _books[snapshot.NextSequence - _start]);
    }

    private void MakeOperations(Random random, int count)
    {
        for (int i = 0; i < count; i++)
        {
            uint seat = (uint)random.Next((int)Seats);
            var side = (Side)random.Next(2);
            ulong price = (ulong)(1_000 + random.Next(-60, 60) + (side == Side.Bid ? -15 : 15));
            var order = new NewOrder(
                side, random.Next(4) == 0 ? OrderType.ImmediateOrCancel : OrderType.Limit, price, (ulong)random.Next(1, 20),
                (ulong)(i + 1));
            OperationKind kind = random.Next(10) switch
            {
                < 7 => OperationKind.Place,
                < 9 => OperationKind.ReduceByClientId,
                _ => OperationKind.CancelByClientId,
            };
            _operations.Add(new Operation(
                kind, seat, order, (ulong)random.Next(1, i + 2), (ulong)random.Next(1, 5), Asset.Base, default, default));
        }

        for (uint seat = 0; seat < Seats; seat++)
        {
            _operations.Add(new Operation(
                OperationKind.CancelAll, seat, default, 0, OrderCapacity, Asset.Base, default, default));
        }
    }

    private sealed record Book(DepthLevel[] Bids, DepthLevel[] Asks, BookOrder[] BidOrders, BookOrder[] AskOrders);
}
