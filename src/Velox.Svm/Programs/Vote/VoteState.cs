using Velox.Primitives;

namespace Velox.Svm;

/// <summary>A vote account's data, version 4, of an account that never voted (vote-interface, VoteStateV4).</summary>
/// <remarks>
/// 3 u32; node, withdrawer, collector of inflation rewards, collector of block revenue; commissions in basis points, u16
/// each; pending rewards u64; no BLS key (0 u8); no votes (0 u64); no root (0 u8); count u64 of voters, with the epoch from
/// which each votes; no credits (0 u64); slot u64 and time i64 of the last vote. The account has 3,762 bytes.
/// </remarks>
public sealed record VoteState
{
    /// <summary>Bytes of a vote account.</summary>
    public const int Size = 3_762;

    private const uint Version4 = 3;
    private const int MaxVoters = 64;
    private const ushort WholeBps = 10_000;
    private const int BpsPerPercent = 100;

    public Address Node { get; init; }

    public Address Withdrawer { get; init; }

    public Address InflationCollector { get; init; }

    public Address BlockCollector { get; init; }

    public ushort InflationCommissionBps { get; init; }

    public ushort BlockCommissionBps { get; init; } = WholeBps;

    /// <summary>Who votes, by the epoch from which on.</summary>
    public SortedDictionary<ulong, Address> Voters { get; init; } = [];

    public int CommissionPercent => Math.Min(InflationCommissionBps / BpsPerPercent, byte.MaxValue);

    internal static VoteState New(Address account, Address node, Address voter, Address withdrawer, byte commission, ulong epoch) =>
        new()
        {
            Node = node,
            Withdrawer = withdrawer,
            InflationCollector = account,
            BlockCollector = node,
            InflationCommissionBps = (ushort)(commission * BpsPerPercent),
            Voters = new() { [epoch] = voter },
        };

    internal VoteState WithCommission(byte percent) => this with { InflationCommissionBps = (ushort)(percent * BpsPerPercent) };

    /// <summary>Reads a vote account. Errors: UninitializedAccount, InvalidAccountData (also one that has votes).</summary>
    internal static InstructionError Read(ReadOnlySpan<byte> data, out VoteState state)
    {
        var reader = new BincodeReader(data);
        uint version = reader.UInt32();
        state = new VoteState();
        if (version == 0 && !reader.HasFailed)
            return InstructionErrorKind.UninitializedAccount;
        state = new VoteState
        {
            Node = reader.Address(),
            Withdrawer = reader.Address(),
            InflationCollector = reader.Address(),
            BlockCollector = reader.Address(),
            InflationCommissionBps = reader.UInt16(),
            BlockCommissionBps = reader.UInt16(),
        };
        bool isEmpty = reader.UInt64() == 0 && !reader.Boolean() && reader.UInt64() == 0 && !reader.Boolean();
        ulong voters = reader.UInt64();
        bool isKnown = version == Version4 && isEmpty && voters is > 0 and <= MaxVoters;
        for (ulong i = 0; isKnown && i < voters; i++)
            state.Voters[reader.UInt64()] = reader.Address();
        isEmpty = reader.UInt64() == 0;
        return isKnown && isEmpty && !reader.HasFailed ? InstructionError.None : InstructionErrorKind.InvalidAccountData;
    }

    internal byte[] ToBytes()
    {
        DataWriter data = new DataWriter().UInt32(Version4)
            .Address(Node).Address(Withdrawer).Address(InflationCollector).Address(BlockCollector)
            .UInt16(InflationCommissionBps).UInt16(BlockCommissionBps)
            .UInt64(0).Byte(0).UInt64(0).Byte(0)
            .UInt64((ulong)Voters.Count);
        foreach ((ulong epoch, Address voter) in Voters)
            data.UInt64(epoch).Address(voter);
        return data.UInt64(0).UInt64(0).UInt64(0).ToArray();
    }
}
