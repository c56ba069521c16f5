using System.Buffers.Binary;
using Xunit;

namespace Velox.Primitives.Tests;

public class TrackedMemoryTests
{
    private const int Page = TrackedMemory.PageSize;

    [Theory]
    [InlineData(1, 3 * Page)]
    [InlineData(2, 3 * Page)]
    [InlineData(3, 20 * Page)]
    [InlineData(4, 20 * Page)]
    [InlineData(5, 150 * Page)]
    [InlineData(6, 150 * Page)]
    public void Random_operations_agree_with_full_copies(int seed, int maxLength)
    {
        var random = new Random(seed);
        int length = random.Next(maxLength);
        var memory = new TrackedMemory(length);
        var reference = new CopyingMemory(length);

        for (int step = 0; step < 4_000; step++)
        {
            DoOneOperation(random, maxLength, memory, reference);
            string context = $"seed {seed}, maxLength {maxLength}, step {step}";

            Assert.True(memory.Length == reference.Bytes.Length, context);
            Assert.True(memory.Bytes.SequenceEqual(reference.Bytes), context);
            AssertEveryChangeIsDirty(memory, reference, context);
        }
    }

    [Fact]
    public void Only_written_pages_are_dirty()
    {
        var memory = new TrackedMemory(200 * Page);
        memory.Write(70 * Page - 1, 2)[0] = 1;
        memory.Write<ulong>(5 * Page) = 7;
        memory.Write(9 * Page, 0);

        Assert.Equal([5, 69, 70], DirtyPages(memory));
        Assert.True(memory.IsDirty);

        memory.ClearDirty();
        Assert.Empty(DirtyPages(memory));
        Assert.False(memory.IsDirty);
    }

    [Fact]
    public void Growing_marks_the_new_pages_and_the_page_it_continues()
    {
        var memory = new TrackedMemory(Page + 10);
        memory.Resize(3 * Page + 1);
        Assert.Equal([1, 2, 3], DirtyPages(memory));
    }

