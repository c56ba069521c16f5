using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Xunit;

namespace Velox.Cryptography.Tests;

/// <summary>What is built on ARM64's instructions, over what the manual says that these do: so it runs on every machine.</summary>
public sealed unsafe class Sha256ArmRoundsTests
{
    private const int BlockSize = 64;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Blocks_hash_as_the_framework_does(int count)
    {
        (byte[] message, byte[] other) = (Padded(1, count), Padded(2, count));
        uint* state = stackalloc uint[8];
        uint* otherState = stackalloc uint[8];
        fixed (byte* blocks = message)
        fixed (byte* otherBlocks = other)
        {
            Begin(state);
            Sha256ArmRounds<ManualUnit>.Compress(state, blocks, count);
            Assert.Equal(Expected(message), Digest(state));

            Begin(state);
            Begin(otherState);
            Sha256ArmRounds<ManualUnit>.Compress(state, blocks, otherState, otherBlocks, count);
            Assert.Equal(Expected(message), Digest(state));
            Assert.Equal(Expected(other), Digest(otherState));
        }
    }

    [Fact]
    public void A_last_block_whose_sums_are_given_ends_two_messages()
    {
        byte[] first = new byte[BlockSize + 1];
        byte[] second = new byte[BlockSize + 1];
        new Random(3).NextBytes(first);
        new Random(4).NextBytes(second);
        uint* state = stackalloc uint[8];
        uint* otherState = stackalloc uint[8];
        Begin(state);
        Begin(otherState);
        fixed (byte* blocks = first)
        fixed (byte* otherBlocks = second)
            Sha256ArmRounds<ManualUnit>.Compress(state, blocks, otherState, otherBlocks, 1);
        Sha256ArmRounds<ManualUnit>.CompressSums(state, Sha256LastByte.SumsOf(first[^1]), otherState, Sha256LastByte.SumsOf(second[^1]));

        Assert.Equal(SHA256.HashData(first), Digest(state));
        Assert.Equal(SHA256.HashData(second), Digest(otherState));
    }

    /// <summary>A message that fills its blocks with the padding.</summary>
    private static byte[] Padded(int seed, int blocks)
    {
        byte[] message = new byte[blocks * BlockSize];
        new Random(seed).NextBytes(message);
        message[^9] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(message.Length - 8), 8 * (message.Length - 9));
        return message;
    }

    private static byte[] Expected(byte[] padded) => SHA256.HashData(padded.AsSpan(0, padded.Length - 9));

    private static void Begin(uint* state) => Sha256Constants.InitialState.CopyTo(new Span<uint>(state, 8));

    private static byte[] Digest(uint* state)
    {
        byte[] digest = new byte[32];
        BinaryPrimitives.ReverseEndianness(new ReadOnlySpan<uint>(state, 8), MemoryMarshal.Cast<byte, uint>(digest.AsSpan()));
        return digest;
    }

    /// <summary>Arm ARM, DDI 0487, C7.2, SHA256H to SHA256SU1, and the function SHA256hash.</summary>
    private readonly struct ManualUnit : IArmSha256Unit
    {
        public static Vector128<uint> HashUpdate1(Vector128<uint> abcd, Vector128<uint> efgh, Vector128<uint> sums) =>
            FourRounds(abcd, efgh, sums).Abcd;

        public static Vector128<uint> HashUpdate2(Vector128<uint> efgh, Vector128<uint> abcd, Vector128<uint> sums) =>
            FourRounds(abcd, efgh, sums).Efgh;

        public static Vector128<uint> ScheduleUpdate0(Vector128<uint> words0, Vector128<uint> words4)
        {
            uint[] behind = [words0[1], words0[2], words0[3], words4[0]];
            return words0 + Vector128.Create([.. behind.Select(word => Rotations(word, 7, 18) ^ (word >> 3))]);
        }

        public static Vector128<uint> ScheduleUpdate1(Vector128<uint> updated0, Vector128<uint> words8, Vector128<uint> words12)
        {
            Span<uint> words = stackalloc uint[6];
            (words[0], words[1]) = (words12[2], words12[3]);
            for (int i = 0; i < 4; i++)
            {
                uint nine = i < 3 ? words8[i + 1] : words12[0];
                words[i + 2] = updated0[i] + nine + (Rotations(words[i], 17, 19) ^ (words[i] >> 10));
            }

            return Vector128.Create(words[2], words[3], words[4], words[5]);
        }

        private static (Vector128<uint> Abcd, Vector128<uint> Efgh) FourRounds(Vector128<uint> abcd, Vector128<uint> efgh, Vector128<uint> sums)
        {
            (uint a, uint b, uint c, uint d) = (abcd[0], abcd[1], abcd[2], abcd[3]);
            (uint e, uint f, uint g, uint h) = (efgh[0], efgh[1], efgh[2], efgh[3]);
            for (int i = 0; i < 4; i++)
            {
                uint first = h + Rotations(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + sums[i];
                uint second = Rotations(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c));
                (h, g, f, e) = (g, f, e, d + first);
                (d, c, b, a) = (c, b, a, first + second);
            }

            return (Vector128.Create(a, b, c, d), Vector128.Create(e, f, g, h));
        }

        private static uint Rotations(uint word, params ReadOnlySpan<int> bits)
        {
            uint sum = 0;
            foreach (int count in bits)
                sum ^= BitOperations.RotateRight(word, count);
            return sum;
        }
    }
}
