using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

public unsafe class SlabAllocatorTests
{
    [Theory]
    [InlineData(1, 16)]
    [InlineData(17, 32)]
    [InlineData(64, 64)]
    [InlineData(65, 128)]
    public void Slabs_are_aligned_and_do_not_overlap(int slabBytes, int stride)
    {
        using var slabs = new SlabAllocator(slabBytes, 3);
        Assert.Equal(stride, slabs.SlabBytes);
        Assert.Equal(0, (nint)slabs.Address(0) % Math.Min(stride, 64));
        Assert.Equal(stride, slabs.Address(2) - slabs.Address(1));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(SlabAllocator.MaxSlabBytes + 1, 1)]
    [InlineData(1, 0)]
    [InlineData(1, SlabAllocator.MaxCapacity + 1)]
    public void Sizes_outside_their_bounds_are_refused(int slabBytes, int capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SlabAllocator(slabBytes, capacity));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_use_agrees_with_a_plain_model(int seed)
    {
        var random = new Random(seed);
        int capacity = 1 + random.Next(50);
        using var slabs = new SlabAllocator(32, capacity, isChecked: true);
        var used = new Dictionary<int, long>();
        long failures = 0;
        for (long step = 1; step <= 50_000; step++)
        {
            string context = $"seed {seed}, step {step}";
            int any = random.Next(-2, capacity + 2);
            if (random.Next(2) == 0)
            {
                bool got = slabs.TryAllocate(out int index);
                Assert.True(got == (used.Count < capacity), context);
                failures += got ? 0 : 1;
                if (got)
                {
                    Assert.True(used.TryAdd(index, step), context);
                    slabs.Get<long>(index) = step;
                }
            }
            else if (used.Remove(any, out long written))
            {
                Assert.True(slabs.Get<long>(any) == written, context);
                Assert.True(slabs.Release(any) == SlabRelease.Released, context);
            }
            else
            {
                // A number inside that was never handed out is foreign as well.
                SlabRelease refusal = slabs.Release(any);
                bool isInside = any >= 0 && any < capacity;
                Assert.True(refusal == SlabRelease.ForeignIndex || (isInside && refusal == SlabRelease.DoubleFree), context);
            }

            Assert.True(slabs.InUse == used.Count && slabs.Failures == failures, context);
        }
    }

    [Fact]
    public void A_double_free_is_found_in_checked_mode_and_a_foreign_number_always()
    {
        using var slabs = new SlabAllocator(8, 4, isChecked: true);
        Assert.True(slabs.TryAllocate(out int index));
        Assert.Equal(SlabRelease.Released, slabs.Release(index));
        Assert.Equal(SlabRelease.DoubleFree, slabs.Release(index));
        Assert.Equal(SlabRelease.ForeignIndex, slabs.Release(3)); // never handed out
        Assert.Equal(-1, new Span<byte>(slabs.Address(index), slabs.SlabBytes).IndexOfAnyExcept(SlabAllocator.PoisonByte));
        Assert.Equal(0, slabs.InUse);

        using var fast = new SlabAllocator(8, 4);
        Assert.Equal(SlabRelease.ForeignIndex, fast.Release(-1));
        Assert.Equal(SlabRelease.ForeignIndex, fast.Release(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => (nint)fast.Address(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => fast.Get<Guid>(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => fast.Get<Large>(0));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(64)]
    public void Two_threads_never_own_one_slab_and_none_is_lost(int capacity)
    {
        using var slabs = new SlabAllocator(16, capacity);
        int[] owners = new int[capacity];
        long errors = 0;
        var other = new Thread(() => Work(2));
        other.Start();
        Work(1);
        other.Join();

        Assert.Equal(0, errors);
        Assert.Equal(0, slabs.InUse);
        for (int i = 0; i < capacity; i++)
            Assert.True(slabs.TryAllocate(out _));
        Assert.False(slabs.TryAllocate(out _));

        void Work(int owner)
        {
            // Up to two at a time, in random order: the same number comes back to the top over another one, as ABA needs.
            var random = new Random(owner);
            var rounds = new Rounds(5_000_000);
            var mine = new List<int>(2);
            for (long round = 0; rounds.IsAnotherAfter(round); round++)
            {
                if (mine.Count < 2 && random.Next(2) == 0)
                    Take(mine, owner);
                else if (mine.Count > 0)
                    GiveBack(mine, random.Next(mine.Count), owner);
            }

            while (mine.Count > 0)
                GiveBack(mine, 0, owner);
        }

        void Take(List<int> mine, int owner)
        {
            if (!slabs.TryAllocate(out int index))
                return;
            if (Interlocked.Exchange(ref owners[index], owner) != 0)
                Interlocked.Increment(ref errors);
            mine.Add(index);
        }

        void GiveBack(List<int> mine, int position, int owner)
        {
            int index = mine[position];
            mine.RemoveAt(position);
            if (Interlocked.Exchange(ref owners[index], 0) != owner || slabs.Release(index) != SlabRelease.Released)
                Interlocked.Increment(ref errors);
        }
    }

    [Fact]
    public void Allocating_and_releasing_allocates_nothing_on_the_heap()
    {
        using var slabs = new SlabAllocator(16, 8, isChecked: true);
        Use(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Use(10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Use(int count)
        {
            for (int i = 0; i < count; i++)
            {
                slabs.TryAllocate(out int index);
                slabs.Release(index);
            }
        }
    }

    private unsafe struct Large
    {
        internal fixed byte Bytes[17];
    }
}
