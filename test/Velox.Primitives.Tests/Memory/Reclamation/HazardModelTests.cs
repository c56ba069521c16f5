using Velox.ModelChecking;
using Xunit;

namespace Velox.Primitives.Tests;

/// <summary>Every execution of readers that protect a node while writers unlink, retire, collect and fill nodes again.</summary>
public unsafe class HazardModelTests
{
    public enum Fault
    {
        None,

        /// <summary>The reader does not look again after it named the node.</summary>
        LooksOnce,

        RetiresBeforeUnlinking,

        /// <summary>Clearing is a relaxed store.</summary>
        ClearsUnordered,
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
    [InlineData(Fault.LooksOnce)]
    [InlineData(Fault.RetiresBeforeUnlinking)]
    [InlineData(Fault.ClearsUnordered)]
    public void Broken_variants_are_found(Fault fault) =>
        Assert.Equal(FindingKind.DataRace, ModelOutput.Write(Check<CheckedModel>(1, 1, 1, 2, fault)).Finding?.Kind);

    [Fact]
    public void Collecting_without_the_process_wide_fence_is_found() => AssertFound<NoProcessWideFence>();

    [Fact]
    public void Protecting_without_the_light_fence_is_found() => AssertFound<NoLightFence>();

    [Fact]
    public void Protecting_and_collecting_without_acquire_is_found() => AssertFound<NoAcquire>();

    private static void AssertFound<TWeakness>()
        where TWeakness : struct, IWeakness =>
        Assert.Equal(FindingKind.DataRace, ModelOutput.Write(Check<Weakened<TWeakness>>(1, 1, 1, 2, Fault.None)).Finding?.Kind);

    private static CheckResult Check<TModel>(int readers, int walks, int writers, int rounds, Fault fault)
        where TModel : struct, IMemoryModel =>
        ModelChecker.Check(scenario =>
        {
            var list = new ModelList(scenario, nodes: 2);
            Reader[] hazards = [.. Enumerable.Range(0, readers).Select(n => new Reader(scenario.Allocate<int>($"hazards {n}", HazardReader.Slots)))];
            foreach (Reader reader in hazards)
                scenario.Thread(() => Walk<TModel>(list, reader, walks, fault));
            for (int writer = 0; writer < writers; writer++)
                scenario.Thread(() => Replace<TModel>(list, hazards, writers > 1, rounds, fault));
        });

    private static void Walk<TModel>(ModelList list, Reader reader, int walks, Fault fault)
        where TModel : struct, IMemoryModel
    {
        long seen = 0;
        for (int walk = 0; walk < walks; walk++)
        {
            ref int hazard = ref reader.Hazard(0);
            long value = list.Read(fault == Fault.LooksOnce
                ? NameWithoutLooking<TModel>(ref hazard, ref list.Link)
                : HazardProtocol<TModel>.Protect(ref hazard, ref list.Link));
            Assert.True(value >= seen);
            seen = value;
            if (fault == Fault.ClearsUnordered)
                CheckedModel.StoreRelaxed(ref hazard, HazardReclaimer.None);
            else
                HazardProtocol<TModel>.Clear(ref hazard);
        }
    }

    private static int NameWithoutLooking<TModel>(ref int hazard, ref int source)
        where TModel : struct, IMemoryModel
    {
        int found = TModel.LoadAcquire(ref source);
        TModel.StoreRelease(ref hazard, found);
        TModel.FenceLight();
        return found;
    }

    private static void Replace<TModel>(ModelList list, Reader[] hazards, bool locks, int rounds, Fault fault)
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
            bool isRetiredFirst = fault == Fault.RetiresBeforeUnlinking;
            list.TryReplace(
                node =>
                {
                    list.Garbage.Enqueue(node, 0);
                    if (isRetiredFirst)
                        Collect();
                },
                isRetiredFirst);
            Collect();
        }

        void Collect()
        {
            var held = new HashSet<int>();
            HazardProtocol<TModel>.AddHeld<Reader>(hazards, held);
            for (int count = list.Garbage.Count; count > 0; count--)
            {
                int node = list.Garbage.Dequeue().Index;
                if (held.Contains(node))
                    list.Garbage.Enqueue(node, 0);
                else
                    list.Release(node);
            }
        }
    }

    private sealed class Reader : IHazards
    {
        private readonly int* _hazards;

        internal Reader(int* hazards)
        {
            _hazards = hazards;
            new Span<int>(hazards, HazardReader.Slots).Fill(HazardReclaimer.None);
        }

        public ref int Hazard(int slot) => ref _hazards[slot];
    }
}
