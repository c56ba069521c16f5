using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>Client order ids are found whatever they are: also those that were chosen to meet.</summary>
public class ClientOrderIndexTests
{
    private static readonly MarketParameters Parameters = TestMarket.Parameters with
    {
        OrderCapacity = 2_000,
        MaxOpenOrdersPerSeat = 2_000,
        BlockCapacity = 64,
    };

    [Theory]
    [InlineData(601, 0x0000_0000_0000_0000UL)] // as they come
    [InlineData(602, 0x0000_0000_0000_0FFFUL)] // all in one bucket
    [InlineData(603, 0xE000_0000_0000_00FFUL)] // in one bucket, and alike in the upper bits, which entries and tries look at
    public void Orders_are_found_while_they_are_open_and_not_after(int seed, ulong alike)
    {
        var random = new Random(seed);
        Market market = TestMarket.CreateWithSeats(Parameters, 2, 1UL << 40, out _);
        ulong[] ids = IdsAlike(random, alike, 600);
        var open = new HashSet<ulong>();
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 0);
        int most = 0;
        for (int step = 0; step < 6_000; step++)
        {
            // Long runs of growing and of shrinking, so that all sizes are met.
            ulong id = ids[random.Next(ids.Length)];
            bool grows = random.Next(100) < (step / 1_000 % 2 == 0 ? 80 : 20);
            events.Clear();
            if (grows)
            {
                BookError placed = market.Place(0, new NewOrder(Side.Bid, OrderType.Limit, (ulong)random.Next(1, 900), 1, id), ref events, out _);
                Assert.Equal(open.Add(id) ? BookError.None : BookError.DuplicateClientOrderId, placed);
            }
            else
            {
                BookError cancelled = market.CancelByClientId(0, id, ref events, out OperationResult result);
                Assert.Equal(open.Remove(id) ? BookError.None : BookError.UnknownOrder, cancelled);
                Assert.Equal(cancelled == BookError.None ? 1u : 0, result.CancelledOrders);
            }

            most = Math.Max(most, open.Count);
            Assert.Equal(BookError.UnknownOrder, market.CancelByClientId(1, id, ref events, out _));
            if (step % 100 == 0)
                market.AssertSound();
        }

        market.AssertSound();
        Assert.True(most > 300, $"seed {seed}: never more than {most} open orders.");
        while (open.Count > 0)
        {
            events.Clear();
            ulong id = open.First();
            Assert.Equal(BookError.None, market.CancelByClientId(0, id, ref events, out _));
            open.Remove(id);
        }

        market.AssertSound();
        Assert.Equal(0u, market.Header.IndexedOrders);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(52)]
    public void Ids_that_count_up_in_any_of_their_bits_spread_over_the_buckets(int shift)
    {
        const uint Buckets = 256;
        var filled = new HashSet<uint>();
        for (ulong i = 1; i <= 8 * Buckets; i++)
            filled.Add(ClientOrderIndex.BucketOf(ClientOrderIndex.KeyOf(0, i << shift), Buckets));
        Assert.True(filled.Count > Buckets * 3 / 4, $"Only {filled.Count} of {Buckets} buckets are used.");
    }

    [Fact]
    public void The_path_to_ids_that_meet_is_bounded_by_the_key()
    {
        // 4,000 ids that share 12 lower bits would be a chain of 4,000 in a list; in the trie each bit halves them.
        Market market = TestMarket.CreateWithSeats(
            Parameters with { OrderCapacity = 4_000, MaxOpenOrdersPerSeat = 4_000 }, 1, 1UL << 40, out _);
        foreach (ulong id in IdsAlike(new Random(604), 0xFFF, 4_000))
            market.PlaceOk(0, Side.Bid, 5, 1, clientId: id);
        market.AssertSound(); // a path longer than 80 is a contradiction
    }

    [Fact]
    public void A_place_that_became_free_is_used_again()
    {
        Market market = TestMarket.CreateWithSeats(Parameters, 1, 1UL << 40, out TrackedMemory memory);
        int bucket = (int)MarketLayout.BucketOffset(Parameters.OrderCapacity, Parameters.BlockCapacity, Parameters.SeatCapacity);
        for (ulong id = 1; id <= 3; id++)
            market.PlaceOk(0, Side.Bid, 5, 1, clientId: id);
        Assert.Equal(BookError.None, Cancel(market, 2));
        Assert.Equal(0u, memory.Read<uint>(bucket + sizeof(uint)));
        market.AssertSound();
        market.PlaceOk(0, Side.Bid, 5, 1, clientId: 4);
        Assert.NotEqual(0u, memory.Read<uint>(bucket + sizeof(uint)));
        Assert.Equal(0u, memory.Read<uint>(bucket + (3 * sizeof(uint))));
        market.AssertSound();
        foreach (ulong id in (ulong[])[1, 3, 4])
            Assert.Equal(BookError.None, Cancel(market, id));
    }

    private static BookError Cancel(Market market, ulong clientOrderId)
    {
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 0);
        return market.CancelByClientId(0, clientOrderId, ref events, out _);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Words_of_a_bucket_are_compared_alike_in_wide_and_in_narrow_vectors(bool isMasked)
    {
        const int Seed = 605;
        var random = new Random(Seed);
        uint mask = isMasked ? 0xFFF0_0000 : uint.MaxValue;
        Span<uint> words = stackalloc uint[16];
        for (int round = 0; round < 5_000; round++)
        {
            uint wanted = (uint)random.Next(4) << 20;
            uint expected = 0;
            for (int word = 0; word < words.Length; word++)
            {
                words[word] = ((uint)random.Next(4) << 20) | (uint)random.Next(2);
                expected |= (words[word] & mask) == wanted ? 1u << word : 0;
            }

            ref readonly IndexBucket bucket = ref MemoryMarshal.AsRef<IndexBucket>(MemoryMarshal.AsBytes(words));
            Assert.True(IndexBucket.EqualNarrow(in bucket, mask, wanted) == expected, $"seed {Seed}, round {round}: narrow");
            Assert.True(IndexBucket.EqualWide(in bucket, mask, wanted) == expected, $"seed {Seed}, round {round}: wide");
        }
    }

    /// <summary>Distinct ids whose keys, for seat 0, are zero under the mask.</summary>
    private static ulong[] IdsAlike(Random random, ulong mask, int count)
    {
        var ids = new HashSet<ulong>();
        while (ids.Count < count)
        {
            ulong id = (ulong)random.NextInt64(1, long.MaxValue);
            if ((ClientOrderIndex.KeyOf(0, id) & mask) == 0)
                ids.Add(id);
        }

        return [.. ids];
    }
}
