using System.Text.Json.Nodes;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Instructions of the address lookup table program (Agave transaction-status, parse_address_lookup_table).</summary>
internal static class LookupTableInstructionJson
{
    private const string Table = "lookupTableAccount";
    private const string Authority = "lookupTableAuthority";

    internal static ParsedInstruction? Parse(ref InstructionFields fields)
    {
        switch ((LookupTableInstructionTag)fields.Data.UInt32())
        {
            case LookupTableInstructionTag.Create:
                ulong slot = fields.Data.UInt64();
                byte bump = fields.Data.Byte();
                return fields.Of(
                    "createLookupTable", [Table, Authority, "payerAccount", "systemProgram"], ("recentSlot", slot), ("bumpSeed", bump));
            case LookupTableInstructionTag.Freeze:
                return fields.Of("freezeLookupTable", [Table, Authority]);
            case LookupTableInstructionTag.Extend:
                var addresses = new JsonArray();
                for (ulong count = fields.Data.UInt64(); count > 0 && !fields.Data.HasFailed; count--)
                    addresses.Add((JsonNode)fields.Data.Address().ToString());
                string[] payer = fields.AccountCount >= 4 ? ["payerAccount", "systemProgram"] : [];
                return fields.Of("extendLookupTable", [Table, Authority, .. payer], ("newAddresses", addresses));
            case LookupTableInstructionTag.Deactivate:
                return fields.Of("deactivateLookupTable", [Table, Authority]);
            case LookupTableInstructionTag.Close:
                return fields.Of("closeLookupTable", [Table, Authority, "recipient"]);
            default:
                return null;
        }
    }
}
