using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

/// <summary>
/// One thread replaces a node again and again, the other reads it: the allocator's poison, or the next owner's value, shows a
/// node that was released too early.
/// </summary>
public class ReclamationStressTests
{
    private const int Capacity = 64;
    private const int MaxGarbage = 32;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_reader_never_sees_a_node_that_was_reclaimed(bool useHazards)
    {
        using var nodes = new SlabAllocator(16, Capacity, isChecked: true);
        var epochs = new EpochReclaimer(nodes, 1, MaxGarbage);
        var hazards = new HazardReclaimer(nodes, 1, MaxGarbage);
        IReclaimer reclaimer = useHazards ? hazards : epochs;
        Assert.True(nodes.TryAllocate(out int current));
        nodes.Get<Node>(current) = new Node(0);
        bool stop = false;
        long reads = 0;
        long errors = 0;
        var reading = new Thread(() =>
        {
            if (useHazards)
                ReadWithHazards();
            else
                ReadWithEpochs();
        });
        reading.Start();
        long mostGarbage = Replace();
        Volatile.Write(ref stop, true);
        reading.Join();

        Assert.Equal(0, errors);
        Assert.True(reads > 0);
        Assert.InRange(mostGarbage, 1, MaxGarbage);
        for (int i = 0; i < 3; i++)
            reclaimer.Collect();
        Assert.Equal((0, 1), (reclaimer.Garbage, nodes.InUse));
        Assert.Equal(reclaimer.Retired, reclaimer.Reclaimed);

        long Replace()
        {
            long most = 0;
            var rounds = new Rounds(2_000_000);
            for (long round = 1; rounds.IsAnotherAfter(round); round++)
            {
                if (!nodes.TryAllocate(out int next))
                    throw new InvalidOperationException("Garbage is bounded below the capacity.");
                nodes.Get<Node>(next).Fill(round);
                int old = current;
                Volatile.Write(ref current, next);
                while (reclaimer.Retire(old) == RetireResult.GarbageFull)
                    Thread.Yield(); // the reader sleeps inside
                if (round % 64 == 0)
                    most = Math.Max(most, reclaimer.Garbage);
            }

            return most;
        }

        void ReadWithEpochs()
        {
            using EpochReader reader = epochs.TryJoin()!;
            while (!Volatile.Read(ref stop))
            {
                reader.Enter();
                Check(Volatile.Read(ref current));
                reader.Exit();
            }
        }

        void ReadWithHazards()
        {
            using HazardReader reader = hazards.TryJoin()!;
            while (!Volatile.Read(ref stop))
            {
                Check(reader.Protect(0, ref current));
                reader.Clear(0);
            }
        }

        // Twice, now and then with time between: it must stay what it was while it is held. Mostly without, so that a thread
        // that loses its core loses it while it enters or protects.
        void Check(int index)
        {
            ref Node node = ref nodes.Get<Node>(index);
            long value = node.Value;
            if (reads++ % 64 == 0)
                Thread.SpinWait(20);
            if (!node.Is(value))
                errors++;
        }
    }

    [Fact]
    public void Entering_protecting_and_retiring_allocate_nothing()
    {
        using var nodes = new SlabAllocator(16, Capacity, isChecked: true);
        var epochs = new EpochReclaimer(nodes, 1, MaxGarbage);
        var hazards = new HazardReclaimer(nodes, 1, MaxGarbage);
        using EpochReader epochReader = epochs.TryJoin()!;
        using HazardReader hazardReader = hazards.TryJoin()!;
        Use(200);
        Assert.Equal(0, Allocation.LeastOf(() => Use(2_000)));

        void Use(int count)
        {
            for (int i = 0; i < count; i++)
            {
                nodes.TryAllocate(out int first);
                nodes.TryAllocate(out int second);
                epochReader.Enter();
                hazardReader.Protect(0, ref second);
                epochs.Retire(first);
                epochReader.Exit();
                hazards.Retire(second);
            }
        }
    }

    private struct Node(long value)
    {
        private long _value = value;
        private long _complement = ~value;

        internal readonly long Value => Volatile.Read(in _value);

        internal readonly bool Is(long value) => Volatile.Read(in _complement) == ~value && Volatile.Read(in _value) == value;

        internal void Fill(long value)
        {
            Volatile.Write(ref _value, value);
            Volatile.Write(ref _complement, ~value);
        }
    }
}
