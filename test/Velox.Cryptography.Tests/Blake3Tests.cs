using System.Text;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Blake3Tests
{
    private static readonly VectorWidth[] Widths = [VectorWidth.None, VectorWidth.Bits128, VectorWidth.Bits256, VectorWidth.Bits512];

    // Of the official vectors (BLAKE3-team/BLAKE3, test_vectors/test_vectors.json): the inputs repeat the bytes 0 to 250.
    private static readonly byte[] OfficialKey = Encoding.ASCII.GetBytes("whats the Elvish word for friend");
    private static readonly byte[] OfficialContext = Encoding.ASCII.GetBytes("BLAKE3 2019-12-27 16:29:52 test vectors context");

    private const string Official1025 =
            "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444f4c4a22b4b399155358a994e52bf255d"
            + "e60035742ec71bd08ac275a1b51cc6bfe332b0ef84b409108cda080e6269ed4b3e2c3f7d722aa4cdc98d16deb554e562"
            + "7be8f955c98e1d5f9565a9194cad0c4285f93700062d9595adb992ae68ff12800ab67a";

    /// <summary>Length, hash, keyed hash, derived key.</summary>
    public static TheoryData<int, string, string, string> Official => new()
    {
        { 0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262", "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26", "2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d" },
        { 1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213", "6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b", "b3e2e340a117a499c6cf2398a19ee0d29cca2bb7404c73063382693bf66cb06c" },
        { 63, "e9bc37a594daad83be9470df7f7b3798297c3d834ce80ba85d6e207627b7db7b", "bb1eb5d4afa793c1ebdd9fb08def6c36d10096986ae0cfe148cd101170ce37ae", "b6451e30b953c206e34644c6803724e9d2725e0893039cfc49584f991f451af3" },
        { 64, "4eed7141ea4a5cd4b788606bd23f46e212af9cacebacdc7d1f4c6dc7f2511b98", "ba8ced36f327700d213f120b1a207a3b8c04330528586f414d09f2f7d9ccb7e6", "a5c4a7053fa86b64746d4bb688d06ad1f02a18fce9afd3e818fefaa7126bf73e" },
        { 65, "de1e5fa0be70df6d2be8fffd0e99ceaa8eb6e8c93a63f2d8d1c30ecb6b263dee", "c0a4edefa2d2accb9277c371ac12fcdbb52988a86edc54f0716e1591b4326e72", "51fd05c3c1cfbc8ed67d139ad76f5cf8236cd2acd26627a30c104dfd9d3ff8a8" },
        { 1023, "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11", "c951ecdf03288d0fcc96ee3413563d8a6d3589547f2c2fb36d9786470f1b9d6e", "74a16c1c3d44368a86e1ca6df64be6a2f64cce8f09220787450722d85725dea5" },
        { 1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7", "75c46f6f3d9eb4f55ecaaee480db732e6c2105546f1e675003687c31719c7ba4", "7356cd7720d5b66b6d0697eb3177d9f8d73a4a5c5e968896eb6a689684302706" },
        { 1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444", "357dc55de0c7e382c900fd6e320acc04146be01db6a8ce7210b7189bd664ea69", "effaa245f065fbf82ac186839a249707c3bddf6d3fdda22d1b95a3c970379bcb" },
        { 2048, "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a", "879cf1fa2ea0e79126cb1063617a05b6ad9d0b696d0d757cf053439f60a99dd1", "7b2945cb4fef70885cc5d78a87bf6f6207dd901ff239201351ffac04e1088a23" },
        { 2049, "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030", "9f29700902f7c86e514ddc4df1e3049f258b2472b6dd5267f61bf13983b78dd5", "2ea477c5515cc3dd606512ee72bb3e0e758cfae7232826f35fb98ca1bcbdf273" },
        { 3072, "b98cb0ff3623be03326b373de6b9095218513e64f1ee2edd2525c7ad1e5cffd2", "044a0e7b172a312dc02a4c9a818c036ffa2776368d7f528268d2e6b5df191770", "050df97f8c2ead654d9bb3ab8c9178edcd902a32f8495949feadcc1e0480c46b" },
        { 31744, "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47", "efa53b389ab67c593dba624d898d0f7353ab99e4ac9d42302ee64cbf9939a419", "39772aef80e0ebe60596361e45b061e8f417429d529171b6764468c22928e28e" },
        { 102400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085", "1c35d1a5811083fd7119f5d5d1ba027b4d01c0c6c49fb6ff2cf75393ea5db4a7", "4652cff7a3f385a6103b5c260fc1593e13c778dbe608efb092fe7ee69df6e9c6" },
    };

    public static TheoryData<VectorWidth> EveryWidth => [.. Widths];

    [Theory]
    [MemberData(nameof(Official))]
    public void The_official_vectors_hold_in_every_width(int length, string hash, string keyedHash, string derivedKey)
    {
        byte[] data = Pattern(length);
        byte[] output = new byte[32];
        foreach (VectorWidth width in Widths)
        {
            Blake3.Hash(data, output, width);
            Assert.Equal(hash, Convert.ToHexStringLower(output));
            Blake3.KeyedHash(OfficialKey, data, output, width);
            Assert.Equal(keyedHash, Convert.ToHexStringLower(output));
            Blake3.DeriveKey(OfficialContext, data, output, width);
            Assert.Equal(derivedKey, Convert.ToHexStringLower(output));
        }
    }

    [Theory]
    [MemberData(nameof(Official))]
    public void The_hasher_gives_the_official_vectors_for_pieces(int length, string hash, string keyedHash, string derivedKey)
    {
        byte[] data = Pattern(length);
        foreach (int piece in (int[])[1, 63, 64, 65, 1_000, 1_024, 3_000, 200_000])
        {
            Assert.Equal(hash, InPieces(new Blake3Hasher(), data, piece));
            Assert.Equal(keyedHash, InPieces(Blake3Hasher.Keyed(OfficialKey), data, piece));
            Assert.Equal(derivedKey, InPieces(Blake3Hasher.ForContext(OfficialContext), data, piece));
        }
    }

    [Theory]
    [MemberData(nameof(EveryWidth))]
    public void Long_output_is_the_official_one_and_begins_with_the_short(VectorWidth width)
    {
        byte[] data = Pattern(1_025);
        for (int length = 0; length <= Official1025.Length / 2; length++)
        {
            byte[] output = new byte[length];
            Blake3.Hash(data, output, width);
            Assert.Equal(Official1025[..(2 * length)], Convert.ToHexStringLower(output));
        }
    }

    [Fact]
    public void Every_length_to_five_chunks_is_the_references()
    {
        byte[] data = Pattern(5_000);
        byte[] output = new byte[64];
        for (int length = 0; length <= data.Length; length++)
        {
            byte[] expected = ReferenceBlake3.Hash(data[..length], 64);
            // Each length in one width, each width at every fourth length and around every chunk's end.
            foreach (VectorWidth width in Widths)
            {
                if (length % 4 != (int)width / 128 % 4 && length % 1_024 is > 1 and < 1_023)
                    continue;
                Blake3.Hash(data.AsSpan(0, length), output, width);
                Assert.True(expected.AsSpan().SequenceEqual(output), $"{length} bytes in {width}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(EveryWidth))]
    public void Long_random_data_and_output_are_the_references(VectorWidth width)
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        for (int round = 0; round < 4; round++)
        {
            byte[] data = RandomBytes(random, random.Next(300_000));
            byte[] key = RandomBytes(random, 32);
            byte[] output = new byte[random.Next(3_000)];
            string about = $"seed {seed}, round {round}, {data.Length} bytes to {output.Length} in {width}";

            Blake3.KeyedHash(key, data, output, width);
            Assert.True(ReferenceBlake3.KeyedHash(key, data, output.Length).AsSpan().SequenceEqual(output), about);
            Blake3.DeriveKey(key, data, output, width);
            Assert.True(ReferenceBlake3.DeriveKey(key, data, output.Length).AsSpan().SequenceEqual(output), about);
        }
    }

    [Theory]
    [MemberData(nameof(EveryWidth))]
    public void Pieces_of_any_sizes_make_no_difference_and_a_hasher_goes_on_after_its_hash(VectorWidth width)
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        var hasher = new Blake3Hasher(ReferenceBlake3.InitialValue, Blake3Flags.None, width);
        byte[] output = new byte[32];
        for (int round = 0; round < 8; round++)
        {
            hasher.Reset();
            byte[] data = RandomBytes(random, random.Next(150_000));
            for (int done = 0; done < data.Length;)
            {
                int piece = Math.Min(data.Length - done, 1 << random.Next(18));
                hasher.Append(data.AsSpan(done, piece));
                done += piece;
                hasher.Finish(output);
                if (random.Next(8) == 0 || done == data.Length)
                    Assert.True(ReferenceBlake3.Hash(data[..done], 32).AsSpan().SequenceEqual(output), $"seed {seed}, round {round}, {done} bytes");
            }
        }
    }

    [Theory]
    [MemberData(nameof(EveryWidth))]
    public void Output_can_be_taken_from_any_place(VectorWidth width)
    {
        byte[] all = ReferenceBlake3.Hash([1, 2, 3], 5_000);
        var hasher = new Blake3Hasher(ReferenceBlake3.InitialValue, Blake3Flags.None, width);
        hasher.Append([1, 2, 3]);
        foreach (int offset in (int[])[0, 1, 63, 64, 65, 1_000, 1_024, 4_999])
        {
            foreach (int length in (int[])[0, 1, 63, 64, 65, 128, 500, 1_023, 1_024, 2_048])
            {
                byte[] output = new byte[Math.Min(length, all.Length - offset)];
                hasher.Finish(output, (ulong)offset);
                Assert.True(all.AsSpan(offset, output.Length).SequenceEqual(output), $"{output.Length} bytes from {offset} in {width}");
            }
        }
    }

    [Fact]
    public void Output_beyond_4_GiB_blocks_is_the_same_in_every_width()
    {
        // The counter's high word: the reference counts so far only from zero, so the widths check each other.
        ulong offset = (64ul << 32) - 64;
        byte[][] outputs = [.. Widths.Select(width =>
        {
            var hasher = new Blake3Hasher(ReferenceBlake3.InitialValue, Blake3Flags.None, width);
            hasher.Append([7]);
            byte[] output = new byte[2_048];
            hasher.Finish(output, offset);
            return output;
        })];

        Assert.All(outputs, output => Assert.Equal(outputs[0], output));
        Assert.NotEqual(outputs[0][..64], outputs[0][64..128]);
    }

    [Theory]
    [MemberData(nameof(EveryWidth))]
    public void Many_messages_hash_as_each_by_itself(VectorWidth width)
    {
        foreach (int length in (int[])[0, 1, 32, 64, 65, 165, 1_023, 1_024, 1_025, 3_000])
        {
            foreach (int count in (int[])[0, 1, 2, 3, 4, 5, 8, 9, 16, 17, 40])
            {
                byte[] messages = RandomBytes(new Random(length), length * count);
                byte[] hashes = new byte[32 * count];
                Blake3.HashMany(messages, length, hashes, width);
                for (int i = 0; i < count; i++)
                {
                    byte[] expected = ReferenceBlake3.Hash(messages[(length * i)..(length * (i + 1))], 32);
                    Assert.True(expected.AsSpan().SequenceEqual(hashes.AsSpan(32 * i, 32)), $"{i} of {count} with {length} bytes");
                }
            }
        }
    }

    [Fact]
    public void The_public_calls_agree_with_the_hash_of_the_usual_length()
    {
        byte[] data = Pattern(165);
        byte[] output = new byte[32];
        Blake3.Hash(data, output);

        Assert.Equal(ReferenceBlake3.Hash(data, 32), output);
        Assert.Equal(output, Blake3.Hash(data).Span.ToArray());
    }

    [Fact]
    public void Wrong_lengths_are_refused_by_name()
    {
        Assert.Equal("key", Assert.Throws<ArgumentException>(() => Blake3.KeyedHash(new byte[31], [], new byte[32])).ParamName);
        Assert.Equal("key", Assert.Throws<ArgumentException>(() => Blake3Hasher.Keyed(new byte[33])).ParamName);
        Assert.Equal("hashes", Assert.Throws<ArgumentException>(() => Blake3.HashMany(new byte[10], 10, new byte[31])).ParamName);
        Assert.Equal("messages", Assert.Throws<ArgumentException>(() => Blake3.HashMany(new byte[11], 10, new byte[32])).ParamName);
        Assert.Equal("length", Assert.Throws<ArgumentOutOfRangeException>(() => Blake3.HashMany([], -1, [])).ParamName);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        byte[] data = Pattern(70_000);
        byte[] output = new byte[2_048];
        var hasher = new Blake3Hasher();
        Use();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Use();

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Use()
        {
            Blake3.Hash(data, output);
            Blake3.HashMany(data.AsSpan(0, 64 * 65), 65, output);
            hasher.Reset();
            hasher.Append(data);
            hasher.Finish(output, 77);
        }
    }

    private static string InPieces(Blake3Hasher hasher, byte[] data, int piece)
    {
        for (int done = 0; done < data.Length; done += piece)
            hasher.Append(data.AsSpan(done, Math.Min(piece, data.Length - done)));
        byte[] output = new byte[32];
        hasher.Finish(output);
        return Convert.ToHexStringLower(output);
    }

    private static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i % 251))];

    private static byte[] RandomBytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
