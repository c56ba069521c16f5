using System.Runtime.CompilerServices;
using Velox.ModelChecking;
using Velox.Primitives;

namespace Velox.OrderBook.Tests.Feed;

/// <summary>
/// Every execution, also with loads and stores out of their order, of a writer that changes a market twice and a reader beside it:
/// what the reader calls whole is the book before, between or after the changes.
/// </summary>
/// <remarks>
/// The reader is the released one, with checked loads. The writer is a twin: it stores, by the protocol of the market's operations,
/// the words in which the bytes of a real market differ before and after each of two operations.
/// </remarks>
public unsafe class RacingReaderModelTests
{
    private const int MaxOrders = 4;
    private static readonly CheckOptions Long = new() { MaxExecutions = 5_000_000, MaxSteps = 2_000 };

    /// <summary>What is wrong with the writer.</summary>
    public enum Fault
    {
        None,

        /// <summary>Nothing keeps the odd number before the data.</summary>
        NoBarrier,

        /// <summary>The even number comes before the data.</summary>
        EndsFirst,

        /// <summary>The even number is stored without release.</summary>
        EndsUnordered,
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Depth_that_is_whole_was_the_book(bool placesAndCancels) =>
        Write(CheckDepth<CheckedRacingMemory>(Fault.None, placesAndCancels)).MustPass();

    [Fact]
    public void Orders_that_are_whole_were_the_book() => Write(CheckOrders<CheckedRacingMemory>(Fault.None)).MustPass();

    [Fact]
    public void Prices_that_are_whole_stood_together() => Write(CheckPrices(Fault.None)).MustPass();

    [Theory]
    [InlineData(Fault.NoBarrier)]
    [InlineData(Fault.EndsFirst)]
    [InlineData(Fault.EndsUnordered)]
    public void A_writer_that_does_not_keep_the_order_is_found(Fault fault)
    {
        Assert.NotNull(Write(CheckDepth<CheckedRacingMemory>(fault)).Finding);
        Assert.NotNull(Write(CheckOrders<CheckedRacingMemory>(fault)).Finding);
        Assert.NotNull(Write(CheckPrices(fault)).Finding);
    }

    [Fact]
    public void A_reader_without_a_barrier_before_its_second_look_is_found() =>
        Assert.NotNull(Write(CheckDepth<WithoutBarrier>(Fault.None)).Finding);

    private static CheckResult CheckDepth<TMemory>(Fault fault, bool placesAndCancels = false)
        where TMemory : struct, IRacingMemory
    {
        using var recording = new Recording(placesAndCancels ? Recording.PlaceAndCancel : Recording.ReduceTwice);
        string[] expected = [.. recording.Books.Select(book =>
        {
            var window = new DepthWindow(1);
            fixed (byte* bytes = book)
                Assert.Equal(ReadResult.Whole, recording.Slab<RacingMemory>(bytes).ReadDepth(window));
            return Describe(window);
        })];
        Assert.Equal(3, expected.Distinct().Count());
        return Check(recording, fault, memory =>
        {
            var window = new DepthWindow(1);
            ReadResult result = recording.Slab<TMemory>(memory).ReadDepth(window);
            Assert.NotEqual(ReadResult.Corrupt, result);
            if (result == ReadResult.Whole)
                Assert.Contains(Describe(window), expected);
        });
    }

    private static CheckResult CheckOrders<TMemory>(Fault fault)
        where TMemory : struct, IRacingMemory
    {
        using var recording = new Recording(Recording.ReduceTwice);
        string[] expected = [.. recording.Books.Select(book =>
        {
            var snapshot = new BookSnapshot(MaxOrders);
            fixed (byte* bytes = book)
                Assert.Equal(ReadResult.Whole, recording.Slab<RacingMemory>(bytes).ReadOrders(snapshot));
            return Describe(snapshot);
        })];
        Assert.Equal(3, expected.Distinct().Count());
        return Check(recording, fault, memory =>
        {
            var snapshot = new BookSnapshot(MaxOrders);
            ReadResult result = recording.Slab<TMemory>(memory).ReadOrders(snapshot);
            Assert.True(result is ReadResult.Whole or ReadResult.Contended, $"{result}");
            if (result == ReadResult.Whole)
                Assert.Contains(Describe(snapshot), expected);
        });
    }

    private static CheckResult CheckPrices(Fault fault)
    {
        using var recording = new Recording(Recording.MoveBothPrices);
        (ulong, ulong)[] expected = [.. recording.Books.Select(book =>
        {
            fixed (byte* bytes = book)
                Assert.True(recording.Slab<RacingMemory>(bytes).TryReadPrices(out ulong bid, out ulong ask));
            fixed (byte* bytes = book)
                return (((MarketHeader*)bytes)->BestBidTicks, ((MarketHeader*)bytes)->BestAskTicks);
        })];
        return Check(recording, fault, memory =>
        {
            if (recording.Slab<CheckedRacingMemory>(memory).TryReadPrices(out ulong bid, out ulong ask))
                Assert.Contains((bid, ask), expected);
        });
    }

