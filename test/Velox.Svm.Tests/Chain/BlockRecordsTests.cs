using Xunit;

namespace Velox.Svm.Tests;

public sealed class BlockRecordsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(2_048)]
    [InlineData(2_049)]
    [InlineData(5_000)]
    public void Each_record_stays_where_it_was_added(int count)
    {
        byte[][] added = [.. Enumerable.Range(0, count).Select(i => BitConverter.GetBytes(i))];
        var records = new BlockRecords();
        foreach (byte[] bytes in added)
            records.Add(bytes, default);

        Assert.Equal(count, records.Count);
        for (int i = 0; i < count; i++)
            Assert.Same(added[i], records.View(i).Bytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => records.View(count));
        Assert.Throws<ArgumentOutOfRangeException>(() => records.View(-1));
    }
}
