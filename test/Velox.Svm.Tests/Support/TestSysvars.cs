using System.Buffers.Binary;

namespace Velox.Svm.Tests;

/// <summary>Sysvars of a young chain, for programs that run outside of a block.</summary>
internal static class TestSysvars
{
    internal static SysvarCache Create()
    {
        byte[] rent = new byte[17];
        BinaryPrimitives.WriteUInt64LittleEndian(rent, Rent.LamportsPerByte);
        BinaryPrimitives.WriteDoubleLittleEndian(rent.AsSpan(8), 1.0);
        rent[16] = 50;
        byte[] clock = new byte[40];
        BinaryPrimitives.WriteUInt64LittleEndian(clock, 1);
        BinaryPrimitives.WriteInt64LittleEndian(clock.AsSpan(32), 1_700_000_000);
        return new SysvarCache(
        [
            KeyValuePair.Create(SysvarIds.Rent, rent),
            KeyValuePair.Create(SysvarIds.Clock, clock),
        ]);
    }
}
