using System.Buffers.Binary;
using System.Numerics;

namespace Velox.Cryptography.Tests;

/// <summary>The sponge of FIPS 202 with 256 bits of output, step by step as the standard defines them.</summary>
internal static class ReferenceKeccak
{
    private const int Rate = 136;

    internal static byte[] Hash(byte[] message, byte padding)
    {
        byte[] padded = new byte[((message.Length / Rate) + 1) * Rate];
        message.CopyTo(padded, 0);
        padded[message.Length] ^= padding;
        padded[^1] ^= 0x80;

        ulong[,] state = new ulong[5, 5];
        for (int block = 0; block < padded.Length; block += Rate)
        {
            for (int word = 0; word < Rate / 8; word++)
                state[word % 5, word / 5] ^= BinaryPrimitives.ReadUInt64LittleEndian(padded.AsSpan(block + (8 * word)));
            state = Permute(state);
        }

        byte[] hash = new byte[32];
        for (int word = 0; word < 4; word++)
            BinaryPrimitives.WriteUInt64LittleEndian(hash.AsSpan(8 * word), state[word, 0]);
        return hash;
    }

    private static ulong[,] Permute(ulong[,] state)
    {
        byte register = 1;
        for (int round = 0; round < 24; round++)
            state = Iota(Chi(Pi(Rho(Theta(state)))), ref register);
        return state;
    }

    private static ulong[,] Each(Func<int, int, ulong> word)
    {
        ulong[,] result = new ulong[5, 5];
        for (int x = 0; x < 5; x++)
        {
            for (int y = 0; y < 5; y++)
                result[x, y] = word(x, y);
        }

        return result;
    }

    private static ulong[,] Theta(ulong[,] a)
    {
        ulong Column(int x) => a[x, 0] ^ a[x, 1] ^ a[x, 2] ^ a[x, 3] ^ a[x, 4];
        return Each((x, y) => a[x, y] ^ Column((x + 4) % 5) ^ BitOperations.RotateLeft(Column((x + 1) % 5), 1));
    }

    private static ulong[,] Rho(ulong[,] a)
    {
        ulong[,] result = (ulong[,])a.Clone();
        (int x, int y) = (1, 0);
        for (int t = 0; t < 24; t++)
        {
            result[x, y] = BitOperations.RotateLeft(a[x, y], (t + 1) * (t + 2) / 2 % 64);
            (x, y) = (y, ((2 * x) + (3 * y)) % 5);
        }

        return result;
    }

    private static ulong[,] Pi(ulong[,] a) => Each((x, y) => a[(x + (3 * y)) % 5, x]);

    private static ulong[,] Chi(ulong[,] a) => Each((x, y) => a[x, y] ^ (~a[(x + 1) % 5, y] & a[(x + 2) % 5, y]));

    // Bit j of the register's outputs stands at bit 2^j - 1 of the constant (3.2.5).
    private static ulong[,] Iota(ulong[,] a, ref byte register)
    {
        for (int j = 0; j <= 6; j++)
        {
            if ((register & 1) != 0)
                a[0, 0] ^= 1ul << ((1 << j) - 1);
            register = (byte)((register << 1) ^ ((register & 0x80) != 0 ? 0x71 : 0));
        }

        return a;
    }
}
