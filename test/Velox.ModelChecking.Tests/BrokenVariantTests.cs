using Xunit;
using static Velox.ModelChecking.CheckedModel;

namespace Velox.ModelChecking.Tests;

/// <summary>The checker finds the fault in each broken variant, and none in the sound form beside it.</summary>
public unsafe class BrokenVariantTests
{
    [Theory]
    [InlineData(true, true, null)]
    [InlineData(false, true, FindingKind.DataRace)]
    [InlineData(true, false, FindingKind.DataRace)]
    public void Handing_over_data_needs_release_and_acquire(bool releases, bool acquires, FindingKind? expected) =>
        Expect(expected, scenario =>
        {
            long* data = scenario.Allocate<long>("data");
            long* ready = scenario.Allocate<long>("ready");
            scenario.Thread(() =>
            {
                Write(ref *data, 42);
                if (releases)
                    StoreRelease(ref *ready, 1);
                else
                    StoreRelaxed(ref *ready, 1);
            });
            scenario.Thread(() =>
            {
                if ((acquires ? LoadAcquire(ref *ready) : LoadRelaxed(ref *ready)) == 1)
                    Assert.Equal(42, Read(ref *data));
            });
        });

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, FindingKind.DataRace)]
    public void Mutual_exclusion_by_flags_needs_fences(bool fences, FindingKind? expected) =>
        Expect(expected, scenario =>
        {
            long* flags = scenario.Allocate<long>("flags", 2);
            long* data = scenario.Allocate<long>("data");
            for (int side = 0; side < 2; side++)
            {
                int mine = side;
                scenario.Thread(() =>
                {
                    StoreRelease(ref flags[mine], 1);
                    if (fences)
                        Fence();
                    if (LoadAcquire(ref flags[1 - mine]) == 0)
                        Write(ref *data, mine);
                });
            }
        });

    /// <summary>A stack of free nodes by index, with or without a count of changes beside the head.</summary>
    [Theory]
    [InlineData(true, null)]
    [InlineData(false, FindingKind.Exception)]
    public void A_free_list_without_a_tag_hands_out_a_node_twice(bool isTagged, FindingKind? expected) =>
        Expect(expected, scenario =>
        {
            // Nodes 1 -> 2 -> 3. One thread takes a node while the other takes two and returns the first of them.
            long* head = scenario.Allocate<long>("head");
            long* next = scenario.Allocate<long>("next", 4);
            *head = 1;
            next[1] = 2;
            next[2] = 3;
            var list = new FreeList(head, next, isTagged);
            long mine = 0;
            long held = 0;
            scenario.Thread(() => mine = list.Take());
            scenario.Thread(() =>
            {
                long first = list.Take();
                held = list.Take();
                if (first != 0)
                    list.Return(first);
            });
            scenario.Finally(() =>
            {
                var taken = new List<long>();
                for (long node = list.Take(); node != 0; node = list.Take())
                    taken.Add(node);
                taken.Add(mine);
                taken.Add(held);
                Assert.Equal([1, 2, 3], taken.Order());
            });
        });

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, FindingKind.UseAfterReclaim)]
    public void A_node_in_use_must_not_be_reclaimed(bool checksReader, FindingKind? expected) =>
        Expect(expected, scenario =>
        {
            // A hazard pointer of one reader: announce, fence, look again; the other side unlinks, fences, looks.
            long* node = scenario.Allocate<long>("node");
            long* link = scenario.Allocate<long>("link");
            long* hazard = scenario.Allocate<long>("hazard");
            *link = 1;
            scenario.Thread(() =>
            {
                StoreRelease(ref *hazard, 1);
                Fence();
                if (LoadAcquire(ref *link) == 1)
                    LoadRelaxed(ref *node);
                StoreRelease(ref *hazard, 0);
            });
            scenario.Thread(() =>
            {
                StoreRelease(ref *link, 0);
                Fence();
                if (!checksReader || LoadAcquire(ref *hazard) == 0)
                    Reclaim(ref *node);
            });
        });

    [Theory]
    [InlineData(true, true, null)]
    [InlineData(false, true, FindingKind.Stuck)]
    [InlineData(true, false, FindingKind.Stuck)]
    public void Parking_without_a_fence_on_both_sides_loses_a_wake_up(bool waiterFences, bool signallerFences, FindingKind? expected) =>
        Expect(expected, scenario =>
        {
            long* work = scenario.Allocate<long>("work");
            int* word = scenario.Allocate<int>("word");
            scenario.Thread(() =>
            {
                StoreRelease(ref *word, 1);
                if (waiterFences)
                    Fence();
                if (LoadAcquire(ref *work) == 0)
                    Wait(ref *word, 1);
            });
            scenario.Thread(() =>
            {
                StoreRelease(ref *work, 1);
                if (signallerFences)
                    Fence();
                if (LoadAcquire(ref *word) == 1 && CompareExchange(ref *word, 0, 1) == 1)
                    WakeOne(ref *word);
            });
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_word_that_is_data_here_and_atomic_there_is_reported(bool atomicFirst) =>
        Expect(FindingKind.DataRace, scenario =>
        {
            long* word = scenario.Allocate<long>("word");
            scenario.Thread(() =>
            {
                if (atomicFirst)
                    StoreRelease(ref *word, 1);
                Write(ref *word, 2);
                StoreRelease(ref *word, 3);
            });
        });

    [Fact]
    public void A_loop_that_nothing_ends_is_reported() =>
        Expect(FindingKind.Stuck, scenario =>
        {
            long* flag = scenario.Allocate<long>("flag");
            scenario.Thread(() =>
            {
                while (LoadAcquire(ref *flag) != 2)
                    SpinHint(1);
            });
            scenario.Thread(() => StoreRelease(ref *flag, 1));
        });

    [Fact]
    public void A_loop_without_a_spin_hint_exceeds_the_bound() =>
        Expect(FindingKind.StepLimit, scenario =>
        {
            long* flag = scenario.Allocate<long>("flag");
            scenario.Thread(() =>
            {
                while (LoadAcquire(ref *flag) == 0)
                {
                }
            });
        });

    [Fact]
    public void A_waiting_loop_with_a_spin_hint_is_explored_to_its_end()
    {
        CheckResult result = ModelChecker.Check(scenario =>
        {
            long* flag = scenario.Allocate<long>("flag");
            long* data = scenario.Allocate<long>("data");
            scenario.Thread(() =>
            {
                while (LoadAcquire(ref *flag) == 0)
                    SpinHint(1);
                Assert.Equal(7, Read(ref *data));
            });
            scenario.Thread(() =>
            {
                Write(ref *data, 7);
                StoreRelease(ref *flag, 1);
            });
        }).MustPass();
        Assert.Equal(2, result.Executions);
    }

    private static void Expect(FindingKind? expected, Action<Scenario> scenario)
    {
        CheckResult result = ModelChecker.Check(scenario);
        TestContext.Current.TestOutputHelper?.WriteLine($"{result.Executions} executions, {result.Pruned} pruned");
        if (expected is null)
        {
            result.MustPass();
            return;
        }

        Assert.NotNull(result.Finding);
        Assert.Equal(expected, result.Finding.Kind);

        // The schedule alone leads there again.
        Finding? again = ModelChecker.Replay(scenario, result.Finding.Schedule);
        Assert.Equal(result.Finding, again);
    }

    private readonly struct FreeList(long* head, long* next, bool isTagged)
    {
        private const long IndexMask = 0xff;
        private const long Tag = 0x100;

        internal long Take()
        {
            while (true)
            {
                long old = LoadAcquire(ref *head);
                long node = old & IndexMask;
                if (node == 0)
                    return 0;
                if (CompareExchange(ref *head, Changed(old, LoadRelaxed(ref next[node])), old) == old)
                    return node;
            }
        }

        internal void Return(long node)
        {
            while (true)
            {
                long old = LoadAcquire(ref *head);
                StoreRelaxed(ref next[node], old & IndexMask);
                if (CompareExchange(ref *head, Changed(old, node), old) == old)
                    return;
            }
        }

        private long Changed(long old, long node) => isTagged ? ((old & ~IndexMask) + Tag) | node : node;
    }
}
