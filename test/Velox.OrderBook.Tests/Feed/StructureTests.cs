namespace Velox.OrderBook.Tests.Feed;

/// <summary>The views' data structures beside the framework's.</summary>
public class StructureTests
{
    [Theory]
    [InlineData(501, 8UL)]
    [InlineData(502, 300UL)]
    [InlineData(503, ulong.MaxValue)]
    public void A_ladder_equals_a_sorted_dictionary(int seed, ulong prices)
    {
        const int Capacity = 100;
        foreach (Side side in (Side[])[Side.Bid, Side.Ask])
        {
            var random = new Random(seed);
            var ladder = new PriceLadder(side, Capacity);
            var expected = new SortedSet<ulong>();
            for (int step = 0; step < 20_000; step++)
            {
                ulong price = random.Next(3) > 0 && expected.Count > 0
                    ? expected.ElementAt(random.Next(expected.Count))
                    : (ulong)random.NextInt64() * 2 % prices;
                string where = $"seed {seed}, {side}, step {step}, price {price}";
                int found = ladder.Find(price);
                Assert.True(expected.Contains(price) == (found != 0), where);
                Assert.True(found == 0 || ladder[found].PriceTicks == price, where);
                switch (random.Next(1_000))
                {
                    case 0:
                        ladder.Clear();
                        expected.Clear();
                        break;
                    case < 500 when found != 0:
                        ladder.Remove(found);
                        expected.Remove(price);
                        break;
                    case >= 300:
                        int added = ladder.FindOrAdd(price);
                        bool fits = found != 0 || expected.Count < Capacity;
                        Assert.True(fits == (added != 0) && (found == 0 || added == found), where);
                        if (fits)
                            expected.Add(price);
                        break;
                }

                Assert.True(ladder.Count == expected.Count, where);
                IEnumerable<ulong> order = side == Side.Bid ? expected.Reverse() : expected;
                int level = ladder.Best;
                foreach (ulong expectedPrice in order)
                {
                    Assert.True(level != 0 && ladder[level].PriceTicks == expectedPrice, where);
                    level = ladder.Worse(level);
                }

                Assert.True(level == 0, where);
            }
        }
    }

    [Theory]
    [InlineData(511, 3)]
    [InlineData(512, 500)]
    public void An_index_equals_a_dictionary(int seed, int capacity)
    {
        var random = new Random(seed);
        var index = new OrderIndex(capacity);
        var expected = new Dictionary<ulong, int>();
        for (int step = 0; step < 200_000; step++)
        {
            ulong id = random.Next(4) == 0 ? (ulong)random.NextInt64() | 1 : 1 + (ulong)random.Next(capacity * 3);
            int found = expected.GetValueOrDefault(id);
            Assert.True(index.Find(id) == found, $"seed {seed}, step {step}, id {id}");
            if (found != 0)
            {
                index.Remove(id);
                expected.Remove(id);
            }
            else if (expected.Count < capacity)
            {
                int place = random.Next(1, int.MaxValue);
                index.Add(id, place);
                expected.Add(id, place);
            }
            else
            {
                ulong victim = expected.Keys.First();
                index.Remove(victim);
                expected.Remove(victim);
            }

            if (step % 1_000 == 0)
                Assert.All(expected, pair => Assert.Equal(pair.Value, index.Find(pair.Key)));
        }
    }
}
