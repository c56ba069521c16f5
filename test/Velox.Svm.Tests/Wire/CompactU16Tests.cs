using Xunit;

namespace Velox.Svm.Tests;

public sealed class CompactU16Tests
{
    [Theory]
    [InlineData(0x0000, "00")]
    [InlineData(0x007F, "7F")]
    [InlineData(0x0080, "8001")]
    [InlineData(0x00FF, "FF01")]
    [InlineData(0x0100, "8002")]
    [InlineData(0x3FFF, "FF7F")]
    [InlineData(0x4000, "808001")]
    [InlineData(0xFFFF, "FFFF03")]
    public void Values_at_the_length_borders_have_their_known_bytes(int value, string expectedHex)
    {
        byte[] bytes = new byte[CompactU16.EncodedLength((ushort)value)];

        Assert.Equal(bytes.Length, CompactU16.Encode((ushort)value, bytes));
        Assert.Equal(expectedHex, Convert.ToHexString(bytes));
        Assert.Equal(WireError.None, CompactU16.Decode(bytes, out ushort decoded, out int bytesRead));
        Assert.Equal((value, bytes.Length), (decoded, bytesRead));
    }

    [Theory]
    [InlineData("8000")]
    [InlineData("FF00")]
    [InlineData("808000")]
    [InlineData("FF8100")]
    [InlineData("808004")]
    [InlineData("FFFF7F")]
    [InlineData("80808000")]
    [InlineData("FFFFFF03")]
    public void Longer_forms_and_larger_values_are_invalid(string hex)
    {
        Assert.Equal(
            WireError.InvalidCompactU16,
            CompactU16.Decode(Convert.FromHexString(hex), out ushort value, out int bytesRead));
        Assert.Equal((0, 0), (value, bytesRead));
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("FFFF")]
    public void Missing_bytes_are_reported_as_truncated(string hex) =>
        Assert.Equal(WireError.Truncated, CompactU16.Decode(Convert.FromHexString(hex), out _, out _));

    [Fact]
    public void Of_all_three_byte_strings_exactly_those_that_begin_with_an_encoding_decode()
    {
        Span<byte> bytes = stackalloc byte[3];
        Span<byte> encoded = stackalloc byte[3];
        int accepted = 0;
        for (int word = 0; word < 1 << 24; word++)
        {
            bytes[0] = (byte)word;
            bytes[1] = (byte)(word >> 8);
            bytes[2] = (byte)(word >> 16);
            if (CompactU16.Decode(bytes, out ushort value, out int bytesRead) != WireError.None)
                continue;

            accepted++;
            int length = CompactU16.Encode(value, encoded);
            if (length != bytesRead || !encoded[..length].SequenceEqual(bytes[..length]))
                Assert.Fail($"{Convert.ToHexString(bytes)} decodes to {value} from {bytesRead} bytes.");
        }

        // Each of the 65,536 values once for every continuation of its shortest form.
        Assert.Equal(128 * 65_536 + (16_384 - 128) * 256 + (65_536 - 16_384), accepted);
    }

    [Fact]
    public void Encoding_into_too_short_a_span_names_the_need() =>
        Assert.Contains(
            "at least 2", Assert.Throws<ArgumentException>(() => CompactU16.Encode(128, new byte[1])).Message);
}
