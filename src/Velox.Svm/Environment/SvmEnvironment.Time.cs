using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Slot, clock, blockhashes and sysvars of the environment. All in O(1): nothing depends on the number of accounts.</summary>
public sealed partial class SvmEnvironment
{
    /// <summary>The slot in which transactions are executed.</summary>
    public ulong Slot => _block.Slot;

    /// <summary>Seconds since 1970, as programs see them.</summary>
    public long UnixTimestamp => _block.UnixTimestamp;

    /// <summary>The hash that transactions are signed with.</summary>
    public Hash256 LatestBlockhash => _history.Latest;

    /// <summary>
    /// The clock sysvar. Setting it takes all five numbers as they are, also ones that do not fit together or go back; the slot is at
    /// least 1. Blockhashes and slot hashes stay.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The slot is 0.</exception>
    /// <example><code>environment.Clock = environment.Clock with { UnixTimestamp = 1_800_000_000 };</code></example>
    public ClockSysvar Clock
    {
        get => ClockSysvar.Read(GetSysvar(SysvarIds.Clock).Span);
        set
        {
            if (value.Slot == 0)
                throw new ArgumentOutOfRangeException(nameof(value), value.Slot, "Clock.Slot is at least 1.");
            byte[] data = new byte[Sysvars.ClockSize];
            value.Write(data);
            _block = _block with { Slot = value.Slot, UnixTimestamp = value.UnixTimestamp };
            WriteSysvar(SysvarIds.Clock, data);
        }
    }

    /// <summary>
    /// Ends the slot and begins a later one, as if all between had passed: there is a new blockhash, older ones age by as many
    /// slots, the epoch follows, slot hashes and slot history have a new entry. Time stands still.
    /// </summary>
    /// <param name="slot">Above <see cref="Slot"/>; to go back, restore a snapshot.</param>
    /// <exception cref="ArgumentOutOfRangeException">The slot is not a later one.</exception>
    public void WarpToSlot(ulong slot)
    {
        if (slot <= Slot)
            throw new ArgumentOutOfRangeException(nameof(slot), slot, $"slot is above {Slot}, the current one; to go back restore a snapshot.");
        Sysvars.EndBlock(_accounts, Slot);
        Seal();
        _history.Advance(slot - Slot);
        BeginSlot(slot);
    }

    /// <summary>Ends the slot and begins the next, or one further on: <see cref="WarpToSlot"/>.</summary>
    /// <param name="slots">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">No slots, or more than there are.</exception>
    public void AdvanceSlot(ulong slots = 1)
    {
        if (slots == 0 || slots > ulong.MaxValue - Slot)
            throw new ArgumentOutOfRangeException(nameof(slots), slots, $"slots is 1 to {ulong.MaxValue - Slot}.");
        WarpToSlot(Slot + slots);
    }

    /// <summary>Sets the time, forth or back; the slot stays.</summary>
    /// <param name="unixTimestamp">Seconds since 1970.</param>
    public void WarpToTimestamp(long unixTimestamp) => Clock = Clock with { UnixTimestamp = unixTimestamp };

    /// <summary>Replaces the blockhash: transactions signed before fail with BlockhashNotFound. The slot stays.</summary>
    public void ExpireBlockhash()
    {
        _history.Expire();
        _block = _block with { LastBlockhash = _history.Latest };
    }

    /// <summary>A sysvar as programs see it; empty where it is not there.</summary>
    /// <param name="id">One of <see cref="SysvarIds"/>.</param>
    public ReadOnlyMemory<byte> GetSysvar(Address id) => GetAccount(id)?.Data ?? default;

    /// <summary>
    /// Sets a sysvar: the account, and what programs get from syscalls. The clock's slot and time count for the environment too; the
    /// others only for programs that look at them.
    /// </summary>
    /// <param name="id">One of <see cref="SysvarIds"/>, but not Instructions, which each transaction makes anew.</param>
    /// <param name="data">Its serialised form.</param>
    /// <exception cref="ArgumentException">No sysvar that can be set, or a length that it does not have.</exception>
    public void SetSysvar(Address id, ReadOnlySpan<byte> data)
    {
        SvmSysvars.Check(id, data.Length);
        if (id == SysvarIds.Clock)
            Clock = ClockSysvar.Read(data);
        else
            WriteSysvar(id, data);
    }

    /// <summary>Sets the rent sysvar. The runtime itself goes on asking for 6,960 lamports a byte.</summary>
    public void SetRent(RentSysvar rent) => SetSysvar(SysvarIds.Rent, rent.ToBytes());

    /// <summary>Sets the epoch schedule sysvar. Epochs themselves keep 432,000 slots.</summary>
    public void SetEpochSchedule(EpochScheduleSysvar schedule) => SetSysvar(SysvarIds.EpochSchedule, schedule.ToBytes());

    /// <summary>Sets the sysvar of the rewards that are being paid.</summary>
    public void SetEpochRewards(EpochRewardsSysvar rewards) => SetSysvar(SysvarIds.EpochRewards, rewards.ToBytes());

    /// <summary>Sets the sysvar of the slot of the last restart.</summary>
    public void SetLastRestartSlot(ulong slot) => SetSysvar(SysvarIds.LastRestartSlot, BitConverter.GetBytes(slot));

    /// <summary>Replaces the slot hashes.</summary>
    /// <param name="entries">At most 512, slots falling.</param>
    /// <exception cref="ArgumentException">Too many, or not in order.</exception>
    public void SetSlotHashes(params ReadOnlySpan<SlotHashEntry> entries) => SetSysvar(SysvarIds.SlotHashes, SvmSysvars.ToBytes(entries));

    /// <summary>Replaces the stake history.</summary>
    /// <param name="entries">At most 512, epochs falling.</param>
    /// <exception cref="ArgumentException">Too many, or not in order.</exception>
    public void SetStakeHistory(params ReadOnlySpan<StakeHistoryEntry> entries) =>
        SetSysvar(SysvarIds.StakeHistory, SvmSysvars.ToBytes(entries));

    private void BeginSlot(ulong slot)
    {
        SysvarCache previous = _block.Sysvars;
        _block = _block with { Slot = slot, LastBlockhash = _history.Latest };
        _block = _block with { Sysvars = Sysvars.BeginBlock(_accounts, _block, previous) };
        CountChange();
    }

    private void WriteSysvar(Address id, ReadOnlySpan<byte> data)
    {
        ulong lamports = Math.Max(GetBalance(id), Rent.MinimumBalance(data.Length));
        Write(id, new SvmAccount(lamports, SysvarIds.Owner, data.ToArray()));
        _block = _block with { Sysvars = Sysvars.Read(_accounts, _block.Sysvars) };
    }
}
