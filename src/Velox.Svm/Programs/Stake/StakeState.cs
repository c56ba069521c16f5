using Velox.Primitives;

namespace Velox.Svm;

/// <summary>What a stake account is; the first field (u32) of its data.</summary>
public enum StakeStateKind : uint
{
    Uninitialized = 0,
    Initialized = 1,
    Delegated = 2,
}

/// <summary>A stake account's data: 200 bytes (stake-interface, StakeStateV2).</summary>
/// <remarks>
/// kind u32, rent reserve u64, staker, withdrawer, lockup (time i64, epoch u64, custodian); a delegated one goes on: vote
/// account, stake u64, activation epoch u64, deactivation epoch u64, warm-up rate f64 (0.25), credits u64, flags u8. The
/// rest is left as it is.
/// </remarks>
public sealed record StakeState
{
    /// <summary>Bytes of a stake account.</summary>
    public const int Size = 200;

    /// <summary>A deactivation epoch that says: not deactivated.</summary>
    public const ulong Never = ulong.MaxValue;

    private const ulong WarmupRateBits = 0x3FD0_0000_0000_0000;

    public StakeStateKind Kind { get; init; }

    /// <summary>Lamports that are not stake: the rent-exempt minimum.</summary>
    public ulong RentReserve { get; init; }

    /// <summary>Delegates, deactivates, splits.</summary>
    public Address Staker { get; init; }

    /// <summary>Withdraws, and names both authorities.</summary>
    public Address Withdrawer { get; init; }

    /// <summary>Until when only the custodian lets anything out.</summary>
    public StakeLockup Lockup { get; init; }

    public Address VoteAccount { get; init; }

    /// <summary>Lamports delegated.</summary>
    public ulong Stake { get; init; }

    public ulong ActivationEpoch { get; init; }

    public ulong DeactivationEpoch { get; init; } = Never;

    public ulong CreditsObserved { get; init; }

    public byte Flags { get; init; }

    /// <summary>
    /// Lamports that count in an epoch. Nobody keeps a history of stakes here, so stake counts from the epoch after its
    /// activation, and counts no more from the epoch after its deactivation.
    /// </summary>
    public ulong EffectiveStake(ulong epoch)
    {
        bool isActivated = ActivationEpoch == ulong.MaxValue || epoch > ActivationEpoch;
        return isActivated && ActivationEpoch != DeactivationEpoch && epoch <= DeactivationEpoch ? Stake : 0;
    }

    /// <summary>Reads a stake account; false where it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out StakeState state)
    {
        var reader = new BincodeReader(data);
        var kind = (StakeStateKind)reader.UInt32();
        state = kind switch
        {
            StakeStateKind.Initialized => ReadMeta(ref reader, kind),
            StakeStateKind.Delegated => ReadDelegation(ref reader, ReadMeta(ref reader, kind)),
            _ => new StakeState(),
        };
        return !reader.HasFailed && kind <= StakeStateKind.Delegated;
    }

    /// <summary>The state serialised: 4, 124 or 197 bytes.</summary>
    public byte[] ToBytes()
    {
        DataWriter data = new DataWriter().UInt32((uint)Kind);
        if (Kind == StakeStateKind.Uninitialized)
            return data.ToArray();
        data.UInt64(RentReserve).Address(Staker).Address(Withdrawer)
            .UInt64((ulong)Lockup.UnixTimestamp).UInt64(Lockup.Epoch).Address(Lockup.Custodian);
        if (Kind == StakeStateKind.Delegated)
        {
            data.Address(VoteAccount).UInt64(Stake).UInt64(ActivationEpoch).UInt64(DeactivationEpoch)
                .UInt64(WarmupRateBits).UInt64(CreditsObserved).Byte(Flags);
        }

        return data.ToArray();
    }

    private static StakeState ReadMeta(ref BincodeReader reader, StakeStateKind kind) => new()
    {
        Kind = kind,
        RentReserve = reader.UInt64(),
        Staker = reader.Address(),
        Withdrawer = reader.Address(),
        Lockup = StakeLockup.Read(ref reader),
    };

    private static StakeState ReadDelegation(ref BincodeReader reader, StakeState meta)
    {
        meta = meta with
        {
            VoteAccount = reader.Address(),
            Stake = reader.UInt64(),
            ActivationEpoch = reader.UInt64(),
            DeactivationEpoch = reader.UInt64(),
        };
        _ = reader.UInt64();
        return meta with { CreditsObserved = reader.UInt64(), Flags = reader.Byte() };
    }
}

/// <summary>Until when stake is locked up.</summary>
/// <param name="UnixTimestamp">Seconds since 1970; locked before.</param>
/// <param name="Epoch">Locked before.</param>
/// <param name="Custodian">Whose signature lifts the lock.</param>
public readonly record struct StakeLockup(long UnixTimestamp, ulong Epoch, Address Custodian)
{
    internal bool IsInForce(BlockContext block, Address? custodian) =>
        custodian != Custodian && (UnixTimestamp > block.UnixTimestamp || Epoch > block.Epoch);

    internal static StakeLockup Read(ref BincodeReader reader) => new((long)reader.UInt64(), reader.UInt64(), reader.Address());
}
