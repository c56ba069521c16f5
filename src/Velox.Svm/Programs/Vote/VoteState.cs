using Velox.Primitives;

namespace Velox.Svm;

/// <summary>A vote account's state (vote-interface, VoteStateV4). Older versions are read too; what is written is version 4.</summary>
/// <remarks>
/// 3 u32; node, withdrawer, collector of inflation rewards, collector of block revenue; commissions in basis points, u16
/// each; pending rewards u64; BLS key (u8, 48 bytes); votes (u64, each latency u8, slot u64, confirmations u32); root (u8, u64);
/// voters (u64, each epoch u64, key); credits (u64, each epoch, credits, credits before, u64); slot u64 and time i64 of the last
/// timestamp. The account has 3,762 bytes.
/// </remarks>
public sealed class VoteState
{
    /// <summary>Bytes of a vote account.</summary>
    public const int Size = 3_762;

    /// <summary>Most votes that are locked at a time.</summary>
    internal const int MaxVotes = 31;

    /// <summary>The first byte of a state of the version that is written.</summary>
    internal const byte NewestVersion = 3;

    private const int MaxEpochCredits = 64;
    private const uint Version1 = 1;
    private const uint Version4 = NewestVersion;
    private const ushort WholeBps = 10_000;
    private const int BpsPerPercent = 100;
    private const int PriorVoters = 32;
    private const int PriorVoterBytes = Address.Size + (2 * sizeof(ulong));

    public Address Node { get; set; }

    public Address Withdrawer { get; set; }

    public Address InflationCollector { get; set; }

    public Address BlockCollector { get; set; }

    public ushort InflationCommissionBps { get; set; }

    public ushort BlockCommissionBps { get; set; } = WholeBps;

    /// <summary>Lamports that wait for the delegators.</summary>
    public ulong PendingRewards { get; set; }

    /// <summary>Compressed, or null.</summary>
    public byte[]? BlsKey { get; set; }

    /// <summary>The votes that are still locked, oldest first.</summary>
    internal List<LandedVote> Votes { get; set; } = [];

    public ulong? Root { get; set; }

    /// <summary>Who votes, by the epoch from which on.</summary>
    public SortedDictionary<ulong, Address> Voters { get; } = [];

    /// <summary>Credits by epoch, oldest first.</summary>
    internal List<EpochCredits> Credits { get; } = [];

    /// <summary>Slot and time of the last timestamp that came with a vote.</summary>
    internal (ulong Slot, long UnixTimestamp) LastTimestamp { get; set; }

    public int CommissionPercent
    {
        get => Math.Min(InflationCommissionBps / BpsPerPercent, byte.MaxValue);
        set => InflationCommissionBps = (ushort)(value * BpsPerPercent);
    }

    internal ulong? LastVotedSlot => Votes.Count == 0 ? null : Votes[^1].Slot;

    /// <summary>The voter of an epoch is the one named for it, or the last one before.</summary>
    /// <remarks>Notes it for this epoch, and forgets those of more than one epoch ago. Error: InvalidAccountData, nobody is known.</remarks>
    internal InstructionError TakeVoter(ulong epoch, out Address voter)
    {
        ulong[] past = [.. Voters.Keys.TakeWhile(from => from <= epoch)];
        voter = default;
        if (past.Length == 0)
            return InstructionErrorKind.InvalidAccountData;
        voter = Voters[past[^1]];
        Voters[epoch] = voter;
        ulong kept = epoch == 0 ? 0 : epoch - 1;
        foreach (ulong old in past.TakeWhile(from => from < kept))
            Voters.Remove(old);
        return InstructionError.None;
    }

    /// <summary>Counts credits for an epoch; those of 64 epochs are kept.</summary>
    internal void AddCredits(ulong epoch, ulong credits)
    {
        if (Credits.Count == 0)
        {
            Credits.Add(new EpochCredits(epoch, 0, 0));
        }
        else if (Credits[^1] is var last && last.Epoch != epoch)
        {
            if (last.Credits == last.Before)
                Credits[^1] = last with { Epoch = epoch };
            else
                Credits.Add(new EpochCredits(epoch, last.Credits, last.Credits));
            if (Credits.Count > MaxEpochCredits)
                Credits.RemoveAt(0);
        }

        ulong before = Credits[^1].Credits;
        Credits[^1] = Credits[^1] with { Credits = credits > ulong.MaxValue - before ? ulong.MaxValue : before + credits };
    }

    internal static VoteState New(Address account, Address node, Address voter, Address withdrawer, byte commission, ulong epoch) =>
        new()
        {
            Node = node,
            Withdrawer = withdrawer,
            InflationCollector = account,
            BlockCollector = node,
            CommissionPercent = commission,
            Voters = { [epoch] = voter },
        };

    internal static VoteState New(in VoteInit init, Address inflationCollector, Address blockCollector, ulong epoch) => new()
    {
        Node = init.Node,
        Withdrawer = init.Withdrawer,
        InflationCollector = inflationCollector,
        BlockCollector = blockCollector,
        InflationCommissionBps = init.InflationCommissionBps,
        BlockCommissionBps = init.BlockCommissionBps,
        BlsKey = init.BlsKey,
        Voters = { [epoch] = init.Voter },
    };

