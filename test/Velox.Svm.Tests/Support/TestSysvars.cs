using System.Buffers.Binary;

namespace Velox.Svm.Tests;

/// <summary>Sysvars of a young chain, for programs that run outside of a block.</summary>
internal static class TestSysvars
{
    /// <param name="slot">The clock's.</param>
    internal static SysvarCache Create(ulong slot = 1)
    {
        byte[] rent = new byte[17];
        BinaryPrimitives.WriteUInt64LittleEndian(rent, Rent.LamportsPerByte);
        BinaryPrimitives.WriteDoubleLittleEndian(rent.AsSpan(8), 1.0);
        rent[16] = 50;
        byte[] clock = new byte[40];
        ulong epoch = slot / BlockContext.SlotsPerEpoch;
        new ClockSysvar(slot, 0, epoch, epoch + 1, 1_700_000_000).Write(clock);
        byte[] schedule = new byte[33];
        BinaryPrimitives.WriteUInt64LittleEndian(schedule, BlockContext.SlotsPerEpoch);
        BinaryPrimitives.WriteUInt64LittleEndian(schedule.AsSpan(8), BlockContext.SlotsPerEpoch);
        byte[] slotHashes = new byte[SlotHashes.Size];
        BinaryPrimitives.WriteUInt64LittleEndian(slotHashes, 1);
        BinaryPrimitives.WriteUInt64LittleEndian(slotHashes.AsSpan(8), slot - 1);
        return new SysvarCache(
        [
            KeyValuePair.Create(SysvarIds.Rent, rent),
            KeyValuePair.Create(SysvarIds.Clock, clock),
            KeyValuePair.Create(SysvarIds.EpochSchedule, schedule),
            KeyValuePair.Create(SysvarIds.SlotHashes, slotHashes),
        ]);
    }
}
