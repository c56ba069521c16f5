using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Node.Tests;

internal static class TestIds
{
    internal static Signature Signature(int number)
    {
        byte[] bytes = new byte[Primitives.Signature.Size];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return new Signature(bytes);
    }

    internal static Address Address(int number)
    {
        byte[] bytes = new byte[Primitives.Address.Size];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        bytes[^1] = 0xA5;
        return new Address(bytes);
    }
}
