using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The clock sysvar (solana-sdk, clock).</summary>
/// <param name="Slot">The current slot.</param>
/// <param name="EpochStartTimestamp">When the epoch began, in seconds since 1970.</param>
/// <param name="Epoch">The current epoch.</param>
/// <param name="LeaderScheduleEpoch">The last epoch whose leaders are known.</param>
/// <param name="UnixTimestamp">The time, in seconds since 1970.</param>
public readonly record struct ClockSysvar(
    ulong Slot, long EpochStartTimestamp, ulong Epoch, ulong LeaderScheduleEpoch, long UnixTimestamp)
{
    /// <param name="data">At least 40 bytes.</param>
    public static ClockSysvar Read(ReadOnlySpan<byte> data) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(data),
        BinaryPrimitives.ReadInt64LittleEndian(data[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(data[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(data[24..]),
        BinaryPrimitives.ReadInt64LittleEndian(data[32..]));

    /// <param name="destination">At least 40 bytes.</param>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Slot);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], EpochStartTimestamp);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Epoch);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], LeaderScheduleEpoch);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], UnixTimestamp);
    }
}

/// <summary>The rent sysvar (solana-sdk, rent).</summary>
/// <param name="LamportsPerByte">Lamports a byte, for the threshold's years.</param>
/// <param name="ExemptionThresholdBits">The threshold: the 64 bits of a floating-point number, 1.0 on mainnet.</param>
/// <param name="BurnPercent">Of rent that is paid.</param>
public readonly record struct RentSysvar(ulong LamportsPerByte, ulong ExemptionThresholdBits, byte BurnPercent)
{
    internal byte[] ToBytes()
    {
        byte[] data = new byte[Sysvars.RentSize];
        BinaryPrimitives.WriteUInt64LittleEndian(data, LamportsPerByte);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(8), ExemptionThresholdBits);
        data[16] = BurnPercent;
        return data;
    }
}

/// <summary>The epoch schedule sysvar (solana-sdk, epoch-schedule).</summary>
/// <param name="SlotsPerEpoch">Slots of a normal epoch.</param>
/// <param name="LeaderScheduleSlotOffset">How many slots before an epoch its leaders are known.</param>
/// <param name="HasWarmup">Whether the first epochs are shorter.</param>
/// <param name="FirstNormalEpoch">The first epoch of full length.</param>
/// <param name="FirstNormalSlot">Its first slot.</param>
public readonly record struct EpochScheduleSysvar(
    ulong SlotsPerEpoch, ulong LeaderScheduleSlotOffset, bool HasWarmup, ulong FirstNormalEpoch, ulong FirstNormalSlot)
{
    internal byte[] ToBytes()
    {
        byte[] data = new byte[Sysvars.EpochScheduleSize];
        BinaryPrimitives.WriteUInt64LittleEndian(data, SlotsPerEpoch);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(8), LeaderScheduleSlotOffset);
        data[16] = HasWarmup ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(17), FirstNormalEpoch);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(25), FirstNormalSlot);
        return data;
    }
}

/// <summary>The sysvar of an epoch's rewards while they are paid (solana-sdk, epoch-rewards).</summary>
/// <param name="DistributionStartingBlockHeight">The first block that pays.</param>
/// <param name="PartitionCount">Blocks that pay.</param>
/// <param name="ParentBlockhash">The hash that decides who is paid when.</param>
/// <param name="TotalPoints">Points that share the rewards.</param>
/// <param name="TotalLamports">The rewards.</param>
/// <param name="DistributedLamports">What is paid already.</param>
/// <param name="IsActive">Whether rewards are being paid.</param>
public readonly record struct EpochRewardsSysvar(
    ulong DistributionStartingBlockHeight, ulong PartitionCount, Hash256 ParentBlockhash, UInt128 TotalPoints,
    ulong TotalLamports, ulong DistributedLamports, bool IsActive)
{
    internal byte[] ToBytes()
    {
        byte[] data = new byte[Sysvars.EpochRewardsSize];
        BinaryPrimitives.WriteUInt64LittleEndian(data, DistributionStartingBlockHeight);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(8), PartitionCount);
        ParentBlockhash.Span.CopyTo(data.AsSpan(16));
        BinaryPrimitives.WriteUInt128LittleEndian(data.AsSpan(48), TotalPoints);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(64), TotalLamports);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(72), DistributedLamports);
        data[80] = IsActive ? (byte)1 : (byte)0;
        return data;
    }
}

/// <summary>An entry of the slot hashes.</summary>
/// <param name="Slot">A slot.</param>
/// <param name="Hash">The hash of its block.</param>
public readonly record struct SlotHashEntry(ulong Slot, Hash256 Hash);

/// <summary>An entry of the stake history, in lamports (solana-sdk, stake-history).</summary>
/// <param name="Epoch">An epoch.</param>
/// <param name="EffectiveLamports">Stake that counted.</param>
/// <param name="ActivatingLamports">Stake that was on its way to count.</param>
/// <param name="DeactivatingLamports">Stake that was on its way out.</param>
public readonly record struct StakeHistoryEntry(
    ulong Epoch, ulong EffectiveLamports, ulong ActivatingLamports, ulong DeactivatingLamports);
