using System.Text;
using System.Text.Json.Nodes;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Instructions of the stake program (Agave transaction-status, parse_stake).</summary>
internal static class StakeInstructionJson
{
    private const string Stake = "stakeAccount";
    private const string Clock = "clockSysvar";
    private const string History = "stakeHistorySysvar";
    private const string Authority = "stakeAuthority";

    internal static ParsedInstruction? Parse(ref InstructionFields fields)
    {
        var tag = (StakeInstructionTag)fields.Data.UInt32();
        switch (tag)
        {
            case StakeInstructionTag.Initialize:
                return Initialize(ref fields);
            case StakeInstructionTag.Authorize:
                string next = fields.Data.Address().ToString();
                string? role = Role(ref fields);
                return role is null
                    ? null
                    : fields.Of("authorize", [Stake, Clock, "authority", "custodian?"], ("newAuthority", next), ("authorityType", role));
            case StakeInstructionTag.DelegateStake:
                return fields.Of("delegate", [Stake, "voteAccount", Clock, History, "stakeConfigAccount", Authority]);
            case StakeInstructionTag.Split:
                return fields.Of("split", [Stake, "newSplitAccount", Authority], ("lamports", fields.Data.UInt64()));
            case StakeInstructionTag.Withdraw:
                return fields.Of(
                    "withdraw", [Stake, "destination", Clock, History, "withdrawAuthority", "custodian?"],
                    ("lamports", fields.Data.UInt64()));
            case StakeInstructionTag.Deactivate:
                return fields.Of("deactivate", [Stake, Clock, Authority]);
            case StakeInstructionTag.SetLockup or StakeInstructionTag.SetLockupChecked:
                return SetLockup(ref fields, isChecked: tag == StakeInstructionTag.SetLockupChecked);
            case StakeInstructionTag.Merge:
                return fields.Of("merge", ["destination", "source", Clock, History, Authority]);
            case StakeInstructionTag.AuthorizeWithSeed or StakeInstructionTag.AuthorizeCheckedWithSeed:
                return AuthorizeWithSeed(ref fields, isChecked: tag == StakeInstructionTag.AuthorizeCheckedWithSeed);
            case StakeInstructionTag.InitializeChecked:
                return fields.Of("initializeChecked", [Stake, "rentSysvar", "staker", "withdrawer"]);
            case StakeInstructionTag.AuthorizeChecked:
                role = Role(ref fields);
                return role is null
                    ? null
                    : fields.Of("authorizeChecked", [Stake, Clock, "authority", "newAuthority", "custodian?"], ("authorityType", role));
            case StakeInstructionTag.GetMinimumDelegation:
                return new ParsedInstruction("getMinimumDelegation", null);
            case StakeInstructionTag.DeactivateDelinquent:
                return fields.Of("deactivateDelinquent", [Stake, "voteAccount", "referenceVoteAccount"]);
            case StakeInstructionTag.Redelegate:
                return fields.Of("redelegate", [Stake, "newStakeAccount", "voteAccount", "stakeConfigAccount", Authority]);
            case StakeInstructionTag.MoveStake or StakeInstructionTag.MoveLamports:
                string type = tag == StakeInstructionTag.MoveStake ? "moveStake" : "moveLamports";
                return fields.Of(type, ["source", "destination", Authority], ("lamports", fields.Data.UInt64()));
            default:
                return null;
        }
    }

    private static ParsedInstruction? Initialize(ref InstructionFields fields)
    {
        var authorized = new JsonObject
        {
            ["staker"] = fields.Data.Address().ToString(),
            ["withdrawer"] = fields.Data.Address().ToString(),
        };
        var lockup = new JsonObject
        {
            ["unixTimestamp"] = (long)fields.Data.UInt64(),
            ["epoch"] = fields.Data.UInt64(),
            ["custodian"] = fields.Data.Address().ToString(),
        };
        return fields.Of("initialize", [Stake, "rentSysvar"], ("authorized", authorized), ("lockup", lockup));
    }

    /// <summary>What of the lockup is set; the checked form lists the new custodian as an account.</summary>
    private static ParsedInstruction? SetLockup(ref InstructionFields fields, bool isChecked)
    {
        var lockup = new JsonObject();
        if (fields.Data.OptionalUInt64() is { } time)
            lockup.Add("unixTimestamp", (long)time);
        if (fields.Data.OptionalUInt64() is { } epoch)
            lockup.Add("epoch", epoch);
        if (!isChecked && fields.Data.OptionalAddress() is { } custodian)
            lockup.Add("custodian", custodian.ToString());
        if (isChecked && fields.AccountCount >= 3)
            lockup.Add("custodian", fields.Account(2));
        return fields.Of(isChecked ? "setLockupChecked" : "setLockup", [Stake, "custodian"], ("lockup", lockup));
    }

    private static ParsedInstruction? AuthorizeWithSeed(ref InstructionFields fields, bool isChecked)
    {
        string next = isChecked ? "" : fields.Data.Address().ToString();
        if (Role(ref fields) is not { } role)
            return null;
        string seed = Encoding.UTF8.GetString(fields.Data.Text());
        string owner = fields.Data.Address().ToString();
        (string, JsonNode?)[] members = [("authorityType", role), ("authoritySeed", seed), ("authorityOwner", owner)];
        return isChecked
            ? fields.Of("authorizeCheckedWithSeed", [Stake, "authorityBase", Clock, "newAuthorized", "custodian?"], members)
            : fields.Of(
                "authorizeWithSeed", [Stake, "authorityBase", "clockSysvar?", "custodian?"], [.. members, ("newAuthorized", next)]);
    }

    private static string? Role(ref InstructionFields fields) => (fields.Data.UInt32(), fields.Data.HasFailed) switch
    {
        (0, false) => "Staker",
        (1, false) => "Withdrawer",
        _ => null,
    };
}
