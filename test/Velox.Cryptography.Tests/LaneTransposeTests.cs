using System.Runtime.Intrinsics;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class LaneTransposeTests
{
    [Theory]
    [InlineData(1, 16)]
    [InlineData(4, 16)]
    [InlineData(8, 16)]
    [InlineData(16, 16)]
    [InlineData(4, 8)]
    [InlineData(8, 8)]
    [InlineData(16, 8)]
    public unsafe void Rows_have_one_word_of_each_lane_and_turn_back(int lanes, int words)
    {
        uint[] blocks = [.. Enumerable.Range(0, lanes * words).Select(i => 0x9E3779B9 * (uint)i)];
        uint[] rows = new uint[blocks.Length];
        uint[] back = new uint[blocks.Length];
        byte** addresses = stackalloc byte*[lanes];
        fixed (uint* first = blocks, row = rows, again = back)
        {
            for (int lane = 0; lane < lanes; lane++)
                addresses[lane] = (byte*)(first + (lane * words));
            LaneTranspose.ToRows(addresses, lanes, words, row);
            LaneTranspose.FromRows(row, lanes, words, again);
        }

        for (int i = 0; i < rows.Length; i++)
            Assert.Equal(blocks[(i % lanes * words) + (i / lanes)], rows[i]);
        Assert.Equal(blocks, back);
    }

    [Fact]
    public void What_other_processors_do_gives_the_same_pairs()
    {
        var even = Vector128.Create(0u, 2, 4, 6);
        var odd = Vector128.Create(1u, 3, 5, 7);

        Assert.Equal(Vector128.Create(0u, 1, 2, 3), LaneTranspose.PortableZip(even, odd, 0));
        Assert.Equal(Vector128.Create(4u, 5, 6, 7), LaneTranspose.PortableZip(even, odd, 2));
    }
}
