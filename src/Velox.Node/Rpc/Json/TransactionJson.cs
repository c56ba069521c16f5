using System.Text.Json;
using SimpleBase;
using Velox.Primitives;
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
            writer.WriteNumber("version"u8, VersionNumber(view.Version));
    }

    /// <summary>The number of a version that has one: all but legacy.</summary>
    internal static int VersionNumber(TransactionVersion version) => version - TransactionVersion.Version0;

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
        if (view.Version == TransactionVersion.Version0)
            WriteLookups(writer, in view);
        else if (view.Version == TransactionVersion.Version1)
            WriteConfig(writer, view.Config);
    }

    private static void WriteConfig(Utf8JsonWriter writer, TransactionConfig config)
    {
        writer.WriteStartObject("transactionConfig"u8);
        WriteOptional(writer, "priorityFee"u8, config.PriorityFee);
        WriteOptional(writer, "computeUnitLimit"u8, config.UnitLimit);
        WriteOptional(writer, "loadedAccountsDataSizeLimit"u8, config.LoadedDataLimit);
        WriteOptional(writer, "heapSize"u8, config.HeapBytes);
        writer.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ulong? value)
    {
        if (value is { } number)
            writer.WriteNumber(name, number);
        else
            writer.WriteNull(name);
    }

    private static void WriteLookups(Utf8JsonWriter writer, in TransactionView view)
    {
        writer.WriteStartArray("addressTableLookups"u8);
        for (int i = 0; i < view.LookupCount; i++)
        {
            LookupView lookup = view.Lookup(i);
            writer.WriteStartObject();
            writer.WriteString("accountKey"u8, lookup.TableKey.ToString());
            WriteIndexes(writer, "writableIndexes"u8, lookup.WritableIndexes);
            WriteIndexes(writer, "readonlyIndexes"u8, lookup.ReadonlyIndexes);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteIndexes(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ReadOnlySpan<byte> indexes)
    {
        writer.WriteStartArray(name);
        foreach (byte index in indexes)
            writer.WriteNumberValue(index);
        writer.WriteEndArray();
    }

    /// <summary>
    /// Writes the keys: as text those of the message alone, or with their rights all of them, looked-up ones included.
    /// </summary>
    internal static void WriteAccountKeys(
        Utf8JsonWriter writer, TransactionRecord record, in TransactionView view, bool isParsed)
    {
        writer.WriteStartArray();
        if (isParsed)
            WriteKeysWithRights(writer, AccessSet.Of(in view, record.AccountKeys), view.StaticKeyCount);
        else
            WriteKeys(writer, record.AccountKeys.AsSpan(0, view.StaticKeyCount));
        writer.WriteEndArray();
    }

    internal static void WriteKeys(Utf8JsonWriter writer, ReadOnlySpan<Address> keys)
    {
        foreach (Address key in keys)
            writer.WriteStringValue(key.ToString());
    }

    private static void WriteKeysWithRights(Utf8JsonWriter writer, AccessSet keys, int staticKeyCount)
    {
        for (int i = 0; i < keys.Addresses.Length; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("pubkey"u8, keys.Addresses[i].ToString());
            writer.WriteBoolean("signer"u8, keys.Signers[i]);
            writer.WriteString("source"u8, i < staticKeyCount ? "transaction"u8 : "lookupTable"u8);
            writer.WriteBoolean("writable"u8, keys.Writables[i]);
            writer.WriteEndObject();
        }
    }
}