    private static CheckResult Check(Recording recording, Fault fault, Action<nint> read) => ModelChecker.Check(
        scenario =>
        {
            byte* memory = scenario.Allocate<byte>("market", recording.Books[0].Length);
            recording.Books[0].CopyTo(new Span<byte>(memory, recording.Books[0].Length));
            scenario.Thread(() =>
            {
                for (int book = 1; book < recording.Books.Count; book++)
                    Change(memory, recording.Books[book - 1], recording.Books[book], fault);
            });
            scenario.Thread(() => read((nint)memory));
        },
        Long);

    /// <summary>An operation as the market makes it: odd, barrier, data, even with release; the quote's line likewise inside.</summary>
    private static void Change(byte* memory, byte[] before, byte[] after, Fault fault)
    {
        fixed (byte* old = before, now = after)
        {
            var header = (MarketHeader*)old;
            Begin(memory, MarketHeader.ChangesOffset, header->Changes, fault);
            if (fault == Fault.EndsFirst)
                End(memory, MarketHeader.ChangesOffset, header->Changes, fault);
            StoreChanged(memory, old, now, before.Length, isQuote: false);
            if (header->QuoteChanges != ((MarketHeader*)now)->QuoteChanges)
            {
                Begin(memory, MarketHeader.QuoteOffset, header->QuoteChanges, fault);
                if (fault == Fault.EndsFirst)
                    End(memory, MarketHeader.QuoteOffset, header->QuoteChanges, fault);
                StoreChanged(memory, old, now, before.Length, isQuote: true);
                if (fault != Fault.EndsFirst)
                    End(memory, MarketHeader.QuoteOffset, header->QuoteChanges, fault);
            }

            if (fault != Fault.EndsFirst)
                End(memory, MarketHeader.ChangesOffset, header->Changes, fault);
        }
    }

    private static void Begin(byte* memory, int offset, ulong version, Fault fault)
    {
        CheckedModel.StoreRelaxed(ref *(long*)(memory + offset), (long)version + 1);
        if (fault != Fault.NoBarrier)
            CheckedModel.WriteBarrier();
    }

    private static void End(byte* memory, int offset, ulong version, Fault fault)
    {
        ref long word = ref *(long*)(memory + offset);
        if (fault == Fault.EndsUnordered)
            CheckedModel.StoreRelaxed(ref word, (long)version + 2);
        else
            CheckedModel.StoreRelease(ref word, (long)version + 2);
    }

    /// <summary>Stores the words that differ, but for both counters and for seats, which the reader does not look at.</summary>
    private static void StoreChanged(byte* memory, byte* old, byte* now, int length, bool isQuote)
    {
        int blocks = (int)MarketLayout.BlockOffset(Recording.Seats);
        for (int offset = 0; offset < length; offset += sizeof(long))
        {
            bool isOfQuote = offset is >= MarketHeader.QuoteOffset and < MarketHeader.QuoteOffset + 24;
            bool isCounter = offset is MarketHeader.ChangesOffset or MarketHeader.QuoteOffset;
            if (isCounter || isOfQuote != isQuote || (offset >= MarketLayout.HeaderBytes && offset < blocks)
                || *(long*)(old + offset) == *(long*)(now + offset))
            {
                continue;
            }

            // The numbers of the best levels are loaded by themselves: words of 4 bytes.
            if (offset is 88 or 112)
            {
                CheckedModel.StoreRelaxed(ref *(int*)(memory + offset), *(int*)(now + offset));
                CheckedModel.StoreRelaxed(ref *(int*)(memory + offset + sizeof(int)), *(int*)(now + offset + sizeof(int)));
                continue;
            }

            CheckedModel.StoreRelaxed(ref *(long*)(memory + offset), *(long*)(now + offset));
        }
    }

    private static string Describe(DepthWindow window) =>
        $"{window.NextEventSequence}: {string.Join(' ', window.Bids.ToArray())} | {string.Join(' ', window.Asks.ToArray())}";

    private static string Describe(BookSnapshot snapshot) =>
        $"{snapshot.NextSequence}: {string.Join(' ', snapshot.Bids.ToArray())} | {string.Join(' ', snapshot.Asks.ToArray())}";

    private static CheckResult Write(CheckResult result)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{result.Executions} executions, {result.Pruned} pruned{(result.Finding is { } finding ? $"; {finding.Kind}: {finding.Message}" : "")}");
        return result;
    }

    /// <summary>The bytes of a real market before, between and after two operations.</summary>
    private sealed class Recording : IDisposable
    {
        internal const uint Seats = 2;

