using System.Buffers.Binary;
using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>The sysvar accounts that clients and programs read (layouts: solana-sdk, one crate each).</summary>
public static class Sysvars
{
    public const int ClockSize = 40;
    private const int RentSize = 17;
    private const int EpochScheduleSize = 33;

    internal static void Create(AccountStore store)
    {
        CreateAccount(store, SysvarIds.Clock, ClockSize);

        Span<byte> rent = CreateAccount(store, SysvarIds.Rent, RentSize);
        BinaryPrimitives.WriteUInt64LittleEndian(rent, Rent.LamportsPerByte);
        BinaryPrimitives.WriteDoubleLittleEndian(rent[8..], 1.0);
        rent[16] = 50;

        Span<byte> schedule = CreateAccount(store, SysvarIds.EpochSchedule, EpochScheduleSize);
        BinaryPrimitives.WriteUInt64LittleEndian(schedule, BlockContext.SlotsPerEpoch);
        BinaryPrimitives.WriteUInt64LittleEndian(schedule[8..], BlockContext.SlotsPerEpoch);
    }

    /// <summary>Brings the clock to the block under construction.</summary>
    internal static void SetClock(AccountStore store, BlockContext block, long genesisTimestamp)
    {
        Account account = store.Find(SysvarIds.Clock)!;
        BinaryPrimitives.WriteInt64LittleEndian(account.Data.Write(8, sizeof(long)), genesisTimestamp);
        WriteClock(account, block);
        store.MarkChanged(account);
    }

    /// <summary>Writes what of the clock changes from block to block.</summary>
    internal static void WriteClock(Account account, BlockContext block)
    {
        Span<byte> clock = account.Data.Write(0, ClockSize);
        BinaryPrimitives.WriteUInt64LittleEndian(clock, block.Slot);
        BinaryPrimitives.WriteUInt64LittleEndian(clock[16..], block.Epoch);
        BinaryPrimitives.WriteUInt64LittleEndian(clock[24..], block.Epoch + 1);
        BinaryPrimitives.WriteInt64LittleEndian(clock[32..], block.UnixTimestamp);
    }

    private static Span<byte> CreateAccount(AccountStore store, Address id, int size)
    {
        Account account = Genesis.Create(store, id, Rent.MinimumBalance(size), SysvarIds.Owner);
        account.Data.Resize(size);
        return account.Data.Write(0, size);
    }
}
