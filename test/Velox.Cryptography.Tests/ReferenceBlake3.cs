using System.Buffers.Binary;
using System.Numerics;

namespace Velox.Cryptography.Tests;

/// <summary>BLAKE3 as its paper defines it: a recursion over the tree, one word at a time.</summary>
internal static class ReferenceBlake3
{
    private const int ChunkSize = 1024;
    private const int BlockSize = 64;
    private const uint ChunkStart = 1, ChunkEnd = 2, ParentNode = 4, Root = 8;

    internal const uint Plain = 0, Keyed = 16, DeriveContext = 32, DeriveMaterial = 64;

    internal static readonly uint[] InitialValue =
        [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19];

    private static readonly int[] Permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];

    private readonly record struct Node(uint[] Chaining, uint[] Block, ulong Counter, uint Length, uint Flags);

    internal static byte[] Hash(byte[] data, int outputLength) => Hash(InitialValue, Plain, data, outputLength);

    internal static byte[] KeyedHash(byte[] key, byte[] data, int outputLength) => Hash(Words(key, 8), Keyed, data, outputLength);

    internal static byte[] DeriveKey(byte[] context, byte[] material, int outputLength) =>
        Hash(Words(Hash(InitialValue, DeriveContext, context, 32), 8), DeriveMaterial, material, outputLength);

    private static byte[] Hash(uint[] key, uint mode, byte[] data, int outputLength)
    {
        Node root = Tree(data, 0, key, mode);
        byte[] output = new byte[outputLength];
        for (int start = 0; start < outputLength; start += BlockSize)
        {
            byte[] block = new byte[BlockSize];
            uint[] words = Compress(root with { Counter = (ulong)(start / BlockSize), Flags = root.Flags | Root });
            for (int i = 0; i < 16; i++)
                BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(4 * i), words[i]);
            block.AsSpan(0, Math.Min(BlockSize, outputLength - start)).CopyTo(output.AsSpan(start));
        }

        return output;
    }

    private static Node Tree(ReadOnlySpan<byte> data, ulong firstChunk, uint[] key, uint mode)
    {
        if (data.Length <= ChunkSize)
            return Chunk(data, firstChunk, key, mode);

        // On the left the largest whole tree that leaves something for the right.
        int chunksLeft = (int)BitOperations.RoundUpToPowerOf2((uint)((data.Length + ChunkSize - 1) / ChunkSize)) / 2;
        uint[] left = Compress(Tree(data[..(chunksLeft * ChunkSize)], firstChunk, key, mode));
        uint[] right = Compress(Tree(data[(chunksLeft * ChunkSize)..], firstChunk + (ulong)chunksLeft, key, mode));
        return new Node(key, [.. left[..8], .. right[..8]], 0, BlockSize, mode | ParentNode);
    }

    private static Node Chunk(ReadOnlySpan<byte> data, ulong number, uint[] key, uint mode)
    {
        uint[] chaining = key;
        uint start = ChunkStart;
        while (data.Length > BlockSize)
        {
            chaining = Compress(new Node(chaining, Words(data[..BlockSize], 16), number, BlockSize, mode | start))[..8];
            start = 0;
            data = data[BlockSize..];
        }

        return new Node(chaining, Words(data, 16), number, (uint)data.Length, mode | start | ChunkEnd);
    }

    private static uint[] Compress(Node node)
    {
        uint[] message = node.Block;
        uint[] v =
            [.. node.Chaining, .. InitialValue[..4], (uint)node.Counter, (uint)(node.Counter >> 32), node.Length, node.Flags];
        for (int round = 0; round < 7; round++)
        {
            for (int i = 0; i < 4; i++)
                Mix(v, i, 4 + i, 8 + i, 12 + i, message[2 * i], message[(2 * i) + 1]);
            for (int i = 0; i < 4; i++)
                Mix(v, i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4), message[8 + (2 * i)], message[9 + (2 * i)]);
            message = Array.ConvertAll(Permutation, index => message[index]);
        }

        for (int i = 0; i < 8; i++)
        {
            v[i] ^= v[i + 8];
            v[i + 8] ^= node.Chaining[i];
        }

        return v;
    }

    private static void Mix(uint[] v, int a, int b, int c, int d, uint x, uint y)
    {
        v[a] += v[b] + x;
        v[d] = BitOperations.RotateRight(v[d] ^ v[a], 16);
        v[c] += v[d];
        v[b] = BitOperations.RotateRight(v[b] ^ v[c], 12);
        v[a] += v[b] + y;
        v[d] = BitOperations.RotateRight(v[d] ^ v[a], 8);
        v[c] += v[d];
        v[b] = BitOperations.RotateRight(v[b] ^ v[c], 7);
    }

    private static uint[] Words(ReadOnlySpan<byte> bytes, int count)
    {
        uint[] words = new uint[count];
        for (int i = 0; i < bytes.Length; i++)
            words[i / 4] |= (uint)bytes[i] << (8 * (i % 4));
        return words;
    }
}
