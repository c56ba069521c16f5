using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Keccak256Tests
{
    public static TheoryData<VectorWidth> EveryWidth => [VectorWidth.None, VectorWidth.Bits128, VectorWidth.Bits256, VectorWidth.Bits512];

    /// <summary>Of the submission's known answers (KeccakKAT-3, ShortMsgKAT_256 and LongMsgKAT_256): 0, 8, 16, 920 and 2,048 bits.</summary>
    public static TheoryData<string, string> Published => new()
    {
        { "", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470" },
        { "cc", "eead6dbfc7340a56caedc044696a168870549a6a7f6f56961e84a54bd9970b8a" },
        { "41fb", "a8eaceda4d47b3281a795ad9e1ea2122b407baf9aabcb9e18b5717b7873537d2" },
        {
            "b55c10eae0ec684c16d13463f29291bf26c82e2fa0422a99c71db4af14dd9c7f33eda52fd73d017cc0f2dbe734d831f0d820d06d5f89dacc"
            + "485739144f8cfd4799223b1aff9031a105cb6a029ba71e6e5867d85a554991c38df3c9ef8c1e1e9a7630be61caabca69280c399c1fb7a12d"
            + "12aefc",
            "0347901965d3635005e75a1095695cca050bc9ed2d440c0372a31b348514a889"
        },
        {
            "724627916c50338643e6996f07877eafd96bdf01da7e991d4155b9be1295ea7d21c9391f4c4a41c75f77e5d27389253393725f1427f57914"
            + "b273ab862b9e31dabce506e558720520d33352d119f699e784f9e548ff91bc35ca147042128709820d69a8287ea3257857615eb0321270e9"
            + "4b84f446942765ce882b191faee7e1c87e0f0bd4e0cd8a927703524b559b769ca4ece1f6dbf313fdcf67c572ec4185c1a88e86ec11b6454b"
            + "371980020f19633b6b95bd280e4fbcb0161e1a82470320cec6ecfa25ac73d09f1536f286d3f9dacafb2cd1d0ce72d64d197f5c7520b3ccb2"
            + "fd74eb72664ba93853ef41eabf52f015dd591500d018dd162815cc993595b195",
            "ea0e416c0f7b4f11e3f00479fddf954f2539e5e557753bd546f69ee375a5de29"
        },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void Published_messages_hash_as_published(string message, string expected)
    {
        byte[] bytes = Convert.FromHexString(message);
        byte[] hash = new byte[32];
        Keccak256.Hash(bytes, hash);

        Assert.Equal(expected, Convert.ToHexStringLower(hash));
        Assert.Equal(expected, Convert.ToHexStringLower(Keccak256.Hash(bytes).Span));
    }

    [Fact]
    public void It_is_not_SHA3()
    {
        byte[] abc = Encoding.ASCII.GetBytes("abc");

        Assert.Equal(ReferenceKeccak.Hash(abc, 0x01), Keccak256.Hash(abc).Span.ToArray());
        Assert.NotEqual(ReferenceKeccak.Hash(abc, 0x06), Keccak256.Hash(abc).Span.ToArray());
    }

    [Fact]
    public void Every_length_of_several_blocks_is_the_references()
    {
        byte[] data = Pattern(700);
        byte[] hash = new byte[32];
        for (int length = 0; length <= data.Length; length++)
        {
            Keccak256.Hash(data.AsSpan(0, length), hash);
            Assert.True(ReferenceKeccak.Hash(data[..length], 0x01).AsSpan().SequenceEqual(hash), $"{length} bytes");
        }
    }

    [Fact]
    public void With_the_other_padding_it_is_the_frameworks_SHA3()
    {
        if (!SHA3_256.IsSupported)
            Assert.Skip("This system has no SHA-3.");

        byte[] data = Pattern(1_000);
        byte[] hash = new byte[32];
        for (int length = 0; length <= data.Length; length++)
        {
            Keccak256.Hash(data.AsSpan(0, length), hash, KeccakSponge.Sha3Padding);
            Assert.True(SHA3_256.HashData(data.AsSpan(0, length)).AsSpan().SequenceEqual(hash), $"{length} bytes");
        }
    }

    [Fact]
    public void Slices_of_any_sizes_make_no_difference_and_a_hasher_goes_on_after_its_hash()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        var hasher = new Keccak256Hasher();
        byte[] hash = new byte[32];
        for (int round = 0; round < 50; round++)
        {
            hasher.Reset();
            byte[] data = Pattern(random.Next(2_000));
            for (int done = 0; done < data.Length;)
            {
                int slice = Math.Min(data.Length - done, random.Next(random.Next(2) == 0 ? 10 : 400));
                hasher.Append(data.AsSpan(done, slice));
                done += slice;
                hasher.Finish(hash);
                if (random.Next(4) == 0 || done == data.Length)
                    Assert.True(ReferenceKeccak.Hash(data[..done], 0x01).AsSpan().SequenceEqual(hash), $"seed {seed}, round {round}, {done} bytes");
            }
        }
    }

    [Theory]
    [MemberData(nameof(EveryWidth))]
    public void Many_messages_hash_as_each_by_itself(VectorWidth width)
    {
        foreach (int length in (int[])[0, 1, 32, 135, 136, 137, 271, 272, 273, 500])
        {
            foreach (int count in (int[])[0, 1, 2, 3, 4, 7, 8, 17])
            {
                byte[] messages = new byte[length * count];
                new Random(length).NextBytes(messages);
                byte[] hashes = new byte[32 * count];
                Keccak256.HashMany(messages, length, hashes, width);
                for (int i = 0; i < count; i++)
                {
                    byte[] expected = ReferenceKeccak.Hash(messages[(length * i)..(length * (i + 1))], 0x01);
                    Assert.True(expected.AsSpan().SequenceEqual(hashes.AsSpan(32 * i, 32)), $"{i} of {count} with {length} bytes");
                }
            }
        }
    }

    [Fact]
    public void Wrong_lengths_are_refused_by_name()
    {
        Assert.Equal("hash", Assert.Throws<ArgumentException>(() => Keccak256.Hash([], new byte[31])).ParamName);
        Assert.Equal("hash", Assert.Throws<ArgumentException>(() => new Keccak256Hasher().Finish(new byte[33])).ParamName);
        Assert.Equal("hashes", Assert.Throws<ArgumentException>(() => Keccak256.HashMany(new byte[10], 10, new byte[31])).ParamName);
        Assert.Equal("messages", Assert.Throws<ArgumentException>(() => Keccak256.HashMany(new byte[11], 10, new byte[32])).ParamName);
        Assert.Equal("length", Assert.Throws<ArgumentOutOfRangeException>(() => Keccak256.HashMany([], -1, [])).ParamName);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        byte[] data = Pattern(1_600);
        byte[] hashes = new byte[320];
        var hasher = new Keccak256Hasher();
        Use();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Use();

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Use()
        {
            Keccak256.Hash(data);
            Keccak256.HashMany(data, 160, hashes);
            hasher.Reset();
            hasher.Append(data);
            hasher.Finish(hashes.AsSpan(0, 32));
        }
    }

    private static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i % 251))];
}
