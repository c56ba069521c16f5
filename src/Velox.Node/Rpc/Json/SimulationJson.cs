using System.Text.Json;
using Velox.Primitives;
using Velox.State;
using Velox.Svm;

namespace Velox.Node;

/// <summary>What of a simulation a client wants to see.</summary>
/// <param name="Addresses">Accounts to show as they would be; null for none.</param>
/// <param name="Format">Of these accounts.</param>
/// <param name="State">For the parts of them that other accounts hold; null where neither they nor balances are shown.</param>
/// <param name="InnerInstructions">Whether to show the instructions that programs called.</param>
/// <param name="Replacement">The blockhash that stood in for the transaction's own, or null.</param>
internal sealed record SimulationView(
    Address[]? Addresses, AccountFormat Format, PublishedState? State, bool InnerInstructions, ChainTip? Replacement)
{
    internal static readonly SimulationView Preflight = new(null, AccountFormat.Base64, null, false, null);
}

/// <summary>A simulation's result in Solana's shape.</summary>
internal static class SimulationJson
{
    internal static void Write(Utf8JsonWriter writer, SimulationResult result, SimulationView view)
    {
        TransactionRecord? record = result.Record;
        writer.WriteStartObject();
        writer.WritePropertyName("accounts"u8);
        WriteAccounts(writer, result, view);
        writer.WritePropertyName("err"u8);
        writer.WriteError(result.Error);
        writer.WritePropertyName("innerInstructions"u8);
        if (view.InnerInstructions && record is not null)
            TransactionMetaJson.WriteInnerInstructions(writer, record, isParsed: false);
        else
            writer.WriteNullValue();
        writer.WritePropertyName("fee"u8);
        if (record is not null)
            writer.WriteNumberValue(record.Fee);
        else
            writer.WriteNullValue();
        writer.WriteNumber("loadedAccountsDataSize"u8, result.LoadedDataBytes);
        writer.WriteStartArray("logs"u8);
        foreach (string line in record?.LogLines ?? [])
            writer.WriteStringValue(line);
        writer.WriteEndArray();
        writer.WritePropertyName("replacementBlockhash"u8);
        if (view.Replacement is { } tip)
            FeeMethods.WriteBlockhash(writer, tip);
        else
            writer.WriteNullValue();
        writer.WritePropertyName("returnData"u8);
        TransactionMetaJson.WriteReturnData(writer, record?.ReturnData);
        writer.WriteNumber("unitsConsumed"u8, record?.ComputeUnitsConsumed ?? 0);
        if (view.State is not null)
            TransactionMetaJson.WriteLoadedAddresses(writer, record?.LoadedAddresses ?? default);
        else
            writer.WriteNull("loadedAddresses"u8);
        WriteBalances(writer, view.State is null ? null : record, view.State);
        writer.WriteEndObject();
    }

    /// <summary>Preflight tells none, and what would be rejected has none.</summary>
    private static void WriteBalances(Utf8JsonWriter writer, TransactionRecord? record, PublishedState? state)
    {
        if (record is null)
        {
            foreach (string name in (string[])["postBalances", "postTokenBalances", "preBalances", "preTokenBalances"])
                writer.WriteNull(name);
            return;
        }

        TransactionMetaJson.WriteNumbers(writer, "postBalances"u8, record.PostBalances);
        TransactionMetaJson.WriteTokenBalances(writer, "postTokenBalances"u8, record.PostTokenBalances, state!);
        TransactionMetaJson.WriteNumbers(writer, "preBalances"u8, record.PreBalances);
        TransactionMetaJson.WriteTokenBalances(writer, "preTokenBalances"u8, record.PreTokenBalances, state!);
    }

    private static void WriteAccounts(Utf8JsonWriter writer, SimulationResult result, SimulationView view)
    {
        if (view.Addresses is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartArray();
        foreach (Address address in view.Addresses)
        {
            Account? account = result.Accounts.FirstOrDefault(account => account.Address == address);
            if (account is { Exists: true })
                writer.WriteAccount(new AccountContent(account), view.Format, view.State!);
            else if (account is null && view.State!.Find(address) is { } snapshot)
                writer.WriteAccount(snapshot, view.Format, view.State!);
            else
                writer.WriteNullValue();
        }

        writer.WriteEndArray();
    }
}
