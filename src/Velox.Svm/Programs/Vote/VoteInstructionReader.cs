using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Reads the parts of vote instructions (vote-interface, vote_instruction_data.rs) from untrusted bytes.</summary>
internal static class VoteInstructionReader
{
    internal const int BlsKeyBytes = 48;
    internal const int BlsProofBytes = 96;

    private const uint LastRole = (uint)VoteRole.VoterWithBls;

    /// <summary>What an authority may do, and for voters with a BLS key that key and its proof.</summary>
    internal static VoteAuthority Authority(ref BincodeReader reader)
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

    internal static CommissionKind Commission(ref BincodeReader reader)
    {
        uint kind = reader.UInt32();
        if (kind > (uint)CommissionKind.BlockRevenue)
            reader.Fail();
        return (CommissionKind)kind;
    }

    /// <summary>A vote of the first kind: slots, oldest first, and what goes with them.</summary>
    internal static PlainVote Vote(ref BincodeReader reader)
    {
        var slots = new List<ulong>();
        for (ulong count = reader.UInt64(); count > 0 && !reader.HasFailed; count--)
            slots.Add(reader.UInt64());
        return new PlainVote(slots, reader.Hash(), (long?)reader.OptionalUInt64());
    }

    /// <summary>A whole state of votes.</summary>
    internal static VoteProposal Update(ref BincodeReader reader)
    {
        var votes = new List<LandedVote>();
        for (ulong count = reader.UInt64(); count > 0 && !reader.HasFailed; count--)
            votes.Add(new LandedVote(0, reader.UInt64(), reader.UInt32()));
        return new VoteProposal(votes, reader.OptionalUInt64(), reader.Hash(), (long?)reader.OptionalUInt64());
    }

    /// <summary>A whole state of votes, each slot as its distance from the one before.</summary>
    /// <param name="reader">The instruction's data.</param>
    /// <param name="hasBlockId">Whether a hash stands behind it that nobody looks at (TowerSync).</param>
    internal static VoteProposal CompactUpdate(ref BincodeReader reader, bool hasBlockId)
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

        var proposal = new VoteProposal(votes, hasRoot ? root : null, reader.Hash(), (long?)reader.OptionalUInt64());
        if (hasBlockId)
            _ = reader.Hash();
        if (overflows)
            reader.Fail();
        return proposal;
    }
}

internal enum VoteRole : uint
{
    Voter = 0,
    Withdrawer = 1,
    VoterWithBls = 2,
}

internal enum CommissionKind : uint
{
    InflationRewards = 0,
    BlockRevenue = 1,
}

/// <param name="Role">What the authority may do.</param>
/// <param name="BlsKey">Compressed; with <see cref="VoteRole.VoterWithBls"/>.</param>
/// <param name="BlsProof">That somebody has the key to it; with <see cref="VoteRole.VoterWithBls"/>.</param>
internal readonly record struct VoteAuthority(VoteRole Role, byte[]? BlsKey, byte[]? BlsProof);

/// <param name="Slots">Oldest first.</param>
/// <param name="Hash">Of the block of the last slot.</param>
/// <param name="UnixTimestamp">When the last slot was, or null.</param>
internal readonly record struct PlainVote(List<ulong> Slots, Hash256 Hash, long? UnixTimestamp);

/// <param name="Votes">Oldest first, latencies unknown.</param>
/// <param name="Root">The last slot that is final, or null.</param>
/// <param name="Hash">Of the block of the last slot.</param>
/// <param name="UnixTimestamp">When the last slot was, or null.</param>
internal readonly record struct VoteProposal(List<LandedVote> Votes, ulong? Root, Hash256 Hash, long? UnixTimestamp);
