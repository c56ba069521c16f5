using Xunit;

namespace Velox.Primitives.Tests;

public class CounterTests
{
    [Fact]
    public void Additions_of_several_threads_all_count()
    {
        var counter = new Counter();
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 200_000; i++)
            {
                counter.Increment();
                counter.Add(2);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Equal(4 * 200_000 * 3, counter.Value);
    }
}
