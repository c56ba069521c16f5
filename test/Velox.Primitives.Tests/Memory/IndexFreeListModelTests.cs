using Velox.ModelChecking;
using Xunit;

namespace Velox.Primitives.Tests;

/// <summary>Every execution of small scenarios on the free list of slabs and objects.</summary>
public unsafe class IndexFreeListModelTests
{
    private const int Capacity = 3;

    /// <summary>What each thread does: a digit takes so many numbers, an R returns the first of them.</summary>
    [Theory]
    [InlineData("1", "2R")]
    [InlineData("1R", "2R")]
    [InlineData("1R", "1R", "1")]
    public void Each_number_is_with_one_owner(params string[] threads) =>
        ModelOutput.Write(Check<CheckedModel>(threads)).MustPass();

    [Fact]
    public void A_list_without_a_tag_hands_out_a_number_twice() =>
        Assert.NotNull(ModelOutput.Write(Check<Weakened<NoTag>>("1", "2R")).Finding);

    [Fact]
    public void A_list_without_acquire_is_found() =>
        Assert.NotNull(ModelOutput.Write(Check<Weakened<NoAcquire>>("1", "2R")).Finding);

    private static CheckResult Check<TModel>(params string[] threads)
        where TModel : struct, IMemoryModel =>
        ModelChecker.Check(scenario =>
        {
            // What is owned is plain data: two owners at once race for it.
            long* things = scenario.Allocate<long>("things", Capacity);
            var list = new IndexFreeListCore<TModel>(
                scenario.Allocate<long>("head"), scenario.Allocate<int>("links", Capacity), Capacity);
            for (int number = Capacity - 1; number >= 0; number--)
                list.Push(number);
            var owned = new List<int>();
            foreach (string steps in threads)
                scenario.Thread(() => Use(list, things, steps, owned));
            scenario.Finally(() =>
            {
                for (int i = 0; i <= Capacity && list.TryPop(out int number); i++)
                    owned.Add(number);
                Assert.Equal(Enumerable.Range(0, Capacity), owned.Order());
            });
        });

    private static void Use<TModel>(IndexFreeListCore<TModel> list, long* things, string steps, List<int> owned)
        where TModel : struct, IMemoryModel
    {
        var mine = new List<int>();
        for (int i = 0; i < steps[0] - '0'; i++)
        {
            if (list.TryPop(out int number))
            {
                CheckedModel.Write(ref things[number], 1);
                mine.Add(number);
            }
        }

        if (steps.EndsWith('R') && mine.Count > 0)
        {
            list.Push(mine[0]);
            mine.RemoveAt(0);
        }

        owned.AddRange(mine);
    }
}
