using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

public class ObjectPoolTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 1 << 24)]
    public void Sizes_outside_their_bounds_are_refused(int chunk, int max) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ObjectPool<Item>(() => new Item(), chunk, max, HostTopology.Read()));

    [Fact]
    public void It_grows_in_chunks_up_to_its_ceiling_and_then_counts_failures()
    {
        var pool = new ObjectPool<Item>(() => new Item(), 4, 10, nodes: 1, () => 0);
        var rented = new List<Pooled<Item>>();
        for (int i = 1; i <= 10; i++)
        {
            Assert.True(pool.TryRent(out Pooled<Item> item));
            rented.Add(item);
            Assert.Equal(Math.Min(10, (i + 3) / 4 * 4), pool.Counters.Created);
        }

        Assert.False(pool.TryRent(out _));
        Assert.Equal(10, rented.DistinctBy(item => item.Value).Count());
        Assert.Equal(new PoolCounters(10, 10, 0, 1, 0), pool.Counters);
        Assert.True(pool.Return(rented[3]));
        Assert.True(pool.TryRent(out Pooled<Item> again));
        Assert.Same(rented[3].Value, again.Value);
    }

    [Fact]
    public void A_maker_that_throws_costs_no_place()
    {
        int calls = 0;
        var pool = new ObjectPool<Item>(() => ++calls is 1 or 3 or 4 ? throw new FormatException() : new Item(), 4, 8, nodes: 1, () => 0);
        var rented = new List<Item>();
        for (int attempt = 0; attempt < 20 && rented.Count < 8; attempt++)
        {
            try
            {
                Assert.True(pool.TryRent(out Pooled<Item> item));
                rented.Add(item.Value);
            }
            catch (FormatException)
            {
            }
        }

        Assert.Equal(8, rented.Distinct().Count());
        Assert.Equal(8, pool.Counters.Created);
    }

    [Fact]
    public void An_object_is_returned_once_a_lease_and_to_its_own_pool()
    {
        var pool = new ObjectPool<Item>(() => new Item(), 1, 2, nodes: 1, () => 0);
        var other = new ObjectPool<Item>(() => new Item(), 1, 2, nodes: 1, () => 0);
        Assert.True(pool.TryRent(out Pooled<Item> first));
        Assert.True(other.TryRent(out Pooled<Item> foreign));
        Assert.False(pool.Return(foreign));
        Assert.True(pool.Return(first));
        Assert.False(pool.Return(first));
        Assert.True(pool.TryRent(out Pooled<Item> second));
        Assert.Same(first.Value, second.Value);
        Assert.False(pool.Return(first)); // the lease before
        Assert.False(pool.Return(default));
        Assert.False(pool.Return(second with { Node = 1 }));
        Assert.True(pool.Return(second));
        Assert.Equal(5, pool.Counters.BadReturns);
    }

    [Fact]
    public void A_thread_rents_from_its_node_then_from_another_and_objects_go_home()
    {
        int node = 1;
        var pool = new ObjectPool<Item>(() => new Item(), 1, 2, nodes: 2, () => node);
        var items = new Pooled<Item>[4];
        for (int i = 0; i < items.Length; i++)
            Assert.True(pool.TryRent(out items[i]));
        Assert.Equal([1, 1, 0, 0], items.Select(item => item.Node));
        Assert.Equal(2, pool.Counters.FromOtherNodes);
        Assert.False(pool.TryRent(out _));

        Assert.True(pool.Return(items[3]));
        node = 0;
        Assert.True(pool.TryRent(out Pooled<Item> near));
        Assert.Same(items[3].Value, near.Value);
        Assert.Equal(2, pool.Counters.FromOtherNodes);
    }

    [Fact]
    public void The_topology_says_how_many_stores_there_are()
    {
        using FakeMachine machine = FakeMachine.TwoSocketsWithSmt();
        var pool = new ObjectPool<Item>(() => new Item(), 1, 2, HostTopology.Read(machine.Root, 1));
        Assert.Equal(2, pool.Nodes);
        Assert.True(pool.TryRent(out Pooled<Item> item));
        Assert.InRange(item.Node, 0, 1);
    }

    [Fact]
    public void Two_threads_never_hold_one_object_while_the_pool_grows()
    {
        long errors = 0;
        var pool = new ObjectPool<Item>(() => new Item(), 2, 7, nodes: 2, () => Environment.CurrentManagedThreadId & 1);
        var other = new Thread(Work);
        other.Start();
        Work();
        other.Join();
        Assert.Equal(0, errors);
        Assert.Equal(0, pool.Counters.BadReturns);
        Assert.InRange(pool.Counters.Created, 1, 14);

        void Work()
        {
            var held = new Queue<Pooled<Item>>();
            var rounds = new Rounds(1_000_000);
            for (long round = 0; rounds.IsAnotherAfter(round); round++)
            {
                if (held.Count < round % 9 && pool.TryRent(out Pooled<Item> item))
                {
                    if (Interlocked.Exchange(ref item.Value.IsHeld, 1) != 0)
                        Interlocked.Increment(ref errors);
                    held.Enqueue(item);
                }
                else if (held.Count > 0)
                {
                    GiveBack(held.Dequeue());
                }
            }

            foreach (Pooled<Item> item in held)
                GiveBack(item);
        }

        void GiveBack(Pooled<Item> item)
        {
            Volatile.Write(ref item.Value.IsHeld, 0);
            if (!pool.Return(item))
                Interlocked.Increment(ref errors);
        }
    }

    [Fact]
    public void Renting_and_returning_allocates_nothing()
    {
        var pool = new ObjectPool<Item>(() => new Item(), 4, 4, HostTopology.Read());
        Use(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Use(10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Use(int count)
        {
            for (int i = 0; i < count; i++)
            {
                pool.TryRent(out Pooled<Item> item);
                pool.Return(item);
            }
        }
    }

    private sealed class Item
    {
        internal int IsHeld;
    }
}
