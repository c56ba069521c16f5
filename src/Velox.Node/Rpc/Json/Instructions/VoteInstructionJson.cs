using System.Text;
using System.Text.Json.Nodes;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Instructions of the vote program (Agave transaction-status, parse_vote).</summary>
internal static class VoteInstructionJson
{
    private const string Vote = "voteAccount";
    private const string Clock = "clockSysvar";
    private const string Withdrawer = "withdrawAuthority";

    internal static ParsedInstruction? Parse(ref InstructionFields fields)
    {
        var tag = (VoteInstructionTag)fields.Data.UInt32();
        switch (tag)
        {
            case VoteInstructionTag.InitializeAccount:
                return Initialize(ref fields);
            case VoteInstructionTag.InitializeAccountV2:
                return InitializeSecond(ref fields);
            case VoteInstructionTag.Authorize:
                string next = fields.Data.Address().ToString();
                return fields.Of(
                    "authorize", [Vote, Clock, "authority"], ("newAuthority", next), ("authorityType", Role(ref fields)));
            case VoteInstructionTag.AuthorizeChecked:
                return fields.Of("authorizeChecked", [Vote, Clock, "authority", "newAuthority"], ("authorityType", Role(ref fields)));
            case VoteInstructionTag.AuthorizeWithSeed or VoteInstructionTag.AuthorizeCheckedWithSeed:
                return AuthorizeWithSeed(ref fields, isChecked: tag == VoteInstructionTag.AuthorizeCheckedWithSeed);
            case VoteInstructionTag.Withdraw:
                return fields.Of("withdraw", [Vote, "destination", Withdrawer], ("lamports", fields.Data.UInt64()));
            case VoteInstructionTag.UpdateValidatorIdentity:
                return fields.Of("updateValidatorIdentity", [Vote, "newValidatorIdentity", Withdrawer]);
            case VoteInstructionTag.UpdateCommission:
                return fields.Of("updateCommission", [Vote, Withdrawer], ("commission", fields.Data.Byte()));
            case VoteInstructionTag.UpdateCommissionBps:
                ushort bps = fields.Data.UInt16();
                return fields.Of(
                    "updateCommissionBps", [Vote, Withdrawer], ("commissionBps", bps), ("commissionKind", Kind(ref fields)));
            case VoteInstructionTag.UpdateCommissionCollector:
                return fields.Of("updateCommissionCollector", [Vote, "newCollector", Withdrawer], ("commissionKind", Kind(ref fields)));
            case VoteInstructionTag.DepositDelegatorRewards:
                return fields.Of("depositDelegatorRewards", [Vote, "source"], ("deposit", fields.Data.UInt64()));
            case VoteInstructionTag.Vote or VoteInstructionTag.VoteSwitch:
                return PlainVote(ref fields, isSwitch: tag == VoteInstructionTag.VoteSwitch);
            default:
                return tag <= VoteInstructionTag.TowerSyncSwitch ? Tower(ref fields, tag) : null;
        }
    }

    private static ParsedInstruction? Initialize(ref InstructionFields fields)
    {
        _ = fields.Data.Address();
        string voter = fields.Data.Address().ToString();
        string withdrawer = fields.Data.Address().ToString();
        return fields.Of(
            "initialize", [Vote, "rentSysvar", Clock, "node"],
            ("authorizedVoter", voter), ("authorizedWithdrawer", withdrawer), ("commission", fields.Data.Byte()));
    }

    private static ParsedInstruction? InitializeSecond(ref InstructionFields fields)
    {
        VoteInit init = VoteInstructionReader.Init(ref fields.Data);
        return fields.Of(
            "initializeV2", [Vote, "node", "inflationRewardsCollector", "blockRevenueCollector"],
            ("authorizedVoter", init.Voter.ToString()), ("authorizedVoterBlsPubkey", Convert.ToBase64String(init.BlsKey)),
            ("authorizedVoterBlsProofOfPossession", Convert.ToBase64String(init.BlsProof)),
            ("authorizedWithdrawer", init.Withdrawer.ToString()), ("inflationRewardsCommissionBps", init.InflationCommissionBps),
            ("blockRevenueCommissionBps", init.BlockCommissionBps));
    }

