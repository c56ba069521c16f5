using Velox.Svm;

namespace Velox.Node;

/// <summary>Instructions of loaders v2 and v3 (Agave transaction-status, parse_bpf_loader).</summary>
internal static class LoaderInstructionJson
{
    private const uint Write = 0;
    private const uint FinalizeProgram = 1;

    /// <summary>Loader v2.</summary>
    internal static ParsedInstruction? ParseFinal(ref InstructionFields fields)
    {
        switch (fields.Data.UInt32())
        {
            case Write:
                uint offset = fields.Data.UInt32();
                string bytes = Convert.ToBase64String(fields.Data.Blob());
                return fields.Of("write", ["account"], ("offset", offset), ("bytes", bytes));
            case FinalizeProgram:
                return fields.AccountCount < 2 ? null : fields.Of("finalize", ["account"]);
            default:
                return null;
        }
    }

    /// <summary>Loader v3.</summary>
    internal static ParsedInstruction? ParseUpgradeable(ref InstructionFields fields)
    {
        switch ((LoaderInstructionTag)fields.Data.UInt32())
        {
            case LoaderInstructionTag.InitializeBuffer:
                return fields.Of("initializeBuffer", ["account", "authority?"]);
            case LoaderInstructionTag.Write:
                uint offset = fields.Data.UInt32();
                string bytes = Convert.ToBase64String(fields.Data.Blob());
                return fields.Of("write", ["account", "authority"], ("offset", offset), ("bytes", bytes));
            case LoaderInstructionTag.DeployWithMaxDataLen:
                return fields.Of(
                    "deployWithMaxDataLen",
                    [
                        "payerAccount", "programDataAccount", "programAccount", "bufferAccount", "rentSysvar", "clockSysvar",
                        "systemProgram", "authority",
                    ],
                    ("maxDataLen", fields.Data.UInt64()));
            case LoaderInstructionTag.Upgrade:
                return fields.Of(
                    "upgrade",
                    [
                        "programDataAccount", "programAccount", "bufferAccount", "spillAccount", "rentSysvar", "clockSysvar", "authority",
                    ]);
            case LoaderInstructionTag.SetAuthority:
                return fields.Of("setAuthority", ["account", "authority", "newAuthority~"]);
            case LoaderInstructionTag.SetAuthorityChecked:
                return fields.Of("setAuthorityChecked", ["account", "authority", "newAuthority"]);
            case LoaderInstructionTag.Close:
                return fields.Of("close", ["account", "recipient", "authority", "programAccount~"]);
            case LoaderInstructionTag.ExtendProgram:
                return fields.Of(
                    "extendProgram", ["programDataAccount", "programAccount", "systemProgram~", "payerAccount~"],
                    ("additionalBytes", fields.Data.UInt32()));
            default:
                return null;
        }
    }
}
