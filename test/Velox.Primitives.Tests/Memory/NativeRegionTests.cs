using Xunit;

namespace Velox.Primitives.Tests;

public unsafe class NativeRegionTests
{
    [Theory]
    [InlineData(1, 8)]
    [InlineData(100, 64)]
    [InlineData(4_097, 4_096)]
    [InlineData(3_000_000, 1 << 21)]
    [InlineData(5, 1 << 24)]
    public void It_is_aligned_zeroed_and_writable_to_its_last_byte(long bytes, long alignment)
    {
        foreach (bool tryHugePages in (bool[])[false, true])
        {
            using var region = new NativeRegion(
                new NativeRegionOptions(bytes) { AlignmentBytes = alignment, TryHugePages = tryHugePages, TouchNow = tryHugePages });
            Assert.Equal(bytes, region.Bytes);
            Assert.Equal(0, (nint)region.Address % (nint)alignment);
            Assert.Equal(-1, region.Slice(0, (int)bytes).IndexOfAnyExcept((byte)0));
            region.Slice(0, (int)bytes).Fill(0xa5);
            Assert.Equal(0xa5, region.Address[bytes - 1]);
            Assert.Equal(tryHugePages ? 1 : 0, region.Grants.Count);
        }
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(-1, 64)]
    [InlineData(NativeRegion.MaxBytes + 1, 64)]
    [InlineData(1, 0)]
    [InlineData(1, 4)]
    [InlineData(1, 96)]
    [InlineData(1, 1L << 31)]
    public void Sizes_and_alignments_outside_their_bounds_are_refused(long bytes, long alignment) =>
        Assert.ThrowsAny<ArgumentOutOfRangeException>(
            () => new NativeRegion(new NativeRegionOptions(bytes) { AlignmentBytes = alignment }));

    [Theory]
    [InlineData(-1)]
    [InlineData(1_024)]
    public void A_node_outside_the_bounds_is_refused(int node) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new NativeRegion(new NativeRegionOptions(1) { Node = node }));

    [Fact]
    public void Wishes_are_answered_and_a_refusal_leaves_plain_memory()
    {
        int missingNode = NativeBlock.MaxNode;
        Assert.SkipWhen(HostTopology.Read().Nodes.Any(node => node.Id == missingNode), "This machine has that many nodes.");
        using var region = new NativeRegion(
            new NativeRegionOptions(1 << 20) { TryHugePages = true, Node = missingNode, TouchNow = true });

        HostGrant placement = Assert.Single(region.Grants, grant => grant.Feature == "NUMA placement");
        Assert.False(placement.IsGranted);
        Assert.NotEmpty(placement.Detail);
        Assert.NotEmpty(Assert.Single(region.Grants, grant => grant.Feature == "huge pages").Detail);
        Assert.Equal(0, region.Address[(1 << 20) - 1]);
    }

    [Fact]
    public void The_way_of_other_systems_is_zeroed_and_honest()
    {
        NativeBlock block = NativeBlock.AllocateOnHeap(new NativeRegionOptions(10_000) { AlignmentBytes = 4_096, TryHugePages = true, Node = 0 });
        try
        {
            Assert.Equal(0, (nint)block.Address % 4_096);
            Assert.Equal(-1, new Span<byte>(block.Address, 10_000).IndexOfAnyExcept((byte)0));
            Assert.Equal(2, block.Grants.Count);
            Assert.All(block.Grants, grant => Assert.StartsWith("not available on this system", grant.Detail, StringComparison.Ordinal));
        }
        finally
        {
            block.Free();
        }
    }

    [Fact]
    public void After_disposal_by_any_number_of_threads_it_cannot_be_used()
    {
        for (int round = 0; round < 200; round++)
        {
            // A second unmapping would take the memory of whatever came to that address.
            var region = new NativeRegion(new NativeRegionOptions(1 << 16));
            var other = new Thread(region.Dispose);
            other.Start();
            region.Dispose();
            using var next = new NativeRegion(new NativeRegionOptions(1 << 16));
            other.Join();
            next.Slice(0, 1 << 16).Fill(1);
            Assert.Throws<ObjectDisposedException>(() => region.Address[0]);
        }
    }

    [Fact]
    public void A_slice_outside_is_refused()
    {
        using var region = new NativeRegion(new NativeRegionOptions(100));
        Assert.Equal(0, region.Slice(100, 0).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => region.Slice(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => region.Slice(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => region.Slice(1, 100));
        Assert.Throws<ArgumentOutOfRangeException>(() => region.Slice(long.MaxValue, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => region.Slice(0, 101));
    }
}
