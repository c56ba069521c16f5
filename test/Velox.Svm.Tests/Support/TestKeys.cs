using System.Buffers.Binary;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm.Tests;

/// <summary>Key pairs and addresses that are the same in every run.</summary>
internal static class TestKeys
{
    internal static Keypair Pair(int number)
    {
        byte[] seed = new byte[32];
        BinaryPrimitives.WriteInt32LittleEndian(seed, number);
        seed[31] = 0x5A;
        return Keypair.FromSeed(seed);
    }

    /// <summary>An address for which nobody in the tests has a key.</summary>
    internal static Address Stranger(int number)
    {
        byte[] bytes = new byte[Address.Size];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        bytes[31] = 0xA5;
        return new Address(bytes);
    }
}
