using System.Text;
using System.Text.Json.Nodes;
using Velox.Svm;

namespace Velox.Node;

/// <summary>
/// Instructions of SPL Token and those of Token-2022 that are the same (Agave transaction-status, parse_token). Instructions of
/// Token-2022's extensions are left partly decoded.
/// </summary>
internal static class TokenInstructionJson
{
    private static readonly string[] AuthorityTypes =
    [
        "mintTokens", "freezeAccount", "accountOwner", "closeAccount", "transferFeeConfig", "withheldWithdraw", "closeMint", "interestRate",
        "permanentDelegate", "confidentialTransferMint", "transferHookProgramId", "confidentialTransferFeeConfig", "metadataPointer",
        "groupPointer", "groupMemberPointer", "scaledUiAmount", "pause", "permissionedBurn",
    ];

    private static readonly string[] ExtensionTypes =
    [
        "uninitialized", "transferFeeConfig", "transferFeeAmount", "mintCloseAuthority", "confidentialTransferMint",
        "confidentialTransferAccount", "defaultAccountState", "immutableOwner", "memoTransfer", "nonTransferable", "interestBearingConfig",
        "cpiGuard", "permanentDelegate", "nonTransferableAccount", "transferHook", "transferHookAccount", "confidentialTransferFeeConfig",
        "confidentialTransferFeeAmount", "metadataPointer", "tokenMetadata", "groupPointer", "tokenGroup", "groupMemberPointer",
        "tokenGroupMember", "confidentialMintBurn", "scaledUiAmount", "pausable", "pausableAccount", "permissionedBurn",
    ];

    /// <param name="fields">The instruction.</param>
    /// <param name="data">Its data, whose first byte says which one it is.</param>
    internal static ParsedInstruction? Parse(ref InstructionFields fields, byte[] data)
    {
        if (data.Length == 0 || data[0] > (byte)TokenInstructionTag.UiAmountToAmount)
            return null;
        var tag = (TokenInstructionTag)fields.Data.Byte();
        switch (tag)
        {
            case TokenInstructionTag.InitializeMint:
                return InitializeMint(ref fields, "initializeMint", ["mint", "rentSysvar"]);
            case TokenInstructionTag.InitializeMint2:
                return InitializeMint(ref fields, "initializeMint2", ["mint"]);
            case TokenInstructionTag.InitializeAccount:
                return fields.Of("initializeAccount", ["account", "mint", "owner", "rentSysvar"]);
            case TokenInstructionTag.InitializeAccount2:
                return fields.Of("initializeAccount2", ["account", "mint", "rentSysvar"], ("owner", Key(ref fields)));
            case TokenInstructionTag.InitializeAccount3:
                return fields.Of("initializeAccount3", ["account", "mint"], ("owner", Key(ref fields)));
            case TokenInstructionTag.InitializeMultisig:
                return InitializeMultisig(ref fields, "initializeMultisig", ["multisig", "rentSysvar"]);
            case TokenInstructionTag.InitializeMultisig2:
                return InitializeMultisig(ref fields, "initializeMultisig2", ["multisig"]);
            case TokenInstructionTag.SetAuthority:
                return SetAuthority(ref fields);
            case TokenInstructionTag.SyncNative:
                return fields.Of("syncNative", ["account"]);
            case TokenInstructionTag.GetAccountDataSize:
                return GetAccountDataSize(ref fields, data.AsSpan(1));
            case TokenInstructionTag.InitializeImmutableOwner:
                return fields.Of("initializeImmutableOwner", ["account"]);
            case TokenInstructionTag.AmountToUiAmount:
                return fields.Of("amountToUiAmount", ["mint"], ("amount", fields.Data.UInt64().ToString()));
            case TokenInstructionTag.UiAmountToAmount:
                string text = Encoding.UTF8.GetString(data.AsSpan(1));
                return System.Text.Unicode.Utf8.IsValid(data.AsSpan(1)) ? fields.Of("uiAmountToAmount", ["mint"], ("uiAmount", text)) : null;
            default:
                return Authorized(ref fields, tag);
        }
    }

