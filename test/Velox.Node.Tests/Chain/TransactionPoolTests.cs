using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

public sealed class TransactionPoolTests
{
    private readonly TransactionPool _pool = new();
    private readonly Dictionary<InFlightTransaction, int> _numbers = [];

    [Fact]
    public void Nobody_is_passed_over_for_ever()
    {
        int cheap = Add(price: 0);
        int before = Add(price: 1);
        Assert.Equal(before, Take());

        // A stream of better ones: the cheap one goes when as many as that have gone before it.
        for (int passed = 0; passed < TransactionPool.MaxPassedOver - 1; passed++)
        {
            Add(price: 7);
            Assert.NotEqual(cheap, Take());
        }

        Add(price: 7);
        Assert.Equal(cheap, Take());
        Assert.Equal(1, _pool.Count);
    }

    [Fact]
    public void What_waits_is_bounded()
    {
        for (int i = 0; i < TransactionPool.Capacity; i++)
            Add(price: 0);

        Assert.Equal(0, _pool.Room);
        Assert.Throws<InvalidOperationException>(() => Add(price: 0));
        Assert.Equal(0, Take());
        Add(price: 0);
    }

    [Fact]
    public void Who_needs_too_many_units_for_now_stays_and_is_next()
    {
        int large = Add(price: 9, units: 1_000);
        int small = Add(price: 1, units: 10);

        Assert.False(_pool.TryTake(999, out _, out _));
        Assert.Equal(2, _pool.Count);
        Assert.Equal(large, Take());
        Assert.Equal(small, Take());
    }

    [Fact]
    public void Random_flows_are_taken_as_the_rules_say()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        List<(ulong Price, int Number)> waiting = [];
        int arrived = 0, taken = 0;
        for (int step = 0; step < 60_000; step++)
        {
            // Long times of growth and of shrinking, and prices that rise meanwhile, so that many are taken out of turn.
            bool grows = step / 5_000 % 2 == 0;
            if (waiting.Count == 0 || (waiting.Count < TransactionPool.Capacity && random.Next(100) < (grows ? 60 : 45)))
            {
                ulong price = (ulong)random.Next(3) + ((ulong)step / 100);
                Assert.Equal(arrived, Add(price));
                waiting.Add((price, arrived++));
                continue;
            }

            // They stand in the order of arrival.
            int best = 0;
            for (int i = 1; i < waiting.Count; i++)
            {
                if (waiting[i].Price > waiting[best].Price)
                    best = i;
            }

            int next = taken - waiting[0].Number >= TransactionPool.MaxPassedOver ? 0 : best;
            Assert.True(waiting[next].Number == Take(), $"seed {seed}, step {step}");
            waiting.RemoveAt(next);
            taken++;
            Assert.Equal(waiting.Count, _pool.Count);
        }
    }

    private int Add(ulong price, uint units = 1)
    {
        var transaction = new InFlightTransaction([]);
        _pool.Add(transaction, price, units);
        _numbers.Add(transaction, _numbers.Count);
        return _numbers.Count - 1;
    }

    private int Take()
    {
        Assert.True(_pool.TryTake(uint.MaxValue, out InFlightTransaction transaction, out _));
        return _numbers[transaction];
    }
}
