using System.Text.Json;
using Velox.Primitives;
using Velox.State;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Token accounts and mints as <c>jsonParsed</c> shows them (Agave account-decoder, parse_token).</summary>
internal static class TokenAccountJson
{
    private const string ProgramName = "spl-token";

    /// <summary>
    /// Writes the data of an account of the token program; false, with nothing written, when it is neither kind.
    /// </summary>
    internal static bool TryWrite(Utf8JsonWriter writer, byte[] data, PublishedState state)
    {
        if (!TokenMint.TryRead(data, out TokenMint mint).IsError)
        {
            Start(writer, "mint"u8);
            WriteMint(writer, mint);
        }
        else if (!TokenAccount.TryRead(data, out TokenAccount account).IsError
            && FindDecimals(state, account.Mint) is { } decimals)
        {
            Start(writer, "account"u8);
            WriteTokenAccount(writer, account, decimals);
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
        state.Find(mint) is { } account && account.Owner == ProgramIds.Token
        && account.DataLength == TokenMint.Size && !TokenMint.TryRead(account.ToArray(), out TokenMint found).IsError
            ? found.Decimals
            : null;

    /// <summary>Writes an amount exactly (<c>amount</c>) and for display.</summary>
    internal static void WriteAmount(this Utf8JsonWriter writer, ulong amount, byte decimals)
    {
        writer.WriteStartObject();
        writer.WriteString("amount"u8, amount.ToString());
        writer.WriteNumber("decimals"u8, decimals);
        // For display only: every client that computes reads the exact text.
        writer.WriteNumber("uiAmount"u8, amount / Math.Pow(10, decimals));
        writer.WriteString("uiAmountString"u8, ToDecimal(amount, decimals));
        writer.WriteEndObject();
    }

    /// <summary>The exact decimal number without trailing zeros.</summary>
    internal static string ToDecimal(ulong amount, byte decimals)
    {
        if (decimals == 0)
            return amount.ToString();
        string digits = amount.ToString().PadLeft(decimals + 1, '0');
        return (digits[..^decimals] + "." + digits[^decimals..]).TrimEnd('0').TrimEnd('.');
    }

    private static void Start(Utf8JsonWriter writer, ReadOnlySpan<byte> type)
    {
        writer.WriteStartObject();
        writer.WriteString("program"u8, ProgramName);
        writer.WriteStartObject("parsed"u8);
        writer.WriteString("type"u8, type);
        writer.WritePropertyName("info"u8);
    }

    private static void WriteMint(Utf8JsonWriter writer, in TokenMint mint)
    {
        writer.WriteStartObject();
        writer.WriteNumber("decimals"u8, mint.Decimals);
        writer.WriteString("freezeAuthority"u8, mint.FreezeAuthority?.ToString());
        writer.WriteBoolean("isInitialized"u8, mint.IsInitialized);
        writer.WriteString("mintAuthority"u8, mint.MintAuthority?.ToString());
        writer.WriteString("supply"u8, mint.Supply.ToString());
        writer.WriteEndObject();
    }

    private static void WriteTokenAccount(Utf8JsonWriter writer, in TokenAccount account, byte decimals)
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
