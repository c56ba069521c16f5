using System.Text.Json;
using Velox.Primitives;

namespace Velox.Node;

/// <summary>What became of transactions. Every recorded one is durable, hence finalized.</summary>
internal sealed class TransactionMethods(RpcContext context)
{
    private const int MaxStatuses = 256;
    private const int MaxSignatures = 1_000;

    private BlockHistory History => context.Chain.History;

    internal void AddTo(Dictionary<string, RpcMethod> methods)
    {
        methods.Add("getSignatureStatuses", GetSignatureStatuses);
        methods.Add("getTransaction", GetTransaction);
        methods.Add("getSignaturesForAddress", GetSignaturesForAddress);
    }

    private void GetSignatureStatuses(RpcParameters parameters, Utf8JsonWriter writer)
    {
        Signature[] ids = Array.ConvertAll(
            parameters.Array(0, "signatures", MaxStatuses), element => RpcValues.Signature(element, "signatures"));
        _ = parameters.Config(1).Bool("searchTransactionHistory");

        writer.StartContext(context.Chain.Tip.Slot);
        writer.WriteStartArray();
        foreach (Signature id in ids)
            WriteStatus(writer, History.FindTransaction(id));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteStatus(Utf8JsonWriter writer, PastTransaction? transaction)
    {
        if (transaction is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteNull("confirmations"u8);
        writer.WriteString("confirmationStatus"u8, "finalized"u8);
        writer.WritePropertyName("err"u8);
        writer.WriteError(transaction.Record.Error);
        writer.WriteNumber("slot"u8, transaction.Slot);
        writer.WritePropertyName("status"u8);
        writer.WriteStatus(transaction.Record.Error);
        writer.WriteEndObject();
    }

    private void GetTransaction(RpcParameters parameters, Utf8JsonWriter writer)
    {
        Signature id = parameters.Signature(0, "signature");
        RpcConfig config = parameters.Config(1);
        var format = TransactionFormat.Read(config);
        config.CheckCommitment();
        if (History.FindTransaction(id) is not { } transaction)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteNumber("blockTime"u8, transaction.Block.Header.UnixTimestamp);
        writer.WriteNumber("slot"u8, transaction.Slot);
        TransactionJson.WriteMembers(writer, transaction.Record, format, context.Chain.State);
        writer.WriteNumber("transactionIndex"u8, transaction.Index);
        writer.WriteEndObject();
    }

    private void GetSignaturesForAddress(RpcParameters parameters, Utf8JsonWriter writer)
    {
        Address address = parameters.Address(0, "address");
        RpcConfig config = parameters.Config(1);
        context.CheckContext(config);
        int limit = config.Int32("limit", MaxSignatures, 1, MaxSignatures);
        Signature? before = config.Member("before") is { } older ? RpcValues.Signature(older, "before") : null;
        Signature? until = config.Member("until") is { } newer ? RpcValues.Signature(newer, "until") : null;

        writer.WriteStartArray();
        foreach (PastTransaction transaction in History.FindByAccount(address, limit, before, until))
        {
            writer.WriteStartObject();
            writer.WriteNumber("blockTime"u8, transaction.Block.Header.UnixTimestamp);
            writer.WriteString("confirmationStatus"u8, "finalized"u8);
            writer.WritePropertyName("err"u8);
            writer.WriteError(transaction.Record.Error);
            writer.WriteString("memo"u8, MemoText.Find(transaction.Record));
            writer.WriteString("signature"u8, transaction.Record.Id.ToString());
            writer.WriteNumber("slot"u8, transaction.Slot);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
