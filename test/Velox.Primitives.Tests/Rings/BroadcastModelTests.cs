using Velox.ModelChecking;
using Xunit;

namespace Velox.Primitives.Tests;

/// <summary>Every execution of small scenarios of the broadcast ring, the sequence lock and the bounded update.</summary>
public unsafe class BroadcastModelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Broadcast_items_are_whole_and_gaps_are_counted(int readers) => Check(scenario =>
    {
        const int Items = 3;
        BroadcastRingCore<Pair, CheckedModel> ring = NewBroadcast<CheckedModel>(scenario);
        scenario.Thread(() =>
        {
            for (int i = 0; i < Items; i++)
                ring.Write(new Pair(i));
        });
        for (int reader = 0; reader < readers; reader++)
            scenario.Thread(() => Read(ring, tries: readers == 1 ? 3 : 1));
    });

    /// <summary>Without the release of the words, or without their acquire, a torn item passes for whole.</summary>
    [Fact]
    public void Broadcast_without_release_or_acquire_is_found()
    {
        Assert.Equal(FindingKind.Exception, FindingIn<Weakened<NoRelease>>());
        Assert.Equal(FindingKind.Exception, FindingIn<Weakened<NoAcquire>>());

        static FindingKind? FindingIn<TModel>()
            where TModel : struct, IMemoryModel =>
            ModelChecker.Check(scenario =>
            {
                BroadcastRingCore<Pair, TModel> ring = NewBroadcast<TModel>(scenario);
                scenario.Thread(() =>
                {
                    for (int i = 0; i < 3; i++)
                        ring.Write(new Pair(i));
                });
                scenario.Thread(() => Read(ring, tries: 2));
            }).Finding?.Kind;
    }

    [Fact]
    public void A_sequence_lock_never_passes_a_torn_value() => Check(scenario =>
    {
        var sequenceLock = new SequenceLockCore<Pair, CheckedModel>(scenario.Allocate<long>("lock", 3));
        sequenceLock.Write(new Pair(0));
        scenario.Thread(() =>
        {
            sequenceLock.Write(new Pair(1));
            sequenceLock.Write(new Pair(2));
        });
        scenario.Thread(() =>
        {
            long newest = 0;
            for (int tries = 0; tries < 2; tries++)
            {
                if (!sequenceLock.TryRead(out Pair pair))
                    continue;
                Assert.True(pair.IsWhole);
                Assert.True(pair.Number >= newest);
                newest = pair.Number;
            }
        });
    });

    [Fact]
    public void Bounded_updates_are_lost_only_when_they_say_so() => Check(scenario =>
    {
        long* word = scenario.Allocate<long>("word");
        var results = new UpdateResult[3];
        for (int thread = 0; thread < 3; thread++)
        {
            int mine = thread;
            scenario.Thread(() => results[mine] = BoundedUpdate.Apply<AddOneUpTo2, CheckedModel>(
                ref *word, default, out _, maxTries: 2));
        }

        scenario.Finally(() =>
        {
            int done = results.Count(result => result == UpdateResult.Done);
            Assert.Equal(done, *word);
            Assert.True(done == 2 || results.Contains(UpdateResult.Timeout));
        });
    });

    private static void Read<TModel>(BroadcastRingCore<Pair, TModel> ring, int tries)
        where TModel : struct, IMemoryModel
    {
        long cursor = 0;
        for (; tries > 0; tries--)
        {
            long before = cursor;
            if (ring.TryRead(ref cursor, out Pair pair) == BroadcastRead.Item)
            {
                Assert.True(pair.IsWhole);
                Assert.Equal(before, pair.Number);
            }
        }
    }

    private static BroadcastRingCore<Pair, TModel> NewBroadcast<TModel>(Scenario scenario)
        where TModel : struct, IMemoryModel =>
        new(scenario.Allocate<long>("written"),
            scenario.Allocate<long>("slots", 2 * BroadcastRingCore<Pair, TModel>.SlotWords), 2);

    private static void Check(Action<Scenario> scenario)
    {
        CheckResult result = ModelChecker.Check(scenario).MustPass();
        TestContext.Current.TestOutputHelper?.WriteLine($"{result.Executions} executions, {result.Pruned} pruned");
    }

    private readonly struct AddOneUpTo2 : IWordChange
    {
        public bool TryChange(long old, out long changed)
        {
            changed = old + 1;
            return old < 2;
        }
    }

    private readonly struct Pair(long number)
    {
        private readonly long _number = number;
        private readonly long _inverse = ~number;

        internal long Number => _number;

        internal bool IsWhole => _inverse == ~_number;
    }
}
