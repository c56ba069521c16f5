using Velox.ModelChecking;
using Xunit;

namespace Velox.Primitives.Tests;

/// <summary>Every execution of threads that rent and return the objects of one node.</summary>
public unsafe class ObjectStoreModelTests
{
    [Theory]
    [InlineData(2, 1, 1, 2)]
    [InlineData(2, 1, 2, 1)]
    [InlineData(2, 2, 2, 1)]
    [InlineData(3, 1, 2, 1)]
    public void An_object_is_with_one_tenant_at_a_time(int threads, int chunkObjects, int maxObjects, int rounds) =>
        ModelOutput.Write(Check<CheckedModel>(threads, chunkObjects, maxObjects, rounds)).MustPass();

    [Fact]
    public void A_store_without_acquire_is_found() =>
        Assert.NotNull(ModelOutput.Write(Check<Weakened<NoAcquire>>(threads: 2, chunkObjects: 2, maxObjects: 2, rounds: 1)).Finding);

    [Fact]
    public void Of_two_returns_of_one_lease_one_is_taken() =>
        ModelOutput.Write(ModelChecker.Check(scenario =>
        {
            ObjectStore<Thing, CheckedModel> store = NewStore<CheckedModel>(scenario, 1, 2);
            Assert.True(store.TryRent(0, out Pooled<Thing> rented));
            int returns = 0;
            for (int thread = 0; thread < 2; thread++)
            {
                scenario.Thread(() =>
                {
                    if (store.Return(rented))
                        returns++;
                });
            }

            scenario.Thread(() => RentAndReturn(store, rounds: 1));
            scenario.Finally(() =>
            {
                Assert.Equal(1, returns);
                Assert.Equal(2, RentAll(store));
            });
        })).MustPass();

    private static CheckResult Check<TModel>(int threads, int chunkObjects, int maxObjects, int rounds)
        where TModel : struct, IMemoryModel =>
        ModelChecker.Check(scenario =>
        {
            ObjectStore<Thing, TModel> store = NewStore<TModel>(scenario, chunkObjects, maxObjects);
            for (int thread = 0; thread < threads; thread++)
                scenario.Thread(() => RentAndReturn(store, rounds));
            scenario.Finally(() => Assert.Equal(maxObjects, RentAll(store)));
        });

    /// <summary>How many different objects there are to be rented.</summary>
    private static int RentAll<TModel>(ObjectStore<Thing, TModel> store)
        where TModel : struct, IMemoryModel
    {
        var numbers = new HashSet<int>();
        while (store.TryRent(0, out Pooled<Thing> free))
            Assert.True(numbers.Add(free.Number));
        return numbers.Count;
    }

    private static void RentAndReturn<TModel>(ObjectStore<Thing, TModel> store, int rounds)
        where TModel : struct, IMemoryModel
    {
        for (int round = 0; round < rounds; round++)
        {
            if (!store.TryRent(0, out Pooled<Thing> rented))
                continue;
            rented.Value.Use();
            Assert.True(store.Return(rented));
        }
    }

    private static ObjectStore<Thing, TModel> NewStore<TModel>(Scenario scenario, int chunkObjects, int maxObjects)
        where TModel : struct, IMemoryModel
    {
        byte* words = scenario.Allocate<byte>("store", (int)ObjectStoreMemory.BytesFor(maxObjects));
        long* things = scenario.Allocate<long>("things", maxObjects);
        int made = 0;
        return new ObjectStore<Thing, TModel>(
            () => new Thing(&things[made++]), chunkObjects, new ObjectStoreMemory(words, maxObjects, owner: null));
    }

    /// <summary>An object whose content is plain data of the scenario, so that two tenants at once race for it.</summary>
    private sealed class Thing
    {
        private readonly long* _content;

        internal Thing(long* content)
        {
            _content = content;
            CheckedModel.Write(ref *content, 1);
        }

        internal void Use() => CheckedModel.Write(ref *_content, CheckedModel.Read(ref *_content) + 1);
    }
}
