using System.Text;
using System.Text.Json.Nodes;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Instructions of the system program (Agave transaction-status, parse_system).</summary>
internal static class SystemInstructionJson
{
    internal static ParsedInstruction? Parse(ref InstructionFields fields)
    {
        switch ((SystemInstructionTag)fields.Data.UInt32())
        {
            case SystemInstructionTag.CreateAccount:
                ulong lamports = fields.Data.UInt64();
                return fields.Of("createAccount", ["source", "newAccount"], ("lamports", lamports), Space(ref fields), Owner(ref fields));
            case SystemInstructionTag.Assign:
                return fields.Of("assign", ["account"], Owner(ref fields));
            case SystemInstructionTag.Transfer:
                return fields.Of("transfer", ["source", "destination"], Lamports(ref fields));
            case SystemInstructionTag.CreateAccountWithSeed:
                return fields.Of(
                    "createAccountWithSeed", ["source", "newAccount"],
                    Key(ref fields, "base"), Seed(ref fields, "seed"), Lamports(ref fields), Space(ref fields), Owner(ref fields));
            case SystemInstructionTag.AdvanceNonceAccount:
                return fields.Of("advanceNonce", ["nonceAccount", "recentBlockhashesSysvar", "nonceAuthority"]);
            case SystemInstructionTag.WithdrawNonceAccount:
                return fields.Of(
                    "withdrawFromNonce", ["nonceAccount", "destination", "recentBlockhashesSysvar", "rentSysvar", "nonceAuthority"],
                    Lamports(ref fields));
            case SystemInstructionTag.InitializeNonceAccount:
                return fields.Of(
                    "initializeNonce", ["nonceAccount", "recentBlockhashesSysvar", "rentSysvar"], Key(ref fields, "nonceAuthority"));
            case SystemInstructionTag.AuthorizeNonceAccount:
                return fields.Of("authorizeNonce", ["nonceAccount", "nonceAuthority"], Key(ref fields, "newAuthorized"));
            case SystemInstructionTag.UpgradeNonceAccount:
                return fields.Of("upgradeNonce", ["nonceAccount"]);
            case SystemInstructionTag.Allocate:
                return fields.Of("allocate", ["account"], Space(ref fields));
            case SystemInstructionTag.AllocateWithSeed:
                return Derived(ref fields, "allocateWithSeed", hasSpace: true);
            case SystemInstructionTag.AssignWithSeed:
                return Derived(ref fields, "assignWithSeed", hasSpace: false);
            case SystemInstructionTag.TransferWithSeed:
                return fields.Of(
                    "transferWithSeed", ["source", "sourceBase", "destination"],
                    Lamports(ref fields), Seed(ref fields, "sourceSeed"), Key(ref fields, "sourceOwner"));
            case SystemInstructionTag.CreateAccountAllowPrefund:
                return CreatePrefunded(ref fields);
            default:
                return null;
        }
    }

    private static ParsedInstruction? Derived(ref InstructionFields fields, string type, bool hasSpace)
    {
        (string, JsonNode?)[] members = [Key(ref fields, "base"), Seed(ref fields, "seed")];
        if (hasSpace)
            members = [.. members, Space(ref fields)];
        return fields.AccountCount < 2 ? null : fields.Of(type, ["account"], [.. members, Owner(ref fields)]);
    }

    /// <summary>Who pays is listed only where lamports are asked for.</summary>
    private static ParsedInstruction? CreatePrefunded(ref InstructionFields fields)
    {
        (string Name, JsonNode? Value) lamports = Lamports(ref fields);
        (string, JsonNode?)[] members = [Space(ref fields), Owner(ref fields)];
        return lamports.Value!.GetValue<ulong>() == 0
            ? fields.Of("createAccountAllowPrefund", ["newAccount"], members)
            : fields.Of("createAccountAllowPrefund", ["newAccount", "source"], [lamports, .. members]);
    }

    private static (string Name, JsonNode? Value) Lamports(ref InstructionFields fields) => ("lamports", fields.Data.UInt64());

    private static (string Name, JsonNode? Value) Space(ref InstructionFields fields) => ("space", fields.Data.UInt64());

    private static (string Name, JsonNode? Value) Owner(ref InstructionFields fields) => Key(ref fields, "owner");

    private static (string Name, JsonNode? Value) Key(ref InstructionFields fields, string name) => (name, fields.Data.Address().ToString());

    private static (string Name, JsonNode? Value) Seed(ref InstructionFields fields, string name) =>
        (name, Encoding.UTF8.GetString(fields.Data.Text()));
}
