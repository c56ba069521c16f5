using System.Security.Cryptography;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Sha256Tests
{
    public static TheoryData<Sha256Kernel> Kernels => [.. Enum.GetValues<Sha256Kernel>()];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void A_message_in_random_pieces_hashes_as_the_whole(Sha256Kernel kernel)
    {
        var random = new Random(1);
        byte[] data = new byte[5_000];
        random.NextBytes(data);
        var stream = new Sha256(kernel);
        for (int step = 0; step < 500; step++)
        {
            ReadOnlySpan<byte> message = data.AsSpan(0, random.Next(data.Length + 1));
            int longest = random.Next(1, 1_500);
            for (ReadOnlySpan<byte> rest = message; !rest.IsEmpty;)
            {
                int length = random.Next(Math.Min(longest, rest.Length) + 1);
                stream.Append(rest[..length]);
                rest = rest[length..];
            }

            Assert.True(
                stream.Finish().Span.SequenceEqual(SHA256.HashData(message)), $"step {step}: {message.Length} bytes, pieces to {longest}");
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_length_to_some_blocks_hashes_as_the_framework_does(Sha256Kernel kernel)
    {
        byte[] data = new byte[2_200];
        new Random(2).NextBytes(data);
        byte[] digest = new byte[32];
        for (int length = 0; length <= data.Length; length++)
        {
            Sha256.HashManaged(data.AsSpan(0, length), digest, kernel);
            Assert.True(digest.AsSpan().SequenceEqual(SHA256.HashData(data.AsSpan(0, length))), $"{length} bytes");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(119)]
    [InlineData(120)]
    [InlineData(1_024)]
    [InlineData(1_025)]
    [InlineData(100_000)]
    public void At_once_it_does_not_matter_who_hashes(int length)
    {
        byte[] data = new byte[length];
        new Random(length).NextBytes(data);
        byte[] digest = new byte[40];
        Sha256.HashData(data, digest);

        Assert.Equal(SHA256.HashData(data), digest[..32]);
        Assert.Equal(new byte[8], digest[32..]);
        Assert.Equal(digest[..32], Sha256.HashData(data).Span.ToArray());
    }

    [Fact]
    public void A_short_digest_is_refused_by_name_and_the_message_goes_on()
    {
        var stream = new Sha256();
        stream.Append("ab"u8);
        ArgumentException refused = Assert.Throws<ArgumentException>("digest", () => stream.Finish(new byte[31]));
        Assert.Contains("32", refused.Message, StringComparison.Ordinal);
        Assert.Contains("31", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("digest", () => Sha256.HashData([], new byte[31]));

        stream.Append("c"u8);
        Assert.Equal(SHA256.HashData("abc"u8), stream.Finish().Span.ToArray());
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var stream = new Sha256();
        byte[] data = new byte[3_000];
        Hash();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Hash();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Hash()
        {
            for (int length = 0; length <= data.Length; length += 50)
            {
                stream.Append(data.AsSpan(0, length));
                stream.Finish();
                Sha256.HashData(data.AsSpan(0, length));
            }
        }
    }
}
