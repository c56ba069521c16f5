using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Velox.Bpf;

/// <summary>Keys under which sBPF programs call functions: murmur3, 32 bits, seed 0.</summary>
public static class FunctionKey
{
    /// <summary>The key of the entry point's name, <c>entrypoint</c>.</summary>
    public const uint EntryPoint = 0x71e3cf81;

    /// <summary>A host function's key: the hash of its name.</summary>
    public static uint OfName(string name) => Hash(Encoding.UTF8.GetBytes(name));

    /// <summary>A local function's key: the hash of its index as 8 little-endian bytes.</summary>
    public static uint OfIndex(int index)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, index);
        return Hash(bytes);
    }

    /// <summary>MurmurHash3_x86_32 with seed 0 (Austin Appleby, public domain definition).</summary>
    public static uint Hash(ReadOnlySpan<byte> data)
    {
        uint hash = 0;
        ReadOnlySpan<byte> rest = data;
        for (; rest.Length >= 4; rest = rest[4..])
        {
            hash ^= Scramble(BinaryPrimitives.ReadUInt32LittleEndian(rest));
            hash = (BitOperations.RotateLeft(hash, 13) * 5) + 0xe6546b64;
        }

        uint tail = 0;
        for (int i = rest.Length - 1; i >= 0; i--)
            tail = (tail << 8) | rest[i];
        hash ^= Scramble(tail) ^ (uint)data.Length;
        hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
        return hash ^ (hash >> 16);
    }

    private static uint Scramble(uint block) => BitOperations.RotateLeft(block * 0xcc9e2d51, 15) * 0x1b873593;
}
