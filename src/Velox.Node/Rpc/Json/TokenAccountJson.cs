using System.Text.Json;
using System.Text.Json.Nodes;
using Velox.Primitives;
using Velox.State;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Token accounts and mints as <c>jsonParsed</c> shows them (Agave account-decoder, parse_token).</summary>
internal static class TokenAccountJson
{
    private const int MaxUiDecimals = 19;

    /// <summary>Whether that is SPL Token or Token-2022.</summary>
    internal static bool IsTokenProgram(Address program) => program == ProgramIds.Token || program == ProgramIds.Token2022;

    /// <summary>
    /// Writes the data of an account of a token program; false, with nothing written, when it is neither mint nor account nor multisig.
    /// </summary>
    internal static bool TryWrite(Utf8JsonWriter writer, Address program, byte[] data, PublishedState state)
    {
        string name = program == ProgramIds.Token ? "spl-token" : "spl-token-2022";
        JsonArray extensions = TokenExtensionJson.Read(data);
        if (!ExtendedState.TryReadMint(data, out TokenMint mint).IsError)
        {
            Start(writer, name, "mint"u8);
            WriteMint(writer, mint, extensions);
        }
        else if (!ExtendedState.TryReadAccount(data, out TokenAccount account).IsError
            && FindDecimals(state, account.Mint) is { } decimals)
        {
            Start(writer, name, "account"u8);
            WriteTokenAccount(writer, account, decimals, extensions);
        }
        else
        {
            return false;
        }

        writer.WriteEndObject();
        writer.WriteNumber("space"u8, data.Length);
        writer.WriteEndObject();
        return true;
    }

    /// <summary>A mint's decimal places, or null when there is no such mint.</summary>
    internal static byte? FindDecimals(PublishedState state, Address mint) =>
        FindMint(state.Find(mint)) is { } found ? found.Decimals : null;

    /// <summary>A mint of either token program; null where the account is none.</summary>
    internal static TokenMint? FindMint(AccountSnapshot? account) => account is not null && IsTokenProgram(account.Owner)
        && !ExtendedState.TryReadMint(account.ToArray(), out TokenMint mint).IsError ? mint : null;

    /// <summary>A token account of either token program; null where the account is none.</summary>
    internal static TokenAccount? FindAccount(AccountSnapshot? account) => account is not null && IsTokenProgram(account.Owner)
        && !ExtendedState.TryReadAccount(account.ToArray(), out TokenAccount found).IsError ? found : null;

    /// <summary>Writes an amount exactly (<c>amount</c>) and for display.</summary>
    internal static void WriteAmount(this Utf8JsonWriter writer, ulong amount, byte decimals)
    {
        writer.WriteStartObject();
        writer.WriteString("amount"u8, amount.ToString());
        writer.WriteNumber("decimals"u8, decimals);
        writer.WriteUiAmount(amount, decimals);
        writer.WriteString("uiAmountString"u8, ToDecimal(amount, decimals));
        writer.WriteEndObject();
    }

    /// <summary>The number for display only, null where 10^decimals has no 64 bits: every client that computes reads the exact text.</summary>
    internal static void WriteUiAmount(this Utf8JsonWriter writer, ulong amount, byte decimals)
    {
        if (ToUiAmount(amount, decimals) is { } number)
            writer.WriteNumber("uiAmount"u8, number);
        else
            writer.WriteNull("uiAmount"u8);
    }

    /// <summary>As <see cref="WriteAmount"/>.</summary>
    internal static JsonObject ToAmount(ulong amount, byte decimals) => new()
    {
        ["amount"] = amount.ToString(),
        ["decimals"] = decimals,
        ["uiAmount"] = ToUiAmount(amount, decimals),
        ["uiAmountString"] = ToDecimal(amount, decimals),
    };

    private static double? ToUiAmount(ulong amount, byte decimals) => decimals <= MaxUiDecimals ? amount / Math.Pow(10, decimals) : null;

    /// <summary>The exact decimal number without trailing zeros.</summary>
    internal static string ToDecimal(ulong amount, byte decimals)
    {
        if (decimals == 0)
            return amount.ToString();
        string digits = amount.ToString().PadLeft(decimals + 1, '0');
        return (digits[..^decimals] + "." + digits[^decimals..]).TrimEnd('0').TrimEnd('.');
    }

    private static void Start(Utf8JsonWriter writer, string program, ReadOnlySpan<byte> type)
    {
        writer.WriteStartObject();
        writer.WriteString("program"u8, program);
        writer.WriteStartObject("parsed"u8);
        writer.WriteString("type"u8, type);
        writer.WritePropertyName("info"u8);
    }

    private static void WriteExtensions(Utf8JsonWriter writer, JsonArray extensions)
    {
        if (extensions.Count == 0)
            return;
        writer.WritePropertyName("extensions"u8);
        extensions.WriteTo(writer);
    }

    private static void WriteMint(Utf8JsonWriter writer, in TokenMint mint, JsonArray extensions)
    {
        writer.WriteStartObject();
        writer.WriteNumber("decimals"u8, mint.Decimals);
        WriteExtensions(writer, extensions);
        writer.WriteString("freezeAuthority"u8, mint.FreezeAuthority?.ToString());
        writer.WriteBoolean("isInitialized"u8, mint.IsInitialized);
        writer.WriteString("mintAuthority"u8, mint.MintAuthority?.ToString());
        writer.WriteString("supply"u8, mint.Supply.ToString());
        writer.WriteEndObject();
    }

    private static void WriteTokenAccount(Utf8JsonWriter writer, in TokenAccount account, byte decimals, JsonArray extensions)
    {
        writer.WriteStartObject();
        if (account.CloseAuthority is { } closeAuthority)
            writer.WriteString("closeAuthority"u8, closeAuthority.ToString());
        if (account.Delegate is { } delegateAddress)
        {
            writer.WriteString("delegate"u8, delegateAddress.ToString());
            writer.WritePropertyName("delegatedAmount"u8);
            writer.WriteAmount(account.DelegatedAmount, decimals);
        }

        WriteExtensions(writer, extensions);
        writer.WriteBoolean("isNative"u8, account.IsNative);
        writer.WriteString("mint"u8, account.Mint.ToString());
        writer.WriteString("owner"u8, account.Owner.ToString());
        if (account.NativeReserve is { } reserve)
        {
            writer.WritePropertyName("rentExemptReserve"u8);
            writer.WriteAmount(reserve, decimals);
        }

        writer.WriteString("state"u8, account.IsFrozen ? "frozen"u8 : "initialized"u8);
        writer.WritePropertyName("tokenAmount"u8);
        writer.WriteAmount(account.Amount, decimals);
        writer.WriteEndObject();
    }
}
