using System.Text.Json;
using SimpleBase;
using Velox.State;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Recorded transactions in Solana's shapes (Agave transaction-status).</summary>
internal static class TransactionJson
{
    /// <summary>
    /// Writes the members <c>transaction</c>, <c>meta</c> and, for clients that know versions, <c>version</c>.
    /// </summary>
    internal static void WriteMembers(
        Utf8JsonWriter writer, TransactionRecord record, TransactionFormat format, PublishedState state)
    {
        // Recorded bytes have passed the parser once, so they always parse.
        _ = TransactionView.TryParse(record.Bytes, out TransactionView view);
        format.CheckVersion(view.Version);
        writer.WritePropertyName("transaction"u8);
        WriteTransaction(writer, record, in view, format);
        writer.WritePropertyName("meta"u8);
        TransactionMetaJson.Write(writer, record, format.IsParsed, state);
        if (format.MaxVersion is null)
            return;
        if (view.Version == TransactionVersion.Legacy)
            writer.WriteString("version"u8, "legacy"u8);
        else
            writer.WriteNumber("version"u8, 0);
    }

    private static void WriteTransaction(
        Utf8JsonWriter writer, TransactionRecord record, in TransactionView view, TransactionFormat format)
    {
        switch (format.Encoding)
        {
            case "binary":
                writer.WriteStringValue(Base58.Bitcoin.Encode(record.Bytes));
                break;
            case "base58":
                WriteEncoded(writer, Base58.Bitcoin.Encode(record.Bytes), "base58"u8);
                break;
            case "base64":
                WriteEncoded(writer, Convert.ToBase64String(record.Bytes), "base64"u8);
                break;
            default:
                writer.WriteStartObject();
                writer.WriteStartObject("message"u8);
                WriteMessage(writer, record, in view, format.IsParsed);
                writer.WriteEndObject();
                WriteSignatures(writer, in view);
                writer.WriteEndObject();
                break;
        }
    }

    private static void WriteEncoded(Utf8JsonWriter writer, string text, ReadOnlySpan<byte> encoding)
    {
        writer.WriteStartArray();
        writer.WriteStringValue(text);
        writer.WriteStringValue(encoding);
        writer.WriteEndArray();
    }

    internal static void WriteSignatures(Utf8JsonWriter writer, in TransactionView view)
    {
        writer.WriteStartArray("signatures"u8);
        for (int i = 0; i < view.SignatureCount; i++)
            writer.WriteStringValue(view.Signature(i).ToString());
        writer.WriteEndArray();
    }

    private static void WriteMessage(
        Utf8JsonWriter writer, TransactionRecord record, in TransactionView view, bool isParsed)
    {
        if (!isParsed)
        {
            writer.WriteStartObject("header"u8);
            writer.WriteNumber("numReadonlySignedAccounts"u8, view.ReadonlySigned);
            writer.WriteNumber("numReadonlyUnsignedAccounts"u8, view.ReadonlyUnsigned);
            writer.WriteNumber("numRequiredSignatures"u8, view.RequiredSignatures);
            writer.WriteEndObject();
        }

        writer.WritePropertyName("accountKeys"u8);
        WriteAccountKeys(writer, record, in view, isParsed);
        writer.WriteString("recentBlockhash"u8, view.RecentBlockhash.ToString());
        writer.WriteStartArray("instructions"u8);
        for (int i = 0; i < view.InstructionCount; i++)
        {
            InstructionView instruction = view.Instruction(i);
            var shown = new ShownInstruction(
                instruction.ProgramIndex, instruction.Accounts.ToArray(), instruction.Data.ToArray(), 1);
            InstructionJson.Write(writer, shown, record.AccountKeys, isParsed);
        }

        writer.WriteEndArray();
        if (view.Version == TransactionVersion.Legacy)
            return;
        // A transaction with lookups fails before it can be recorded: there are no tables.
        writer.WriteStartArray("addressTableLookups"u8);
        writer.WriteEndArray();
    }

    /// <summary>Writes the keys: as text, or with their rights.</summary>
    internal static void WriteAccountKeys(
        Utf8JsonWriter writer, TransactionRecord record, in TransactionView view, bool isParsed)
    {
        _ = AccessSet.TryRead(in view, out AccessSet rights);
        writer.WriteStartArray();
        for (int i = 0; i < record.AccountKeys.Length; i++)
        {
            string key = record.AccountKeys[i].ToString();
            if (!isParsed)
            {
                writer.WriteStringValue(key);
                continue;
            }

            writer.WriteStartObject();
            writer.WriteString("pubkey"u8, key);
            writer.WriteBoolean("signer"u8, rights.Signers[i]);
            writer.WriteString("source"u8, "transaction"u8);
            writer.WriteBoolean("writable"u8, rights.Writables[i]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
