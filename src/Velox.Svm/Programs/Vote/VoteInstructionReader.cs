using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Reads the parts of vote instructions (vote-interface, vote_instruction_data.rs) from untrusted bytes.</summary>
public static class VoteInstructionReader
{
    public const int BlsKeyBytes = 48;
    public const int BlsProofBytes = 96;

    private const uint LastRole = (uint)VoteRole.VoterWithBls;

    /// <summary>What an authority may do, and for voters with a BLS key that key and its proof.</summary>
    public static VoteAuthority Authority(ref BincodeReader reader)
    {
        uint role = reader.UInt32();
        if (role > LastRole)
            reader.Fail();
        bool hasKey = role == LastRole && !reader.HasFailed;
        return new VoteAuthority(
            (VoteRole)role,
            hasKey ? reader.Bytes(BlsKeyBytes).ToArray() : null,
            hasKey ? reader.Bytes(BlsProofBytes).ToArray() : null);
    }

    /// <summary>What a vote account of the newest kind begins with.</summary>
    public static VoteInit Init(ref BincodeReader reader) => new(
        reader.Address(), reader.Address(), reader.Bytes(BlsKeyBytes).ToArray(), reader.Bytes(BlsProofBytes).ToArray(), reader.Address(),
        reader.UInt16(), reader.UInt16());

    public static CommissionKind Commission(ref BincodeReader reader)
    {
        uint kind = reader.UInt32();
        if (kind > (uint)CommissionKind.BlockRevenue)
            reader.Fail();
        return (CommissionKind)kind;
    }

    /// <summary>A vote of the first kind: slots, oldest first, and what goes with them.</summary>
    public static PlainVote Vote(ref BincodeReader reader)
    {
        var slots = new List<ulong>();
        for (ulong count = reader.UInt64(); count > 0 && !reader.HasFailed; count--)
            slots.Add(reader.UInt64());
        return new PlainVote(slots, reader.Hash(), (long?)reader.OptionalUInt64());
    }

    /// <summary>A whole state of votes.</summary>
    public static VoteProposal Update(ref BincodeReader reader)
    {
        var votes = new List<LandedVote>();
        for (ulong count = reader.UInt64(); count > 0 && !reader.HasFailed; count--)
            votes.Add(new LandedVote(0, reader.UInt64(), reader.UInt32()));
        return new VoteProposal(votes, reader.OptionalUInt64(), reader.Hash(), (long?)reader.OptionalUInt64(), default);
    }

    /// <summary>A whole state of votes, each slot as its distance from the one before.</summary>
    /// <param name="reader">The instruction's data.</param>
    /// <param name="hasBlockId">Whether the block's id stands behind it (TowerSync).</param>
    public static VoteProposal CompactUpdate(ref BincodeReader reader, bool hasBlockId)
    {
        ulong root = reader.UInt64();
        bool hasRoot = root != ulong.MaxValue;
        ulong slot = hasRoot ? root : 0;
        var votes = new List<LandedVote>();
        bool overflows = false;
        for (int count = reader.CompactLength(); count > 0 && !reader.HasFailed; count--)
        {
            ulong distance = reader.VariableUInt64();
            overflows |= distance > ulong.MaxValue - slot;
            slot += distance;
            votes.Add(new LandedVote(0, slot, reader.Byte()));
        }

        if (overflows)
            reader.Fail();
        return new VoteProposal(
            votes, hasRoot ? root : null, reader.Hash(), (long?)reader.OptionalUInt64(), hasBlockId ? reader.Hash() : default);
    }
}

/// <summary>What an authority of a vote account may do.</summary>
public enum VoteRole : uint
{
    Voter = 0,
    Withdrawer = 1,
    VoterWithBls = 2,
}

/// <summary>Of what a commission is taken.</summary>
public enum CommissionKind : uint
{
    InflationRewards = 0,
    BlockRevenue = 1,
}

/// <summary>An authority of a vote account, as an instruction names it.</summary>
/// <param name="Role">What the authority may do.</param>
/// <param name="BlsKey">Compressed; with <see cref="VoteRole.VoterWithBls"/>.</param>
/// <param name="BlsProof">That somebody has the key to it; with <see cref="VoteRole.VoterWithBls"/>.</param>
public readonly record struct VoteAuthority(VoteRole Role, byte[]? BlsKey, byte[]? BlsProof);

/// <summary>What a vote account of the newest kind begins with (InitializeAccountV2).</summary>
/// <param name="Node">The validator.</param>
/// <param name="Voter">Who votes from this epoch on.</param>
/// <param name="BlsKey">48 bytes, compressed.</param>
/// <param name="BlsProof">96 bytes: that somebody has the key to it.</param>
/// <param name="Withdrawer">Who may take lamports out.</param>
/// <param name="InflationCommissionBps">Of rewards of inflation, in basis points.</param>
/// <param name="BlockCommissionBps">Of what blocks bring, in basis points.</param>
public readonly record struct VoteInit(
    Address Node, Address Voter, byte[] BlsKey, byte[] BlsProof, Address Withdrawer, ushort InflationCommissionBps, ushort BlockCommissionBps);

/// <summary>A vote for slots one after the other.</summary>
/// <param name="Slots">Oldest first.</param>
/// <param name="Hash">Of the block of the last slot.</param>
/// <param name="UnixTimestamp">When the last slot was, or null.</param>
public readonly record struct PlainVote(List<ulong> Slots, Hash256 Hash, long? UnixTimestamp);

/// <summary>A vote as a whole state of votes.</summary>
/// <param name="Votes">Oldest first, latencies unknown.</param>
/// <param name="Root">The last slot that is final, or null.</param>
/// <param name="Hash">Of the block of the last slot.</param>
/// <param name="UnixTimestamp">When the last slot was, or null.</param>
/// <param name="BlockId">Names the chain up to the block, in a TowerSync; nobody looks at it.</param>
public readonly record struct VoteProposal(List<LandedVote> Votes, ulong? Root, Hash256 Hash, long? UnixTimestamp, Hash256 BlockId);
