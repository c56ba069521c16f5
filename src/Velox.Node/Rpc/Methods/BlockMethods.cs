using System.Text.Json;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Blocks. Every slot has one, so slot and height are the same number.</summary>
internal sealed class BlockMethods(RpcContext context)
{
    private const ulong MaxBlocks = 500_000;

    internal void AddTo(Dictionary<string, RpcMethod> methods)
    {
        methods.Add("getBlock", GetBlock);
        methods.Add("getBlocks", GetBlocks);
        methods.Add("getBlocksWithLimit", GetBlocksWithLimit);
    }

    /// <summary>The block of a slot, or Solana's error for one that is not there.</summary>
    internal static PastBlock FindBlock(ChainView chain, ulong slot)
    {
        if (chain.History.FindBlock(slot) is { } block)
            return block;
        ulong first = chain.History.FirstSlot;
        throw slot > chain.Tip.Slot
            ? new RpcException(RpcErrorCode.BlockNotAvailable, $"Block not available for slot {slot}")
            : slot == 0
            ? new RpcException(RpcErrorCode.SlotSkipped, "Slot 0 was skipped, or missing in long-term storage")
            : new RpcException(
                RpcErrorCode.BlockCleanedUp,
                $"Block {slot} cleaned up, does not exist on node. First available block: {first}");
    }

    private void GetBlock(RpcParameters parameters, Utf8JsonWriter writer)
    {
        ulong slot = parameters.UInt64(0, "slot");
        RpcConfig config = parameters.Config(1);
        config.CheckCommitment();
        var format = TransactionFormat.Read(config);
        string details = config.Choice("transactionDetails", "full", "full", "accounts", "signatures", "none");
        PastBlock block = FindBlock(context.Chain, slot);

        writer.WriteStartObject();
        writer.WriteNumber("blockHeight"u8, slot);
        writer.WriteNumber("blockTime"u8, block.Header.UnixTimestamp);
        writer.WriteString("blockhash"u8, block.Hash.ToString());
        writer.WriteNumber("parentSlot"u8, slot - 1);
        writer.WriteString("previousBlockhash"u8, block.Header.ParentHash.ToString());
        if (config.Bool("rewards", fallback: true))
        {
            writer.WriteStartArray("rewards"u8);
            writer.WriteEndArray();
        }

        if (details == "signatures")
            WriteSignatures(writer, block);
        else if (details != "none")
            WriteTransactions(writer, block, format, details == "accounts");
        writer.WriteEndObject();
    }

    private static void WriteSignatures(Utf8JsonWriter writer, PastBlock block)
    {
        writer.WriteStartArray("signatures"u8);
        for (int i = 0; i < block.Records.Count; i++)
            writer.WriteStringValue(block.Records.View(i).Id.ToString());
        writer.WriteEndArray();
    }

    private void WriteTransactions(
        Utf8JsonWriter writer, PastBlock block, TransactionFormat format, bool isAccountsOnly)
    {
        writer.WriteStartArray("transactions"u8);
        foreach (TransactionRecord record in block.Records)
        {
            writer.WriteStartObject();
            if (isAccountsOnly)
                WriteAccounts(writer, record, format);
            else
                TransactionJson.WriteMembers(writer, record, format, context.Chain.State);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WriteAccounts(Utf8JsonWriter writer, TransactionRecord record, TransactionFormat format)
    {
        _ = TransactionView.TryParse(record.Bytes, out TransactionView view);
        format.CheckVersion(view.Version);
        writer.WriteStartObject("transaction"u8);
        writer.WritePropertyName("accountKeys"u8);
        TransactionJson.WriteAccountKeys(writer, record, in view, isParsed: true);
        TransactionJson.WriteSignatures(writer, in view);
        writer.WriteEndObject();
        writer.WritePropertyName("meta"u8);
        TransactionMetaJson.WriteForAccounts(writer, record, context.Chain.State);
    }

    private void GetBlocks(RpcParameters parameters, Utf8JsonWriter writer)
    {
        ulong start = parameters.UInt64(0, "startSlot");
        ulong end = parameters.HasValue(1) ? parameters.UInt64(1, "endSlot") : context.Chain.Tip.Slot;
        parameters.Config(parameters.HasValue(1) || parameters.Count > 2 ? 2 : 1).CheckCommitment();
        if (end > start && end - start > MaxBlocks)
            throw RpcException.InvalidParams($"Slot range too large; max {MaxBlocks}");
        WriteSlots(writer, start, end);
    }

    private void GetBlocksWithLimit(RpcParameters parameters, Utf8JsonWriter writer)
    {
        ulong start = parameters.UInt64(0, "startSlot");
        ulong limit = parameters.UInt64(1, "limit");
        parameters.Config(2).CheckCommitment();
        if (limit > MaxBlocks)
            throw RpcException.InvalidParams($"Limit too large; max {MaxBlocks}");
        start = Math.Max(start, context.Chain.History.FirstSlot);
        // An end before the start is an empty range; the sum cannot wrap below the tip.
        ulong end = start > context.Chain.Tip.Slot ? 0 : start + limit - 1;
        WriteSlots(writer, start, end);
    }

    /// <summary>Writes the slots of a range that are still kept.</summary>
    private void WriteSlots(Utf8JsonWriter writer, ulong start, ulong end)
    {
        start = Math.Max(start, context.Chain.History.FirstSlot);
        end = Math.Min(end, context.Chain.Tip.Slot);
        writer.WriteStartArray();
        for (ulong slot = start; slot <= end; slot++)
            writer.WriteNumberValue(slot);
        writer.WriteEndArray();
    }
}
