using Velox.Testing;
using Xunit;

namespace Velox.Cryptography.Tests;

/// <summary>NIST's vectors for implementations on bytes (CAVP).</summary>
public sealed class Sha256VectorTests
{
    public static TheoryData<Sha256Kernel> Kernels => [.. Enum.GetValues<Sha256Kernel>()];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Short_messages(Sha256Kernel kernel) => CheckMessages("SHA256ShortMsg.rsp", 65, kernel);

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Long_messages(Sha256Kernel kernel) => CheckMessages("SHA256LongMsg.rsp", 64, kernel);

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Short_and_long_messages_in_every_lane(Sha256Kernel kernel)
    {
        const int Copies = 17;
        foreach ((byte[] message, byte[] digest) in ReadMessages("SHA256ShortMsg.rsp").Concat(ReadMessages("SHA256LongMsg.rsp")))
        {
            byte[] digests = new byte[Copies * 32];
            Sha256Lanes.Hash(new Sha256Batch(Copies, message.Length, InputStride: 0), message, digests, kernel);
            Assert.All(digests.Chunk(32), actual => Assert.Equal(digest, actual));
        }
    }

    /// <summary>Each of 100 results is the last of 1,000 digests, each of the three before it (SHAVS, section 6.4).</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Monte_Carlo(Sha256Kernel kernel)
    {
        string[] lines = File.ReadAllLines(VectorFiles.Require("crypto/cavp-sha256/SHA256Monte.rsp"));
        byte[] seed = Values(lines, "Seed").Single();
        byte[][] expected = [.. Values(lines, "MD")];
        Assert.Equal(100, expected.Length);
        foreach (byte[] digest in expected)
        {
            byte[] message = [.. seed, .. seed, .. seed];
            for (int i = 0; i < 1_000; i++)
            {
                Sha256.HashManaged(message, seed, kernel);
                message.AsSpan(32).CopyTo(message);
                seed.CopyTo(message, 64);
            }

            Assert.Equal(digest, seed);
        }
    }

    private static void CheckMessages(string file, int count, Sha256Kernel kernel)
    {
        var stream = new Sha256(kernel);
        int checkedMessages = 0;
        foreach ((byte[] message, byte[] digest) in ReadMessages(file))
        {
            stream.Append(message);
            Assert.Equal(digest, stream.Finish().Span.ToArray());
            Assert.Equal(digest, Sha256.HashData(message).Span.ToArray());
            checkedMessages++;
        }

        Assert.Equal(count, checkedMessages);
    }

    private static IEnumerable<(byte[] Message, byte[] Digest)> ReadMessages(string file)
    {
        string[] lines = File.ReadAllLines(VectorFiles.Require("crypto/cavp-sha256/" + file));
        int[] lengths = [.. Texts(lines, "Len").Select(bits => int.Parse(bits, System.Globalization.CultureInfo.InvariantCulture) / 8)];
        return Values(lines, "Msg").Zip(lengths, (message, length) => message[..length]).Zip(Values(lines, "MD"));
    }

    private static IEnumerable<byte[]> Values(string[] lines, string name) => Texts(lines, name).Select(Convert.FromHexString);

    private static IEnumerable<string> Texts(string[] lines, string name) => lines
        .Where(line => line.StartsWith(name + " = ", StringComparison.Ordinal)).Select(line => line[(name.Length + 3)..].Trim());
}
