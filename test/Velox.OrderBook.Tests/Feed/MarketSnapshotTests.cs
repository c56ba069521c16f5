using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook.Tests.Feed;

/// <summary>A slab and the operations after it are the market: to the last byte and event.</summary>
public class MarketSnapshotTests
{
    private static readonly Address Name = TestMarket.AddressOf(0x3A4E);

    [Theory]
    [InlineData(601)]
    [InlineData(602)]
    [InlineData(603)]
    public void Snapshot_and_replay_give_the_same_bytes_and_the_same_events(int seed)
    {
        var live = new FeedMarket(seed);
        var random = new Random(seed);
        for (int round = 0; round < 8; round++)
        {
            for (int warm = random.Next(1_500); warm > 0; warm--)
                live.Step();
            byte[] snapshot = SnapshotOf(live.Memory, position: (ulong)round);

            // Live: what comes after the snapshot, written down.
            var operations = new List<Operation>();
            var slots = new List<ulong>();
            var events = new List<BookEvent>();
            for (int step = 0; step < 500; step++)
            {
                ReadOnlySpan<BookEvent> written = live.Step(out Operation operation);
                operations.Add(operation);
                slots.Add(live.LastSlot);
                events.AddRange(written);
            }

            // Replayed.
            Market replayed = Restore(snapshot, out TrackedMemory memory, out MarketSnapshot header);
            Assert.Equal((ulong)round, header.Position);
            Assert.Equal(header.EventSequence, replayed.Header.NextEventSequence);
            var again = new List<BookEvent>();
            var buffer = new BookEvent[Market.MaxEventsPerOperation];
            for (int i = 0; i < operations.Count; i++)
            {
                var writer = new EventWriter(buffer, slots[i], slots[i]);
                replayed.Apply(operations[i], ref writer, out _);
                again.AddRange(writer.Written);
            }

            Assert.True(BytesOf(events).SequenceEqual(BytesOf(again)), $"{live.Where}: the events differ.");
            Assert.True(live.Memory.Bytes.SequenceEqual(memory.Bytes), $"{live.Where}: the slabs differ.");
            Assert.True(events.Count > 100 && events[0].Sequence == header.EventSequence, live.Where);
        }
    }

