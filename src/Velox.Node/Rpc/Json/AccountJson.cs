using System.Text.Json;
using SimpleBase;
using Velox.State;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Accounts in Solana's shape (Agave account-decoder).</summary>
internal static class AccountJson
{
    /// <summary>Base58 takes quadratic time, so Solana shows no more than this in it.</summary>
    internal const int MaxBase58Bytes = 128;

    /// <summary>Accounts pay no rent: their epoch is u64::MAX, as for every rent-exempt account of Solana.</summary>
    private const ulong RentEpoch = ulong.MaxValue;

    /// <summary>Writes the account, or null when there is none.</summary>
    internal static void WriteAccount(
        this Utf8JsonWriter writer, AccountSnapshot? account, AccountFormat format, PublishedState state)
    {
        if (account is null)
            writer.WriteNullValue();
        else
            WriteAccount(writer, new AccountContent(account), format, state);
    }

    internal static void WriteAccount(
        this Utf8JsonWriter writer, in AccountContent account, AccountFormat format, PublishedState state)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("data"u8);
        WriteData(writer, account, format, state);
        writer.WriteBoolean("executable"u8, account.Executable);
        writer.WriteNumber("lamports"u8, account.Lamports);
        writer.WriteString("owner"u8, account.Owner.ToString());
        writer.WriteNumber("rentEpoch"u8, RentEpoch);
        writer.WriteNumber("space"u8, account.DataLength);
        writer.WriteEndObject();
    }

    /// <summary>Writes <c>{"pubkey":..,"account":..}</c>.</summary>
    internal static void WriteKeyedAccount(
        this Utf8JsonWriter writer, AccountSnapshot account, AccountFormat format, PublishedState state)
    {
        writer.WriteStartObject();
        writer.WriteString("pubkey"u8, account.Address.ToString());
        writer.WritePropertyName("account"u8);
        writer.WriteAccount(account, format, state);
        writer.WriteEndObject();
    }

    private static bool TryWriteParsed(Utf8JsonWriter writer, in AccountContent account, PublishedState state)
    {
        if (TokenAccountJson.IsTokenProgram(account.Owner))
            return TokenAccountJson.TryWrite(writer, account.Owner, account.ToArray(), state);
        if (account.Owner == SysvarIds.Owner)
            return SysvarJson.TryWrite(writer, account.Address, account.ToArray());
        return ProgramAccountJson.IsKnown(account) && ProgramAccountJson.TryWrite(writer, account.Owner, account.ToArray());
    }

    private static void WriteData(
        Utf8JsonWriter writer, in AccountContent account, AccountFormat format, PublishedState state)
    {
        if (format.Encoding == "jsonParsed" && TryWriteParsed(writer, account, state))
            return;

        byte[] data = format.Slice is { } slice ? account.Slice(slice.Offset, slice.Length) : account.ToArray();
        bool isBase58 = format.Encoding is "binary" or "base58";
        if (isBase58 && data.Length > MaxBase58Bytes && !format.IsNotification)
        {
            throw new RpcException(
                RpcErrorCode.InvalidRequest,
                $"Encoded binary (base 58) data should be less than {MaxBase58Bytes} bytes, "
                + "please use Base64 encoding.");
        }

        string text = !isBase58 ? Convert.ToBase64String(data)
            : data.Length <= MaxBase58Bytes ? Base58.Bitcoin.Encode(data)
            : "error: data too large for bs58 encoding";
        if (format.Encoding == "binary")
        {
            writer.WriteStringValue(text);
            return;
        }

        writer.WriteStartArray();
        writer.WriteStringValue(text);
        writer.WriteStringValue(isBase58 ? "base58"u8 : "base64"u8);
        writer.WriteEndArray();
    }
}
