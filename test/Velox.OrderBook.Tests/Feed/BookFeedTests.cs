using Velox.Primitives;

namespace Velox.OrderBook.Tests.Feed;

/// <summary>The ring of events.</summary>
public class BookFeedTests
{
    [Fact]
    public void Only_the_next_events_are_published_and_all_of_them_or_none()
    {
        var feed = new BookFeed(16, firstSequence: 7);
        BroadcastReader<BookEvent> reader = feed.ReadFromStart();
        Assert.Equal(FeedError.None, feed.Publish([]));
        Assert.Equal(FeedError.Gap, feed.Publish([Numbered(8)]));
        Assert.Equal(FeedError.AlreadyApplied, feed.Publish([Numbered(6), Numbered(7)]));
        Assert.Equal(FeedError.Contradiction, feed.Publish([Numbered(7), Numbered(9)]));
        Assert.Equal(BroadcastRead.Empty, reader.TryRead(out _));
        Assert.Equal(FeedError.None, feed.Publish([Numbered(7), Numbered(8)]));
        Assert.Equal(9UL, feed.NextSequence);
        Assert.Equal((BroadcastRead.Item, 7UL), (reader.TryRead(out BookEvent e), e.Sequence));
        Assert.Equal((BroadcastRead.Item, 8UL), (reader.TryRead(out e), e.Sequence));
    }

    [Fact]
    public void A_reader_counts_exactly_what_it_missed_and_the_sequence_says_the_same()
    {
        var feed = new BookFeed(4, firstSequence: 100);
        BroadcastReader<BookEvent> slow = feed.ReadFromNow();
        for (ulong sequence = 100; sequence < 110; sequence++)
            Assert.Equal(FeedError.None, feed.Publish([Numbered(sequence)]));
        Assert.Equal(BroadcastRead.Gap, slow.TryRead(out _));
        Assert.Equal(BroadcastRead.Item, slow.TryRead(out BookEvent e));
        Assert.Equal(100UL + (ulong)slow.MissedCount, e.Sequence);
        Assert.True(slow.MissedCount >= 6);
    }

    [Fact]
    public async Task Consumers_on_other_threads_rebuild_the_book_of_a_writer_that_never_waits()
    {
        const int Seed = 401;
        var market = new FeedMarket(Seed);
        var feed = new BookFeed(256);
        var snapshots = new SnapshotDesk();
        using var done = new ManualResetEventSlim();
        OrderView[] views = [new(FeedMarket.OrderCapacity), new(FeedMarket.OrderCapacity)];
        var consumers = new List<Task>();
        foreach (OrderView view in views)
        {
            BroadcastReader<BookEvent> reader = feed.ReadFromNow();
            consumers.Add(Task.Factory.StartNew(
                () => Follow(view, reader, snapshots, done), CancellationToken.None, TaskCreationOptions.LongRunning,
                TaskScheduler.Default));
        }

        try
        {
            for (int step = 0; step < 30_000; step++)
            {
                Assert.Equal(FeedError.None, feed.Publish(market.Step()));
                snapshots.Serve(market.Market);
            }
        }
        finally
        {
            done.Set();
        }

        Task all = Task.WhenAll(consumers);
        while (!all.IsCompleted)
            snapshots.Serve(market.Market);
        await all;
        foreach (OrderView view in views)
            market.AssertShows(view);
    }

    [Fact]
    public void Publishing_reading_and_all_views_allocate_nothing()
    {
        var market = new FeedMarket(402);
        var events = new List<BookEvent>();
        for (int step = 0; step < 20_000; step++)
            events.AddRange(market.Step());
        BookEvent[] all = [.. events];
        var consumer = new Consumer();
        consumer.Play(all.AsSpan(0, all.Length / 2));

        long before = GC.GetAllocatedBytesForCurrentThread();
        consumer.Play(all.AsSpan(all.Length / 2));
        consumer.Refresh(market.Market);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, allocated);
        Assert.Equal((ulong)all.Length, consumer.Orders.NextSequence);
        market.AssertShows(consumer.Orders);
    }

    private static BookEvent Numbered(ulong sequence) => new() { Sequence = sequence, Kind = BookEventKind.Closed };

    private static void Follow(
        OrderView view, BroadcastReader<BookEvent> reader, SnapshotDesk snapshots, ManualResetEventSlim done)
    {
        while (true)
        {
            bool isLast = done.IsSet;
            BroadcastRead read = reader.TryRead(out BookEvent e);
            if (read == BroadcastRead.Item && view.Apply(e) is var error and not (FeedError.None or FeedError.AlreadyApplied))
            {
                Assert.Equal(FeedError.Gap, error);
                snapshots.Load(view);
            }

            if (read == BroadcastRead.Empty && isLast)
                return;
        }
    }

    /// <summary>Snapshots that the writer makes when a consumer has asked.</summary>
    private sealed class SnapshotDesk
    {
        private readonly BookSnapshot _snapshot = new(FeedMarket.OrderCapacity);
        private readonly Lock _asking = new();
        private int _state; // 0 idle, 1 asked for, 2 made

        public void Load(OrderView view)
        {
            lock (_asking)
            {
                Volatile.Write(ref _state, 1);
                Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _state) == 2, TimeSpan.FromMinutes(1)));
                Assert.Equal(FeedError.None, view.Load(_snapshot));
                Volatile.Write(ref _state, 0);
            }
        }

        public void Serve(Market market)
        {
            if (Volatile.Read(ref _state) != 1)
                return;
            Assert.Equal(FeedError.None, _snapshot.Take(market));
            Volatile.Write(ref _state, 2);
        }
    }

    /// <summary>Everything that a consumer may hold, warmed up.</summary>
    private sealed class Consumer
    {
        private readonly BookFeed _feed = new(256);
        private readonly BroadcastReader<BookEvent> _reader;
        private readonly DepthView _depth = new(FeedMarket.OrderCapacity);
        private readonly DepthFeed _deltas = new(10, FeedMarket.OrderCapacity, 256);
        private readonly BroadcastReader<LevelDelta> _deltaReader;
        private readonly DepthWindow _window = new(10);
        private readonly BookSnapshot _snapshot = new(FeedMarket.OrderCapacity);
        private FeedError _worst;

        public Consumer()
        {
            _reader = _feed.ReadFromNow();
            _deltaReader = _deltas.ReadFromNow();
            Refresh(TestMarket.Create(TestMarket.Parameters));
        }

        public OrderView Orders { get; } = new(FeedMarket.OrderCapacity);

        public void Play(ReadOnlySpan<BookEvent> events)
        {
            for (int i = 0; i < events.Length; i++)
            {
                Note(_feed.Publish(events.Slice(i, 1)));
                while (_reader.TryRead(out BookEvent e) == BroadcastRead.Item)
                {
                    Note(Orders.Apply(e));
                    Note(_depth.Apply(e));
                    Note(_deltas.Apply(e));
                }

                while (_deltaReader.TryRead(out LevelDelta delta) == BroadcastRead.Item)
                    Note(_window.Apply(delta));
            }

            if (_worst != FeedError.None || _window.Best != Orders.Best || _depth.Best != Orders.Best)
                throw new InvalidOperationException("The views differ.");
        }

        public void Refresh(Market market)
        {
            Note(_snapshot.Take(market));
            Note(Orders.Load(_snapshot));
            Note(_depth.Load(_snapshot));
        }

        private void Note(FeedError error) => _worst = error > _worst ? error : _worst;
    }
}