    [Fact]
    public void A_restored_market_fills_in_the_order_of_time_before_the_snapshot()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 3, 1_000_000, out TrackedMemory live);
        ulong first = market.PlaceOk(0, Side.Ask, 10, 5).OrderId;
        ulong gone = market.PlaceOk(1, Side.Ask, 10, 5).OrderId;
        ulong second = market.PlaceOk(1, Side.Ask, 10, 5).OrderId;
        market.PlaceOk(2, Side.Bid, 10, 2); // the first is filled in part and stays the first
        var buffer = new BookEvent[Market.MaxEventsPerOperation];
        var events = new EventWriter(buffer, 0);
        Assert.Equal(BookError.None, market.Cancel(1, gone, ref events, out _));
        Assert.Equal(BookError.None, market.Reduce(1, second, 1, ref events, out _));

        Market restored = Restore(SnapshotOf(live, 0), out _, out _);
        ulong third = restored.PlaceOk(0, Side.Ask, 10, 5).OrderId; // in the node of the one that is gone
        events.Clear();
        Assert.Equal(BookError.None, restored.Place(2, new NewOrder(Side.Bid, OrderType.Limit, 10, 9), ref events, out _));
        Assert.Equal(
            [(first, 3UL), (second, 4UL), (third, 2UL)],
            events.Written[..3].ToArray().Select(fill => (fill.OrderId, fill.Lots)).ToArray());
        Assert.Equal(BookError.None, restored.CheckInvariants(out _));
    }

    [Fact]
    public void A_market_moves_between_tracked_and_native_memory_byte_by_byte()
    {
        var live = new FeedMarket(621);
        for (int step = 0; step < 1_000; step++)
            live.Step();
        byte[] snapshot = SnapshotOf(live.Memory, 9);
        using var native = new NativeRegion(new NativeRegionOptions(live.Memory.Length));
        Assert.Equal(SnapshotError.None, MarketSnapshot.TryRestore(snapshot, Name, native, out MarketSnapshot header, out _));
        Assert.Equal(BookError.None, Market.TryOpen(native, out Market moved));
        var buffer = new BookEvent[Market.MaxEventsPerOperation];
        for (int step = 0; step < 1_000; step++)
        {
            ReadOnlySpan<BookEvent> written = live.Step(out Operation operation);
            var events = new EventWriter(buffer, live.LastSlot, live.LastSlot);
            moved.Apply(operation, ref events, out _);
            Assert.True(MemoryMarshal.AsBytes(written).SequenceEqual(MemoryMarshal.AsBytes(events.Written)), live.Where);
        }

        var back = new byte[snapshot.Length];
        Assert.Equal(BookError.None, MarketSnapshot.Write(native, Name, 10, back));
        Assert.Equal(SnapshotOf(live.Memory, 10), back);
        Assert.Equal(header.SlabBytes, (ulong)live.Memory.Length);

        // A refusal leaves nothing behind.
        using var none = new NativeRegion(new NativeRegionOptions(live.Memory.Length));
        back[^1] ^= 1;
        Assert.Equal(SnapshotError.WrongChecksum, MarketSnapshot.TryRestore(back, Name, none, out _, out _));
        live.Memory.Write(live.Memory.Length - 200, 1)[0] ^= 1;
        Assert.Equal(
            SnapshotError.CorruptMarket, MarketSnapshot.TryRestore(SnapshotOf(live.Memory, 0), Name, none, out _, out _));
        Assert.False(none.Slice(0, live.Memory.Length).ContainsAnyExcept((byte)0));
        using var large = new NativeRegion(new NativeRegionOptions(live.Memory.Length + 1));
        Assert.Equal(SnapshotError.WrongLength, MarketSnapshot.TryRestore(snapshot, Name, large, out _, out _));
    }

    [Fact]
    public void Any_damaged_byte_is_refused()
    {
        var live = new FeedMarket(611);
        for (int step = 0; step < 500; step++)
            live.Step();
        byte[] snapshot = SnapshotOf(live.Memory, 5);
        var random = new Random(611);
        for (int trial = 0; trial < 600; trial++)
        {
            int place = trial < MarketSnapshot.HeaderBytes ? trial : random.Next(snapshot.Length);
            byte flip = (byte)(1 << random.Next(8));
            snapshot[place] ^= flip;
            SnapshotError error = TryRestore(snapshot, Name, out TrackedMemory? memory);
            SnapshotError expected = place switch
            {
                < 8 => SnapshotError.NotASnapshot,
                < 12 => SnapshotError.UnsupportedVersion,
                >= 16 and < 24 => SnapshotError.WrongLength,
                _ => SnapshotError.WrongChecksum,
            };
            Assert.True(error == expected && memory is null, $"seed 611, byte {place}, bits {flip}: {error}.");
            snapshot[place] ^= flip;
        }

        Assert.Equal(SnapshotError.None, TryRestore(snapshot, Name, out _));
    }

    [Fact]
    public void Foreign_short_and_long_snapshots_are_refused_by_name()
    {
        var live = new FeedMarket(612);
        byte[] snapshot = SnapshotOf(live.Memory, 5);
        Assert.Equal(SnapshotError.OtherMarket, TryRestore(snapshot, TestMarket.Authority, out TrackedMemory? memory));
        Assert.Null(memory);
        Assert.Equal(SnapshotError.NotASnapshot, TryRestore([], Name, out _));
        Assert.Equal(SnapshotError.NotASnapshot, TryRestore(snapshot.AsSpan(0, MarketSnapshot.HeaderBytes - 1), Name, out _));
        Assert.Equal(SnapshotError.NotASnapshot, TryRestore(live.Memory.Bytes.ToArray(), Name, out _));
        Assert.Equal(SnapshotError.WrongLength, TryRestore(snapshot.AsSpan(0, snapshot.Length - 1), Name, out _));
        Assert.Equal(SnapshotError.WrongLength, TryRestore([.. snapshot, 0], Name, out _));
        var none = new TrackedMemory(5_000);
        Assert.Equal(BookError.NotAMarket, MarketSnapshot.Write(none, Name, 0, new byte[MarketSnapshot.RequiredBytes(none.Length)]));
        Assert.Throws<ArgumentException>(() => MarketSnapshot.Write(live.Memory, Name, 0, new byte[100]));
    }

    [Fact]
    public void A_snapshot_of_a_corrupt_slab_is_refused_before_use()
    {
        // The checksum fits, as it was made of the corrupt bytes: what is refused is the market.
        var live = new FeedMarket(613);
        for (int step = 0; step < 500; step++)
            live.Step();
        byte[] sound = live.Memory.Bytes.ToArray();
        var random = new Random(613);
        int corrupt = 0;
        for (int trial = 0; trial < 200; trial++)
        {
            int place = MarketLayout.HeaderBytes + random.Next(sound.Length - MarketLayout.HeaderBytes);
            live.Memory.Write(place, 1)[0] ^= (byte)(1 << random.Next(8));
            bool isSound = live.Market.CheckInvariants(out _) == BookError.None;
            SnapshotError error = TryRestore(SnapshotOf(live.Memory, 0), Name, out TrackedMemory? memory);
            Assert.True(error == (isSound ? SnapshotError.None : SnapshotError.CorruptMarket), $"seed 613, byte {place}: {error}.");
            Assert.True(isSound == memory is not null);
            corrupt += isSound ? 0 : 1;
            live.Memory.Write(place, 1)[0] = sound[place];
        }

        Assert.True(corrupt > 150, $"only {corrupt} were corrupt.");
    }

    private static byte[] SnapshotOf(TrackedMemory memory, ulong position)
    {
        var bytes = new byte[MarketSnapshot.RequiredBytes(memory.Length)];
        Assert.Equal(BookError.None, MarketSnapshot.Write(memory, Name, position, bytes));
        return bytes;
    }

    private static SnapshotError TryRestore(ReadOnlySpan<byte> bytes, Address market, out TrackedMemory? memory) =>
        MarketSnapshot.TryRestore(bytes, market, out memory, out _, out _);

    private static Market Restore(byte[] bytes, out TrackedMemory memory, out MarketSnapshot snapshot)
    {
        SnapshotError error = MarketSnapshot.TryRestore(bytes, Name, out TrackedMemory? restored, out snapshot, out string detail);
        Assert.True(error == SnapshotError.None && restored is not null, $"{error}: {detail}");
        memory = restored;
        Assert.Equal(BookError.None, Market.TryOpen(memory, out Market market));
        return market;
    }

    private static ReadOnlySpan<byte> BytesOf(List<BookEvent> events) =>
        MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(events));
}