    private static ParsedInstruction? AuthorizeWithSeed(ref InstructionFields fields, bool isChecked)
    {
        JsonNode? role = Role(ref fields);
        string owner = fields.Data.Address().ToString();
        string seed = Encoding.UTF8.GetString(fields.Data.Text());
        (string, JsonNode?)[] members = [("authorityOwner", owner), ("authoritySeed", seed), ("authorityType", role)];
        return isChecked
            ? fields.Of("authorizeCheckedWithSeed", [Vote, Clock, "authorityBaseKey", "newAuthority"], members)
            : fields.Of(
                "authorizeWithSeed", [Vote, Clock, "authorityBaseKey"], [.. members, ("newAuthority", fields.Data.Address().ToString())]);
    }

    private static ParsedInstruction? PlainVote(ref InstructionFields fields, bool isSwitch)
    {
        PlainVote vote = VoteInstructionReader.Vote(ref fields.Data);
        var shown = new JsonObject
        {
            ["slots"] = new JsonArray([.. vote.Slots.Select(slot => (JsonNode)slot)]),
            ["hash"] = vote.Hash.ToString(),
            ["timestamp"] = vote.UnixTimestamp,
        };
        string[] accounts = [Vote, "slotHashesSysvar", Clock, "voteAuthority"];
        return isSwitch
            ? fields.Of("voteSwitch", accounts, ("vote", shown), ("hash", fields.Data.Hash().ToString()))
            : fields.Of("vote", accounts, ("vote", shown));
    }

    private static ParsedInstruction? Tower(ref InstructionFields fields, VoteInstructionTag tag)
    {
        bool isSync = tag is VoteInstructionTag.TowerSync or VoteInstructionTag.TowerSyncSwitch;
        bool isPlain = tag is VoteInstructionTag.UpdateVoteState or VoteInstructionTag.UpdateVoteStateSwitch;
        bool isSwitch = tag is VoteInstructionTag.UpdateVoteStateSwitch or VoteInstructionTag.CompactUpdateVoteStateSwitch
            or VoteInstructionTag.TowerSyncSwitch;
        VoteProposal proposal = isPlain
            ? VoteInstructionReader.Update(ref fields.Data)
            : VoteInstructionReader.CompactUpdate(ref fields.Data, hasBlockId: isSync);
        var shown = new JsonObject
        {
            ["lockouts"] = new JsonArray([.. proposal.Votes.Select(Lockout)]),
            ["root"] = proposal.Root,
            ["hash"] = proposal.Hash.ToString(),
            ["timestamp"] = proposal.UnixTimestamp,
        };
        if (isSync)
            shown.Add("blockId", proposal.BlockId.ToString());
        (string, JsonNode?)[] members = [(isSync ? "towerSync" : "voteStateUpdate", shown)];
        if (isSwitch)
            members = [.. members, ("hash", fields.Data.Hash().ToString())];
        // These names are in one case, as Agave has them.
        return fields.Of(tag.ToString().ToLowerInvariant(), [Vote, "voteAuthority"], members);
    }

    private static JsonNode Lockout(LandedVote vote) => new JsonObject
    {
        ["slot"] = vote.Slot,
        ["confirmation_count"] = vote.Confirmations,
    };

    private static JsonNode? Role(ref InstructionFields fields)
    {
        VoteAuthority authority = VoteInstructionReader.Authority(ref fields.Data);
        if (authority is not { BlsKey: { } key, BlsProof: { } proof })
            return authority.Role == VoteRole.Voter ? "Voter" : "Withdrawer";
        return new JsonObject
        {
            ["VoterWithBLS"] = new JsonObject { ["bls_pubkey"] = Numbers(key), ["bls_proof_of_possession"] = Numbers(proof) },
        };
    }

    private static JsonArray Numbers(byte[] bytes) => new([.. bytes.Select(value => (JsonNode)value)]);

    private static JsonNode? Kind(ref InstructionFields fields) => VoteInstructionReader.Commission(ref fields.Data).ToString();
}