    /// <summary>What an owner, a delegate or another authority does.</summary>
    private static ParsedInstruction? Authorized(ref InstructionFields fields, TokenInstructionTag tag) => tag switch
    {
        TokenInstructionTag.Transfer => Signed(ref fields, "transfer", ["source", "destination"], "authority", Amount(ref fields)),
        TokenInstructionTag.Approve => Signed(ref fields, "approve", ["source", "delegate"], "owner", Amount(ref fields)),
        TokenInstructionTag.Revoke => Signed(ref fields, "revoke", ["source"], "owner"),
        TokenInstructionTag.MintTo => Signed(ref fields, "mintTo", ["mint", "account"], "mintAuthority", Amount(ref fields)),
        TokenInstructionTag.Burn => Signed(ref fields, "burn", ["account", "mint"], "authority", Amount(ref fields)),
        TokenInstructionTag.CloseAccount => Signed(ref fields, "closeAccount", ["account", "destination"], "owner"),
        TokenInstructionTag.FreezeAccount => Signed(ref fields, "freezeAccount", ["account", "mint"], "freezeAuthority"),
        TokenInstructionTag.ThawAccount => Signed(ref fields, "thawAccount", ["account", "mint"], "freezeAuthority"),
        TokenInstructionTag.TransferChecked =>
            Signed(ref fields, "transferChecked", ["source", "mint", "destination"], "authority", CheckedAmount(ref fields)),
        TokenInstructionTag.ApproveChecked =>
            Signed(ref fields, "approveChecked", ["source", "mint", "delegate"], "owner", CheckedAmount(ref fields)),
        TokenInstructionTag.MintToChecked =>
            Signed(ref fields, "mintToChecked", ["mint", "account"], "mintAuthority", CheckedAmount(ref fields)),
        TokenInstructionTag.BurnChecked => Signed(ref fields, "burnChecked", ["account", "mint"], "authority", CheckedAmount(ref fields)),
        _ => null,
    };

    /// <summary>The authority stands behind the other accounts; signers behind it make it a multisig.</summary>
    private static ParsedInstruction? Signed(
        ref InstructionFields fields, string type, string[] accounts, string authority, params (string, JsonNode?)[] members)
    {
        bool isMultisig = fields.AccountCount > accounts.Length + 1;
        if (isMultisig)
        {
            authority = $"multisig{char.ToUpperInvariant(authority[0])}{authority[1..]}";
            members = [.. members, ("signers", fields.AccountsFrom(accounts.Length + 1))];
        }

        return fields.Of(type, [.. accounts, authority], members);
    }

    private static ParsedInstruction? InitializeMint(ref InstructionFields fields, string type, string[] accounts)
    {
        byte decimals = fields.Data.Byte();
        string authority = Key(ref fields);
        (string, JsonNode?)[] freeze = fields.Data.OptionalAddress() is { } key ? [("freezeAuthority", key.ToString())] : [];
        return fields.Of(type, accounts, [("decimals", decimals), ("mintAuthority", authority), .. freeze]);
    }

    private static ParsedInstruction? InitializeMultisig(ref InstructionFields fields, string type, string[] accounts)
    {
        byte required = fields.Data.Byte();
        return fields.AccountCount <= accounts.Length
            ? null
            : fields.Of(type, accounts, ("signers", fields.AccountsFrom(accounts.Length)), ("m", required));
    }

    private static ParsedInstruction? SetAuthority(ref InstructionFields fields)
    {
        byte type = fields.Data.Byte();
        string? next = fields.Data.OptionalAddress()?.ToString();
        if (type >= AuthorityTypes.Length)
            return null;
        bool isOfAccount = (TokenAuthorityType)type is TokenAuthorityType.AccountOwner or TokenAuthorityType.CloseAccount;
        return Signed(
            ref fields, "setAuthority", [isOfAccount ? "account" : "mint"], "authority",
            ("authorityType", AuthorityTypes[type]), ("newAuthority", next));
    }

    private static ParsedInstruction? GetAccountDataSize(ref InstructionFields fields, ReadOnlySpan<byte> types)
    {
        if (types.IsEmpty)
            return fields.Of("getAccountDataSize", ["mint"]);
        var names = new JsonArray();
        for (; types.Length >= sizeof(ushort); types = types[sizeof(ushort)..])
        {
            int type = types[0] | (types[1] << 8);
            if (type >= ExtensionTypes.Length)
                return null;
            names.Add((JsonNode)ExtensionTypes[type]);
        }

        return types.IsEmpty ? fields.Of("getAccountDataSize", ["mint"], ("extensionTypes", names)) : null;
    }

    private static string Key(ref InstructionFields fields) => fields.Data.Address().ToString();

    private static (string, JsonNode?) Amount(ref InstructionFields fields) => ("amount", fields.Data.UInt64().ToString());

    private static (string, JsonNode?) CheckedAmount(ref InstructionFields fields)
    {
        ulong amount = fields.Data.UInt64();
        return ("tokenAmount", TokenAccountJson.ToAmount(amount, fields.Data.Byte()));
    }
}