        private readonly NativeRegion _memory;
        private readonly Market _market;
        private readonly BookEvent[] _buffer = new BookEvent[Market.MaxEventsPerOperation];

        internal Recording(Action<Recording, int> operation)
        {
            MarketParameters parameters = CyclingMarket.Parameters with
            {
                OrderCapacity = MaxOrders,
                BlockCapacity = 2,
                SeatCapacity = Seats,
                MaxOpenOrdersPerSeat = MaxOrders,
            };
            _memory = new NativeRegion(new NativeRegionOptions(MarketLayout.RequiredBytes(MaxOrders, 2, Seats)));
            Assert.Equal(BookError.None, Market.TryCreate(_memory, parameters, out _market));
            for (uint seat = 0; seat < Seats; seat++)
            {
                Assert.Equal(BookError.None, _market.OpenSeat(TestMarket.OwnerOf(seat), out _));
                Assert.Equal(BookError.None, _market.Credit(seat, Asset.Base, 1UL << 40));
                Assert.Equal(BookError.None, _market.Credit(seat, Asset.Quote, 1UL << 40));
            }

            Place(Side.Bid, 10, 9, client: 1);
            for (int number = 0; ; number++)
            {
                Books.Add(_memory.Slice(0, (int)_memory.Bytes).ToArray());
                if (number == 2)
                    break;
                operation(this, number);
            }
        }

        internal List<byte[]> Books { get; } = [];

        internal static void ReduceTwice(Recording recording, int number) =>
            recording.Apply(OperationKind.ReduceByClientId, default, clientOrderId: 1, lots: 2);

        internal static void PlaceAndCancel(Recording recording, int number)
        {
            if (number == 0)
                recording.Place(Side.Bid, 10, 4, client: 2);
            else
                recording.Apply(OperationKind.CancelByClientId, default, clientOrderId: 2, lots: 0);
        }

        /// <summary>An ask, and a bid that takes it and rests: then both prices change at once.</summary>
        internal static void MoveBothPrices(Recording recording, int number)
        {
            if (number == 0)
                recording.Place(Side.Ask, 12, 4, client: 2, seat: 1);
            else
                recording.Place(Side.Bid, 12, 6, client: 3);
        }

        internal RacingSlab<TMemory> Slab<TMemory>(byte* memory)
            where TMemory : struct, IRacingMemory => new(memory, _market.Header, MarketHeader.ChangesOffset);

        internal RacingSlab<TMemory> Slab<TMemory>(nint memory)
            where TMemory : struct, IRacingMemory => Slab<TMemory>((byte*)memory);

        public void Dispose() => _memory.Dispose();

        private void Place(Side side, ulong priceTicks, ulong lots, ulong client, uint seat = 0) =>
            Apply(OperationKind.Place, new NewOrder(side, OrderType.Limit, priceTicks, lots, client), 0, 0, seat);

        private void Apply(OperationKind kind, NewOrder order, ulong clientOrderId, ulong lots, uint seat = 0)
        {
            var events = new EventWriter(_buffer, 0);
            Assert.Equal(
                BookError.None,
                _market.Apply(new Operation(kind, seat, order, clientOrderId, lots, Asset.Base, default, default), ref events, out _));
        }
    }

    /// <summary>Loads as the model checker explores them: copies are relaxed loads of words of 8 bytes.</summary>
    private readonly struct CheckedRacingMemory : IRacingMemory
    {
        public static ulong LoadAcquire(ref ulong location) => (ulong)CheckedModel.LoadAcquire(ref Unsafe.As<ulong, long>(ref location));

        public static uint LoadAcquire(ref uint location) => (uint)CheckedModel.LoadAcquire(ref Unsafe.As<uint, int>(ref location));

        public static ulong Load(ref ulong location) => (ulong)CheckedModel.LoadRelaxed(ref Unsafe.As<ulong, long>(ref location));

        public static T Copy<T>(T* item)
            where T : unmanaged
        {
            T copy = default;
            for (int word = 0; word < sizeof(T) / sizeof(long); word++)
                ((long*)&copy)[word] = CheckedModel.LoadRelaxed(ref ((long*)item)[word]);
            return copy;
        }

        public static void ReadBarrier() => CheckedModel.FenceLight();
    }

    private readonly struct WithoutBarrier : IRacingMemory
    {
        public static ulong LoadAcquire(ref ulong location) => CheckedRacingMemory.LoadAcquire(ref location);

        public static uint LoadAcquire(ref uint location) => CheckedRacingMemory.LoadAcquire(ref location);

        public static ulong Load(ref ulong location) => CheckedRacingMemory.Load(ref location);

        public static T Copy<T>(T* item)
            where T : unmanaged => CheckedRacingMemory.Copy(item);

        public static void ReadBarrier()
        {
        }
    }
}
