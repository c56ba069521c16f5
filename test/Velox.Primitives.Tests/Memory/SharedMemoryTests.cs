using Xunit;

namespace Velox.Primitives.Tests;

public class SharedMemoryTests
{
    private const int Page = TrackedMemory.PageSize;

    [Theory]
    [InlineData(300)]
    [InlineData(3 * Page)]
    [InlineData(80 * Page)]
    public void Memories_that_share_bytes_behave_as_copies(int maxLength)
    {
        const int seed = 77;
        var random = new Random(seed);
        List<(TrackedMemory Memory, byte[] Bytes)> all = [(new TrackedMemory(), [])];
        var frozen = new List<(byte[] Frozen, byte[] Bytes)>();
        for (int step = 0; step < 2_000; step++)
        {
            int at = random.Next(all.Count);
            (TrackedMemory memory, byte[] bytes) = all[at];
            switch (random.Next(10))
            {
                case < 2:
                    all.Add((memory.Share(), [.. bytes]));
                    if (all.Count > 8)
                        all.RemoveAt(random.Next(all.Count));
                    break;
                case 2:
                    frozen.Add((memory.ToImmutable(), [.. bytes]));
                    break;
                case 3:
                    memory.ClearDirty();
                    break;
                default:
                    all[at] = (memory, ChangeInAUnit(random, memory, bytes, maxLength));
                    break;
            }

            foreach ((TrackedMemory each, byte[] expected) in all)
                Assert.True(each.Bytes.SequenceEqual(expected), $"seed {seed}, step {step}");
        }

        Assert.All(frozen, pair => Assert.True(pair.Frozen.AsSpan(0, pair.Bytes.Length).SequenceEqual(pair.Bytes), $"seed {seed}"));
        Assert.All(frozen, pair => Assert.Equal(-1, pair.Frozen.AsSpan(pair.Bytes.Length).IndexOfAnyExcept((byte)0)));
    }

    [Fact]
    public void Dirty_pages_are_shared_too_and_then_each_has_its_own()
    {
        var memory = new TrackedMemory(200 * Page);
        memory.ClearDirty();
        memory.Write(70 * Page, 1)[0] = 1;
        TrackedMemory other = memory.Share();
        memory.ClearDirty();
        other.Write(3 * Page, 1)[0] = 1;
        var pages = new List<int>();
        other.CollectDirtyPages(pages);
        Assert.Equal([3, 70], pages);
        Assert.False(memory.IsDirty);
    }

    [Fact]
    public unsafe void An_address_is_that_of_own_bytes()
    {
        var memory = new TrackedMemory(2 * Page);
        TrackedMemory other = memory.Share();
        byte* address = other.PinnedAddress(out object owner);
        other.NoteWrite(0, 1);
        address[0] = 9;
        GC.KeepAlive(owner);
        Assert.Equal((0, 9), (memory.Bytes[0], other.Bytes[0]));
    }

    [Fact]
    public void Bytes_are_shared_between_units_of_work_only_and_stay_in_place_within_one()
    {
        var memory = new TrackedMemory(100);
        byte[] frozen = memory.ToImmutable();
        memory.Checkpoint();
        Assert.Throws<InvalidOperationException>(memory.Share);
        Assert.Throws<InvalidOperationException>(memory.ToImmutable);
        ReadOnlySpan<byte> view = memory.Bytes;
        memory.Write(0, 1)[0] = 5;
        Assert.Equal((5, 0), (view[0], frozen[0]));
        memory.Rollback();
        Assert.Equal(0, memory.Bytes[0]);
    }

    private static byte[] ChangeInAUnit(Random random, TrackedMemory memory, byte[] bytes, int maxLength)
    {
        bool isUnit = random.Next(3) > 0;
        byte[] changed = [.. bytes];
        if (isUnit)
            memory.Checkpoint();
        if (random.Next(3) == 0)
        {
            memory.Resize(random.Next(4) == 0 ? 0 : random.Next(maxLength));
            Array.Resize(ref changed, memory.Length);
        }

        if (memory.Length >= sizeof(int) && random.Next(2) == 0)
        {
            int offset = random.Next(memory.Length - sizeof(int) + 1);
            memory.Write<int>(offset) = random.Next();
            BitConverter.TryWriteBytes(changed.AsSpan(offset), memory.Read<int>(offset));
        }
        else if (memory.Length > 0)
        {
            int offset = random.Next(memory.Length);
            Span<byte> range = memory.Write(offset, random.Next(memory.Length - offset + 1));
            random.NextBytes(range);
            range.CopyTo(changed.AsSpan(offset));
        }

        if (!isUnit)
            return changed;
        if (random.Next(2) == 0)
        {
            memory.Accept();
            return changed;
        }

        memory.Rollback();
        return bytes;

    }
}