    [Fact]
    public void Shrinking_leaves_pages_past_the_end_out_and_growing_again_shows_zeros()
    {
        var memory = new TrackedMemory(3 * Page);
        memory.Write(0, 3 * Page).Fill(0xFF);
        memory.Resize(Page + 1);
        Assert.Equal([0, 1], DirtyPages(memory));

        memory.Resize(3 * Page);
        Assert.Equal(0xFF, memory.Bytes[Page]);
        Assert.Equal(-1, memory.Bytes[(Page + 1)..].IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void Rollback_undoes_a_shrink_followed_by_growth()
    {
        var memory = new TrackedMemory(2 * Page + 100);
        memory.Write(0, memory.Length).Fill(0xAB);
        byte[] before = memory.Bytes.ToArray();

        memory.Checkpoint();
        memory.Resize(50);
        memory.Resize(5 * Page);
        memory.Write(0, memory.Length).Fill(0xCD);
        memory.Rollback();

        Assert.Equal(before, memory.Bytes.ToArray());
        memory.Resize(5 * Page);
        Assert.Equal(-1, memory.Bytes[before.Length..].IndexOfAnyExcept((byte)0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3 * Page)]
    public void Memory_of_an_undone_growth_is_given_back(int length)
    {
        var memory = new TrackedMemory(length);
        memory.Checkpoint();
        memory.Resize(1_000 * Page);
        memory.Rollback();

        Assert.Equal(length, memory.Length);
        Assert.Equal(length, memory.Capacity);
    }

    [Fact]
    public void Memory_that_a_shrink_leaves_over_is_given_back_and_a_rollback_restores_it()
    {
        var memory = new TrackedMemory(1_000 * Page);
        memory.Write(999 * Page, 1)[0] = 7;
        memory.Checkpoint();
        memory.Resize(2 * Page);
        int shrunken = memory.Capacity;
        memory.Rollback();
        byte restored = memory.Bytes[999 * Page];
        memory.Resize(0);

        Assert.Equal(2 * Page, shrunken);
        Assert.Equal(7, restored);
        Assert.Equal(0, memory.Capacity);
    }

    [Fact]
    public void A_structure_is_written_and_read_in_place()
    {
        var memory = new TrackedMemory(64);
        memory.Write<long>(8) = 0x0102030405060708;
        Assert.Equal(0x0102030405060708, memory.Read<long>(8));
        Assert.Equal(0x0102030405060708, BinaryPrimitives.ReadInt64LittleEndian(memory.Bytes[8..]));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(0, 101)]
    [InlineData(100, 1)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void A_write_outside_the_memory_is_refused(int offset, int count)
    {
        var memory = new TrackedMemory(100);
        Assert.Throws<ArgumentOutOfRangeException>(() => { memory.Write(offset, count); });
        Assert.False(memory.IsDirty);
    }

    [Fact]
    public void A_structure_that_leaves_the_memory_is_refused()
    {
        var memory = new TrackedMemory(100);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Read<long>(93));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Write<long>(93));
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = memory.Page(1); });
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Resize(-1));
    }

    [Fact]
    public void Units_of_work_do_not_nest_and_dirty_bits_stay_inside_one()
    {
        var memory = new TrackedMemory(10);
        Assert.Throws<InvalidOperationException>(memory.Rollback);
        memory.Checkpoint();
        Assert.Throws<InvalidOperationException>(memory.Checkpoint);
        Assert.Throws<InvalidOperationException>(memory.ClearDirty);
        memory.Accept();
        memory.ClearDirty();
    }

    [Fact]
    public void A_unit_of_work_on_warm_pages_allocates_nothing()
    {
        var memory = new TrackedMemory(100 * Page);
        RunUnits(memory);
        long before = GC.GetAllocatedBytesForCurrentThread();
        RunUnits(memory);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void RunUnits(TrackedMemory memory)
        {
            for (int i = 0; i < 100; i++)
            {
                memory.Checkpoint();
                for (int page = 0; page < 10; page++)
                    memory.Write<int>((i + page) % 100 * Page) = i;
                if (i % 2 == 0)
                    memory.Accept();
                else
                    memory.Rollback();
            }
        }
    }

    private static void DoOneOperation(Random random, int maxLength, TrackedMemory memory, CopyingMemory reference)
    {
        switch (random.Next(100))
        {
            case < 70:
                int offset = random.Next(memory.Length + 1);
                int longest = random.Next(10) == 0 ? memory.Length - offset : Math.Min(300, memory.Length - offset);
                byte[] data = new byte[random.Next(longest + 1)];
                random.NextBytes(data);
                data.CopyTo(memory.Write(offset, data.Length));
                data.CopyTo(reference.Bytes, offset);
                break;
            case < 80:
                int length = random.Next(4) == 0 ? random.Next(maxLength) / Page * Page : random.Next(maxLength);
                memory.Resize(length);
                Array.Resize(ref reference.Bytes, length);
                break;
            case < 88 when reference.Checkpoint is null:
                memory.Checkpoint();
                reference.Checkpoint = (byte[])reference.Bytes.Clone();
                break;
            case < 92 when reference.Checkpoint is not null:
                memory.Rollback();
                reference.Bytes = reference.Checkpoint;
                reference.Checkpoint = null;
                break;
            case < 96 when reference.Checkpoint is not null:
                memory.Accept();
                reference.Checkpoint = null;
                break;
            case >= 96 when reference.Checkpoint is null:
                memory.ClearDirty();
                reference.Clean = (byte[])reference.Bytes.Clone();
                break;
        }
    }

    // A page whose content differs from what it held at the last ClearDirty must be reported.
    private static void AssertEveryChangeIsDirty(TrackedMemory memory, CopyingMemory reference, string context)
    {
        var dirty = DirtyPages(memory);
        Assert.True(dirty.Order().Distinct().SequenceEqual(dirty), context);
        Assert.True(dirty.TrueForAll(page => page >= 0 && page < memory.PageCount), context);

        for (int page = 0; page < memory.PageCount; page++)
        {
            int start = Math.Min(page * Page, reference.Clean.Length);
            int count = Math.Min(Page, reference.Clean.Length - start);
            if (!memory.Page(page).SequenceEqual(reference.Clean.AsSpan(start, count)))
                Assert.True(dirty.Contains(page), $"{context}: page {page} changed and is not dirty");
        }
    }

    private static List<int> DirtyPages(TrackedMemory memory)
    {
        var pages = new List<int>();
        memory.CollectDirtyPages(pages);
        return pages;
    }

    private sealed class CopyingMemory(int length)
    {
        internal byte[] Bytes = new byte[length];
        internal byte[] Clean = new byte[length];
        internal byte[]? Checkpoint;
    }
}
