using System.Text.Json;
using Velox.State;
using Velox.Svm;

namespace Velox.Node;

/// <summary>A recorded transaction's outcome: <c>meta</c> in Solana's shapes.</summary>
internal static class TransactionMetaJson
{
    internal static void Write(Utf8JsonWriter writer, TransactionRecord record, bool isParsed, PublishedState state)
    {
        writer.WriteStartObject();
        WriteAccountMembers(writer, record, state);
        writer.WriteNumber("computeUnitsConsumed"u8, record.ComputeUnitsConsumed);
        _ = TransactionView.TryParse(record.Bytes, out TransactionView view);
        writer.WriteNumber("costUnits"u8, TransactionCost.Of(in view, record.ComputeUnitsConsumed, record.LoadedDataBytes));
        writer.WritePropertyName("innerInstructions"u8);
        WriteInnerInstructions(writer, record, isParsed);
        if (!isParsed)
        {
            WriteLoadedAddresses(writer, record.LoadedAddresses);
        }

        writer.WriteStartArray("logMessages"u8);
        foreach (string line in record.LogLines)
            writer.WriteStringValue(line);
        writer.WriteEndArray();
        if (record.ReturnData is not null)
        {
            writer.WritePropertyName("returnData"u8);
            WriteReturnData(writer, record.ReturnData);
        }

        writer.WriteEndObject();
    }

    /// <summary>Writes what <c>transactionDetails: accounts</c> shows: the outcome and the balances alone.</summary>
    internal static void WriteForAccounts(Utf8JsonWriter writer, TransactionRecord record, PublishedState state)
    {
        writer.WriteStartObject();
        WriteAccountMembers(writer, record, state);
        writer.WriteEndObject();
    }

    private static void WriteAccountMembers(Utf8JsonWriter writer, TransactionRecord record, PublishedState state)
    {
        writer.WritePropertyName("err"u8);
        writer.WriteError(record.Error);
        writer.WriteNumber("fee"u8, record.Fee);
        WriteNumbers(writer, "postBalances"u8, record.PostBalances);
        WriteTokenBalances(writer, "postTokenBalances"u8, record.PostTokenBalances, state);
        WriteNumbers(writer, "preBalances"u8, record.PreBalances);
        WriteTokenBalances(writer, "preTokenBalances"u8, record.PreTokenBalances, state);
        WriteEmptyArray(writer, "rewards"u8);
        writer.WritePropertyName("status"u8);
        writer.WriteStatus(record.Error);
    }

    /// <summary>Writes the called instructions, grouped by the top-level instruction within which they ran.</summary>
    internal static void WriteInnerInstructions(Utf8JsonWriter writer, TransactionRecord record, bool isParsed)
    {
        writer.WriteStartArray();
        foreach (var group in record.InnerInstructions.GroupBy(inner => inner.TopLevelIndex))
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, group.Key);
            writer.WriteStartArray("instructions"u8);
            foreach (InnerInstruction inner in group)
            {
                var shown = new ShownInstruction(
                    inner.ProgramIndex, inner.AccountIndexes, inner.Data, inner.StackHeight);
                InstructionJson.Write(writer, shown, record.AccountKeys, isParsed);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    internal static void WriteReturnData(Utf8JsonWriter writer, ReturnData? returnData)
    {
        if (returnData is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteStartArray("data"u8);
        writer.WriteBase64StringValue(returnData.Data);
        writer.WriteStringValue("base64"u8);
        writer.WriteEndArray();
        writer.WriteString("programId"u8, returnData.ProgramId.ToString());
        writer.WriteEndObject();
    }

    internal static void WriteLoadedAddresses(Utf8JsonWriter writer, LoadedAddresses loaded)
    {
        writer.WriteStartObject("loadedAddresses"u8);
        writer.WriteStartArray("readonly"u8);
        TransactionJson.WriteKeys(writer, loaded.Readonly.Span);
        writer.WriteEndArray();
        writer.WriteStartArray("writable"u8);
        TransactionJson.WriteKeys(writer, loaded.Writable.Span);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    internal static void WriteNumbers(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ulong[] numbers)
    {
        writer.WriteStartArray(name);
        foreach (ulong number in numbers)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }

    /// <summary>A record does not hold decimals; a mint's never change, so those of today are right.</summary>
    internal static void WriteTokenBalances(
        Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<TokenBalance> balances, PublishedState state)
    {
        writer.WriteStartArray(name);
        foreach (TokenBalance balance in balances)
        {
            writer.WriteStartObject();
            writer.WriteNumber("accountIndex"u8, balance.AccountIndex);
            writer.WriteString("mint"u8, balance.Mint.ToString());
            writer.WriteString("owner"u8, balance.Owner.ToString());
            writer.WriteString("programId"u8, balance.ProgramId.ToString());
            writer.WritePropertyName("uiTokenAmount"u8);
            writer.WriteAmount(balance.Amount, TokenAccountJson.FindDecimals(state, balance.Mint) ?? 0);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteEmptyArray(Utf8JsonWriter writer, ReadOnlySpan<byte> name)
    {
        writer.WriteStartArray(name);
        writer.WriteEndArray();
    }
}
