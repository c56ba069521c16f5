using Velox.ModelChecking;
using Xunit;

namespace Velox.Primitives.Tests;

/// <summary>Every execution of readers that walk while writers unlink, retire, collect and fill nodes again.</summary>
public unsafe class EpochModelTests
{
    public enum Fault
    {
        None,

        /// <summary>The epoch moves on although readers stand in the older one.</summary>
        IgnoresReaders,

        RetiresBeforeUnlinking,

        /// <summary>Leaving is a relaxed store.</summary>
        LeavesUnordered,

        /// <summary>Nodes are free one epoch too early.</summary>
        FreesAfterOneStep,
    }

    [Theory]
    [InlineData(1, 1, 1, 2)]
    [InlineData(1, 1, 1, 3)]
    [InlineData(1, 2, 1, 2)]
    [InlineData(2, 1, 1, 1)]
    [InlineData(1, 1, 2, 1)]
    public void A_node_in_use_is_never_filled_again(int readers, int walks, int writers, int rounds) =>
        ModelOutput.Write(Check<CheckedModel>(readers, walks, writers, rounds, Fault.None)).MustPass();

    [Theory]
    [InlineData(Fault.IgnoresReaders)]
    [InlineData(Fault.RetiresBeforeUnlinking)]
    [InlineData(Fault.LeavesUnordered)]
    [InlineData(Fault.FreesAfterOneStep)]
    public void Broken_variants_are_found(Fault fault) =>
        Assert.Equal(FindingKind.DataRace, ModelOutput.Write(Check<CheckedModel>(1, 1, 1, 2, fault)).Finding?.Kind);

    [Fact]
    public void Collecting_without_the_process_wide_fence_is_found() => AssertFound<NoProcessWideFence>();

    [Fact]
    public void Entering_without_the_light_fence_is_found() => AssertFound<NoLightFence>();

    [Fact]
    public void Collecting_without_acquire_is_found() => AssertFound<NoAcquire>();

    private static void AssertFound<TWeakness>()
        where TWeakness : struct, IWeakness =>
        Assert.Equal(FindingKind.DataRace, ModelOutput.Write(Check<Weakened<TWeakness>>(1, 1, 1, 2, Fault.None)).Finding?.Kind);

    private static CheckResult Check<TModel>(int readers, int walks, int writers, int rounds, Fault fault)
        where TModel : struct, IMemoryModel =>
        ModelChecker.Check(scenario =>
        {
            var list = new ModelList(scenario, nodes: 2);
            long* epoch = scenario.Allocate<long>("epoch");
            *epoch = EpochProtocol.FirstEpoch;
            Reader[] pins = [.. Enumerable.Range(0, readers).Select(n => new Reader(scenario.Allocate<long>($"pin {n}")))];
            foreach (Reader pin in pins)
                scenario.Thread(() => Walk<TModel>(list, pin, ref *epoch, walks, fault));
            for (int writer = 0; writer < writers; writer++)
                scenario.Thread(() => Replace<TModel>(list, pins, epoch, writers > 1, rounds, fault));
        });

    private static void Walk<TModel>(ModelList list, Reader pin, ref long epoch, int walks, Fault fault)
        where TModel : struct, IMemoryModel
    {
        long seen = 0;
        for (int walk = 0; walk < walks; walk++)
        {
            EpochProtocol<TModel>.Enter(ref pin.Pin, ref epoch);
            long value = list.Read(CheckedModel.LoadAcquire(ref list.Link));
            Assert.True(value >= seen);
            seen = value;
            if (fault == Fault.LeavesUnordered)
                CheckedModel.StoreRelaxed(ref pin.Pin, EpochProtocol.Outside);
            else
                EpochProtocol<TModel>.Exit(ref pin.Pin);
        }
    }

    private static void Replace<TModel>(ModelList list, Reader[] pins, long* epoch, bool locks, int rounds, Fault fault)
        where TModel : struct, IMemoryModel
    {
        for (int round = 0; round < rounds; round++)
        {
            if (locks)
                list.Locked(ReplaceOne);
            else
                ReplaceOne();
        }

        void ReplaceOne()
        {
            list.TryReplace(
                node =>
                {
                    list.Garbage.Enqueue(node, EpochProtocol<TModel>.Epoch(ref *epoch));
                    if (fault == Fault.RetiresBeforeUnlinking)
                        Collect();
                },
                fault == Fault.RetiresBeforeUnlinking);
            Collect();
        }

        void Collect()
        {
            EpochProtocol<TModel>.Advance<Reader>(ref *epoch, fault == Fault.IgnoresReaders ? [] : pins);
            long now = EpochProtocol<TModel>.Epoch(ref *epoch) + (fault == Fault.FreesAfterOneStep ? 1 : 0);
            while (list.Garbage.Count > 0 && EpochProtocol.IsFree(list.Garbage.Oldest.Epoch, now))
                list.Release(list.Garbage.Dequeue().Index);
        }
    }

    private sealed class Reader(long* pin) : IEpochPin
    {
        public ref long Pin => ref *pin;
    }
}
