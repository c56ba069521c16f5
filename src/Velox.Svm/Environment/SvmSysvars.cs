using System.Buffers.Binary;
using System.Collections.Frozen;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Which sysvars there are, and what they look like.</summary>
internal static class SvmSysvars
{
    private const int StakeEntrySize = 4 * sizeof(ulong);
    private const int StakeHistoryEntries = (Sysvars.StakeHistorySize - sizeof(ulong)) / StakeEntrySize;

    // The length of each; 0 where it may vary.
    private static readonly FrozenDictionary<Address, int> Lengths = new Dictionary<Address, int>
    {
        [SysvarIds.Clock] = Sysvars.ClockSize,
        [SysvarIds.Rent] = Sysvars.RentSize,
        [SysvarIds.EpochSchedule] = Sysvars.EpochScheduleSize,
        [SysvarIds.EpochRewards] = Sysvars.EpochRewardsSize,
        [SysvarIds.LastRestartSlot] = Sysvars.LastRestartSlotSize,
        [SysvarIds.SlotHistory] = SlotHistory.Size,
        [SysvarIds.StakeHistory] = Sysvars.StakeHistorySize,
        [SysvarIds.SlotHashes] = SlotHashes.Size,
        [SysvarIds.RecentBlockhashes] = RecentBlockhashes.Size,
        [SysvarIds.Fees] = 0,
        [SysvarIds.Rewards] = 0,
    }.ToFrozenDictionary();

    internal static bool IsSysvar(Address address) => Lengths.ContainsKey(address) || address == SysvarIds.Instructions;

    /// <exception cref="ArgumentException">No sysvar that can be set, or a length that it does not have.</exception>
    internal static void Check(Address id, int length)
    {
        if (!Lengths.TryGetValue(id, out int expected))
            throw new ArgumentException($"{id} is no sysvar that can be set.", nameof(id));
        if (expected == 0 ? length > AccountHandle.MaxDataLength : length != expected)
        {
            string bound = expected == 0 ? $"at most {AccountHandle.MaxDataLength}" : $"{expected}";
            throw new ArgumentException($"The data of sysvar {id} is {length} bytes: {bound} is allowed.");
        }
    }

    internal static byte[] ToBytes(ReadOnlySpan<SlotHashEntry> entries)
    {
        CheckCount(entries.Length, SlotHashes.MaxEntries);
        byte[] data = new byte[SlotHashes.Size];
        BinaryPrimitives.WriteUInt64LittleEndian(data, (ulong)entries.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            CheckOrder(i == 0 ? ulong.MaxValue : entries[i - 1].Slot, entries[i].Slot, i);
            Span<byte> entry = data.AsSpan(sizeof(ulong) + (i * (sizeof(ulong) + Hash256.Size)));
            BinaryPrimitives.WriteUInt64LittleEndian(entry, entries[i].Slot);
            entries[i].Hash.Span.CopyTo(entry[sizeof(ulong)..]);
        }

        return data;
    }

    internal static byte[] ToBytes(ReadOnlySpan<StakeHistoryEntry> entries)
    {
        CheckCount(entries.Length, StakeHistoryEntries);
        byte[] data = new byte[Sysvars.StakeHistorySize];
        BinaryPrimitives.WriteUInt64LittleEndian(data, (ulong)entries.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            CheckOrder(i == 0 ? ulong.MaxValue : entries[i - 1].Epoch, entries[i].Epoch, i);
            Span<byte> entry = data.AsSpan(sizeof(ulong) + (i * StakeEntrySize));
            BinaryPrimitives.WriteUInt64LittleEndian(entry, entries[i].Epoch);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], entries[i].EffectiveLamports);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], entries[i].ActivatingLamports);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[24..], entries[i].DeactivatingLamports);
        }

        return data;
    }

    private static void CheckCount(int count, int most)
    {
        if (count > most)
            throw new ArgumentException($"There are {count} entries: at most {most} is allowed.");
    }

    private static void CheckOrder(ulong before, ulong next, int index)
    {
        if (index > 0 && next >= before)
            throw new ArgumentException($"Entry {index} is of {next}, the one before of {before}: they fall.");
    }
}
