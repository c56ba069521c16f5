using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Sha256PolicyTests
{
    [Theory]
    [InlineData("scalar", Sha256Kernel.Scalar)]
    [InlineData("lanes4", Sha256Kernel.Lanes4)]
    [InlineData("lanes8", Sha256Kernel.Lanes8)]
    [InlineData("lanes16", Sha256Kernel.Lanes16)]
    [InlineData("instructions", Sha256Kernel.Instructions)]
    [InlineData("instructions+lanes", Sha256Kernel.InstructionsAndLanes)]
    public void A_kernel_can_be_forced_where_it_can_run(string text, Sha256Kernel expected) =>
        Assert.Equal(Sha256Policy.Resolve(expected), Sha256Policy.Parse(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("auto")]
    public void Without_a_choice_the_fastest_that_the_processor_accelerates_is_in_use(string? text)
    {
        Sha256Kernel kernel = Sha256Policy.Parse(text);

        Assert.Equal(Sha256Policy.InstructionsRefusal is null, kernel >= Sha256Kernel.Instructions);
        if (VectorPolicy.Width == VectorPolicy.Hardware)
            Assert.Equal(Sha256Policy.Accelerated[^1], kernel);
    }

    [Theory]
    [InlineData(Sha256Kernel.Instructions, VectorWidth.None, Sha256Kernel.Scalar)]
    [InlineData(Sha256Kernel.Instructions, VectorWidth.Bits128, Sha256Kernel.Lanes4)]
    [InlineData(Sha256Kernel.Instructions, VectorWidth.Bits256, Sha256Kernel.Lanes8)]
    [InlineData(Sha256Kernel.InstructionsAndLanes, VectorWidth.Bits512, Sha256Kernel.Lanes16)]
    [InlineData(Sha256Kernel.Lanes16, VectorWidth.Bits128, Sha256Kernel.Lanes16)]
    [InlineData(Sha256Kernel.Scalar, VectorWidth.Bits512, Sha256Kernel.Scalar)]
    public void Without_the_instructions_vectors_take_their_place(Sha256Kernel kernel, VectorWidth width, Sha256Kernel expected)
    {
        Assert.Equal(expected, Sha256Policy.Resolve(kernel, hasInstructions: false, width));
        Assert.Equal(kernel, Sha256Policy.Resolve(kernel, hasInstructions: true, width));
    }

    [Fact]
    public void A_kernel_that_there_is_not_is_refused_by_name()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => Sha256Policy.Parse("abacus"));

        Assert.Contains("VELOX_SHA256", refused.Message, StringComparison.Ordinal);
        Assert.Contains("abacus", refused.Message, StringComparison.Ordinal);
    }
}
