using System.Buffers.Binary;
using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>The sysvar accounts that clients and programs read, and what changes in them from block to block.</summary>
/// <remarks>
/// Layouts: solana-sdk, one crate each; when they change: Agave runtime/src/bank.rs. Nobody stakes here, so stake history and
/// epoch rewards stay empty. A block writes 11 pages: the clock's, 2 of the recent blockhashes, 6 of the slot hashes, 2 of the
/// slot history.
/// </remarks>
public static class Sysvars
{
    public const int ClockSize = 40;
    public const int RentSize = 17;
    public const int EpochScheduleSize = 33;
    public const int EpochRewardsSize = 81;
    public const int StakeHistorySize = 16_392;
    public const int LastRestartSlotSize = 8;

    /// <summary>Clock: slot, start of the epoch, epoch, epoch whose leaders are known, time.</summary>
    private const int EpochStartOffset = 8;
    private const int EpochOffset = 16;
    private const int LeaderEpochOffset = 24;
    private const int TimeOffset = 32;

    /// <summary>Those that programs see without naming their accounts: <see cref="SysvarCache"/>.</summary>
    private static readonly Address[] CachedIds =
    [
        SysvarIds.Clock, SysvarIds.EpochRewards, SysvarIds.EpochSchedule, SysvarIds.LastRestartSlot,
        SysvarIds.RecentBlockhashes, SysvarIds.Rent, SysvarIds.SlotHashes, SysvarIds.StakeHistory,
    ];

    /// <summary>The accounts as slot 0 leaves them.</summary>
    internal static void Create(AccountStore store, long genesisTimestamp)
    {
        Span<byte> clock = CreateAccount(store, SysvarIds.Clock, ClockSize);
        BinaryPrimitives.WriteInt64LittleEndian(clock[EpochStartOffset..], genesisTimestamp);
        BinaryPrimitives.WriteUInt64LittleEndian(clock[LeaderEpochOffset..], 1);
        BinaryPrimitives.WriteInt64LittleEndian(clock[TimeOffset..], genesisTimestamp);

        Span<byte> rent = CreateAccount(store, SysvarIds.Rent, RentSize);
        BinaryPrimitives.WriteUInt64LittleEndian(rent, Rent.LamportsPerByte);
        BinaryPrimitives.WriteDoubleLittleEndian(rent[8..], 1.0);
        rent[16] = 50;

        Span<byte> schedule = CreateAccount(store, SysvarIds.EpochSchedule, EpochScheduleSize);
        BinaryPrimitives.WriteUInt64LittleEndian(schedule, BlockContext.SlotsPerEpoch);
        BinaryPrimitives.WriteUInt64LittleEndian(schedule[8..], BlockContext.SlotsPerEpoch);

        CreateAccount(store, SysvarIds.EpochRewards, EpochRewardsSize);
        CreateAccount(store, SysvarIds.StakeHistory, StakeHistorySize);
        CreateAccount(store, SysvarIds.LastRestartSlot, LastRestartSlotSize);
        CreateAccount(store, SysvarIds.SlotHashes, SlotHashes.Size);
        CreateAccount(store, SysvarIds.RecentBlockhashes, RecentBlockhashes.Size);
        CreateAccount(store, SysvarIds.SlotHistory, SlotHistory.Size);
        SlotHistory.Initialize(store.Find(SysvarIds.SlotHistory)!.Data);
    }

    /// <summary>Brings the accounts to a block that begins; what its transactions see of them.</summary>
    /// <param name="store">Holds the accounts.</param>
    /// <param name="block">The block, with the hash of the one before.</param>
    /// <param name="previous">What the block before saw: what did not change is shared with it.</param>
    internal static SysvarCache BeginBlock(AccountStore store, BlockContext block, SysvarCache previous)
    {
        foreach (Address id in CachedIds)
        {
            Account? account = store.Find(id);
            if (account is not null && Advance(account, block))
                store.MarkChanged(account);
        }

        return Read(store, previous);
    }

    /// <summary>What programs see of the accounts as they are.</summary>
    internal static SysvarCache Read(AccountStore store, SysvarCache previous) => Cache(store.Find, previous);

    /// <summary>Notes that a block is there.</summary>
    internal static void EndBlock(AccountStore store, ulong slot)
    {
        Account account = store.Find(SysvarIds.SlotHistory)!;
        SlotHistory.Add(account.Data, slot);
        store.MarkChanged(account);
    }

    /// <summary>The block that follows the published one, for execution beside the chain.</summary>
    /// <param name="state">The published state.</param>
    /// <param name="unixTimestamp">When the next block begins.</param>
    /// <param name="lastBlockhash">Hash of the published block.</param>
    public static BlockContext NextBlock(PublishedState state, long unixTimestamp, Hash256 lastBlockhash)
    {
        (ulong slot, AccountSnapshot?[] snapshots) = state.FindAll(CachedIds);
        var block = new BlockContext(slot + 1, unixTimestamp) { LastBlockhash = lastBlockhash };
        Account?[] accounts = Array.ConvertAll(snapshots, snapshot => snapshot?.ToAccount());
        foreach (Account? account in accounts)
        {
            if (account is not null)
                Advance(account, block);
        }

        return block with
        {
            Sysvars = Cache(id => accounts[Array.IndexOf(CachedIds, id)], SysvarCache.Empty),
        };
    }

    /// <summary>Brings one account to a block that begins; whether that changed it.</summary>
    private static bool Advance(Account account, BlockContext block)
    {
        if (account.Address == SysvarIds.Clock)
            SetClock(account.Data, block);
        else if (account.Address == SysvarIds.SlotHashes)
            SlotHashes.Add(account.Data, block.Slot - 1, block.LastBlockhash);
        else if (account.Address == SysvarIds.RecentBlockhashes)
            RecentBlockhashes.Add(account.Data, block.LastBlockhash);
        else
            return false;
        return true;
    }

    private static void SetClock(TrackedMemory data, BlockContext block)
    {
        Span<byte> clock = data.Write(0, ClockSize);
        if (BinaryPrimitives.ReadUInt64LittleEndian(clock[EpochOffset..]) != block.Epoch)
            BinaryPrimitives.WriteInt64LittleEndian(clock[EpochStartOffset..], block.UnixTimestamp);
        BinaryPrimitives.WriteUInt64LittleEndian(clock, block.Slot);
        BinaryPrimitives.WriteUInt64LittleEndian(clock[EpochOffset..], block.Epoch);
        BinaryPrimitives.WriteUInt64LittleEndian(clock[LeaderEpochOffset..], block.Epoch + 1);
        BinaryPrimitives.WriteInt64LittleEndian(clock[TimeOffset..], block.UnixTimestamp);
    }

    private static SysvarCache Cache(Func<Address, Account?> find, SysvarCache previous)
    {
        var data = new List<KeyValuePair<Address, byte[]>>(CachedIds.Length);
        foreach (Address id in CachedIds)
        {
            if (find(id) is { } account)
                data.Add(KeyValuePair.Create(id, previous.Share(id, account.Data.Bytes)));
        }

        return new SysvarCache(data);
    }

    private static Span<byte> CreateAccount(AccountStore store, Address id, int size)
    {
        Account account = Genesis.Create(store, id, Rent.MinimumBalance(size), SysvarIds.Owner);
        account.Data.Resize(size);
        return account.Data.Write(0, size);
    }
}
