using Xunit;

namespace Velox.Primitives.Tests;

public class CoreListTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("\n", "")]
    [InlineData("0", "0")]
    [InlineData("0-3\n", "0 1 2 3")]
    [InlineData("0-1,8,10-11", "0 1 8 10 11")]
    [InlineData("7,3,3-4", "3 4 7")]
    [InlineData("8191", "8191")]
    public void A_list_of_the_kernel_is_read(string text, string numbers) =>
        Assert.Equal(numbers, string.Join(' ', CoreList.Parse(text)!));

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("3-1")]
    [InlineData("1-2-3")]
    [InlineData("1 2")]
    [InlineData("8192")]
    [InlineData("0-4294967295")]
    [InlineData("(null)")]
    public void What_is_no_list_is_null(string text) => Assert.Null(CoreList.Parse(text));

    [Fact]
    public void Reading_gives_back_what_was_written()
    {
        const int Seed = 31;
        var random = new Random(Seed);
        for (int round = 0; round < 500; round++)
        {
            int[] numbers = [.. Enumerable.Range(0, random.Next(200)).Where(_ => random.Next(3) > 0)];
            string text = CoreList.Format(numbers);
            if (numbers.Length == 0)
                Assert.Equal("none", text);
            else
                Assert.True(numbers.SequenceEqual(CoreList.Parse(text)!), $"seed {Seed}, round {round}: {text}");
        }
    }
}