    /// <summary>Whether the bytes are a state, and which; version 0 is none, and of an old version one without voters.</summary>
    /// <param name="account">Where rewards of accounts of old versions go.</param>
    /// <param name="data">The account's bytes.</param>
    /// <param name="state">The state; null where there is none yet.</param>
    /// <returns>False where the bytes are no state of a known version.</returns>
    internal static bool TryParse(Address account, ReadOnlySpan<byte> data, out VoteState? state)
    {
        var reader = new BincodeReader(data);
        uint version = reader.UInt32();
        state = null;
        if (version == 0 || version > Version4 || reader.HasFailed)
            return version == 0 && !reader.HasFailed;
        state = version == Version4 ? ReadHead(ref reader) : ReadOldHead(ref reader, account);
        ReadVotes(ref reader, state.Votes, hasLatency: version != Version1);
        state.Root = reader.OptionalUInt64();
        ReadVoters(ref reader, state.Voters);
        if (version != Version4)
            SkipPriorVoters(ref reader);
        ReadCredits(ref reader, state.Credits);
        state.LastTimestamp = (reader.UInt64(), (long)reader.UInt64());
        if (version != Version4 && state.Voters.Count == 0)
            state = null;
        return !reader.HasFailed;
    }

    /// <summary>Reads an account that must hold a state. Errors: InvalidAccountData, UninitializedAccount.</summary>
    internal static InstructionError Read(in AccountHandle account, out VoteState state) => Read(account.Address, account.Data, out state);

    /// <summary>As the other, of bytes. No version at all is InvalidAccountData here.</summary>
    internal static InstructionError Read(Address account, ReadOnlySpan<byte> data, out VoteState state)
    {
        bool isState = TryParse(account, data, out VoteState? read);
        state = read ?? new VoteState();
        if (read is not null && isState)
            return InstructionError.None;
        return isState && data[0] != 0 ? InstructionErrorKind.UninitializedAccount : InstructionErrorKind.InvalidAccountData;
    }

    /// <summary>
    /// Writes the state; bytes behind it stay. An account of an old size grows. Errors, in this order: AccountNotRentExempt (it
    /// cannot grow), those of <see cref="AccountHandle.WriteData"/>.
    /// </summary>
    internal InstructionError Write(in AccountHandle account)
    {
        if (account.DataLength < Size
            && (account.Lamports < Rent.MinimumBalance(Size) || account.SetDataLength(Size).IsError))
        {
            return InstructionErrorKind.AccountNotRentExempt;
        }

        return account.WriteData(0, ToBytes());
    }

    internal byte[] ToBytes()
    {
        DataWriter data = new DataWriter().UInt32(Version4)
            .Address(Node).Address(Withdrawer).Address(InflationCollector).Address(BlockCollector)
            .UInt16(InflationCommissionBps).UInt16(BlockCommissionBps).UInt64(PendingRewards)
            .Byte((byte)(BlsKey is null ? 0 : 1)).Bytes(BlsKey);
        data.UInt64((ulong)Votes.Count);
        foreach (LandedVote vote in Votes)
            data.Byte(vote.Latency).UInt64(vote.Slot).UInt32(vote.Confirmations);
        data.Byte((byte)(Root is null ? 0 : 1));
        if (Root is { } root)
            data.UInt64(root);
        data.UInt64((ulong)Voters.Count);
        foreach ((ulong epoch, Address voter) in Voters)
            data.UInt64(epoch).Address(voter);
        data.UInt64((ulong)Credits.Count);
        foreach (EpochCredits credits in Credits)
            data.UInt64(credits.Epoch).UInt64(credits.Credits).UInt64(credits.Before);
        return data.UInt64(LastTimestamp.Slot).UInt64((ulong)LastTimestamp.UnixTimestamp).ToArray();
    }

    private static VoteState ReadHead(ref BincodeReader reader) => new()
    {
        Node = reader.Address(),
        Withdrawer = reader.Address(),
        InflationCollector = reader.Address(),
        BlockCollector = reader.Address(),
        InflationCommissionBps = reader.UInt16(),
        BlockCommissionBps = reader.UInt16(),
        PendingRewards = reader.UInt64(),
        BlsKey = reader.Boolean() ? reader.Bytes(VoteInstructionReader.BlsKeyBytes).ToArray() : null,
    };

    private static VoteState ReadOldHead(ref BincodeReader reader, Address account)
    {
        Address node = reader.Address();
        return new VoteState
        {
            Node = node,
            Withdrawer = reader.Address(),
            CommissionPercent = reader.Byte(),
            InflationCollector = account,
            BlockCollector = node,
        };
    }

    // A count is untrusted; each of these ends with the bytes.
    private static void ReadVotes(ref BincodeReader reader, List<LandedVote> votes, bool hasLatency)
    {
        for (ulong count = reader.UInt64(); count > 0 && !reader.HasFailed; count--)
            votes.Add(new LandedVote(hasLatency ? reader.Byte() : (byte)0, reader.UInt64(), reader.UInt32()));
    }

    private static void ReadVoters(ref BincodeReader reader, SortedDictionary<ulong, Address> voters)
    {
        for (ulong count = reader.UInt64(); count > 0 && !reader.HasFailed; count--)
            voters[reader.UInt64()] = reader.Address();
    }

    private static void ReadCredits(ref BincodeReader reader, List<EpochCredits> credits)
    {
        for (ulong count = reader.UInt64(); count > 0 && !reader.HasFailed; count--)
            credits.Add(new EpochCredits(reader.UInt64(), reader.UInt64(), reader.UInt64()));
    }

    private static void SkipPriorVoters(ref BincodeReader reader)
    {
        _ = reader.Bytes(PriorVoters * PriorVoterBytes);
        _ = reader.UInt64();
        _ = reader.Boolean();
    }
}

/// <summary>Credits at the end of an epoch, and at the end of the one before.</summary>
internal readonly record struct EpochCredits(ulong Epoch, ulong Credits, ulong Before);
