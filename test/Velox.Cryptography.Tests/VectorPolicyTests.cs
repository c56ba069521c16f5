using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class VectorPolicyTests
{
    [Theory]
    [InlineData("none", VectorWidth.None)]
    [InlineData("128", VectorWidth.Bits128)]
    [InlineData("256", VectorWidth.Bits256)]
    [InlineData("512", VectorWidth.Bits512)]
    public void A_width_can_be_forced(string text, VectorWidth expected) =>
        Assert.Equal(expected, VectorPolicy.Parse(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("auto")]
    public void Without_a_choice_the_processor_decides(string? text) =>
        Assert.Equal(VectorPolicy.Hardware, VectorPolicy.Parse(text));

    [Fact]
    public void A_width_that_there_is_not_is_refused_by_name()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => VectorPolicy.Parse("1024"));

        Assert.Contains("VELOX_VECTOR_WIDTH", refused.Message, StringComparison.Ordinal);
        Assert.Contains("1024", refused.Message, StringComparison.Ordinal);
    }
}
