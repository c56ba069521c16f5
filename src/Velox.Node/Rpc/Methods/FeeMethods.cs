using System.Text.Json;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Blockhashes, fees and the rent minimum.</summary>
internal sealed class FeeMethods(RpcContext context)
{
    private const int MaxFeeAccounts = 128;
    private const ulong RecentFeeSlots = 150;

    internal void AddTo(Dictionary<string, RpcMethod> methods)
    {
        methods.Add("getLatestBlockhash", GetLatestBlockhash);
        methods.Add("isBlockhashValid", IsBlockhashValid);
        methods.Add("getFeeForMessage", GetFeeForMessage);
        methods.Add("getRecentPrioritizationFees", GetRecentPrioritizationFees);
        methods.Add("getMinimumBalanceForRentExemption", GetMinimumBalanceForRentExemption);
    }

    private void GetLatestBlockhash(RpcParameters parameters, Utf8JsonWriter writer)
    {
        context.CheckContext(parameters.Config(0));
        ChainTip tip = context.Chain.Tip;
        writer.StartContext(tip.Slot);
        WriteBlockhash(writer, tip);
        writer.WriteEndObject();
    }

    internal static void WriteBlockhash(Utf8JsonWriter writer, ChainTip tip)
    {
        writer.WriteStartObject();
        writer.WriteString("blockhash"u8, tip.Hash.ToString());
        writer.WriteNumber("lastValidBlockHeight"u8, tip.LastValidBlockHeight);
        writer.WriteEndObject();
    }

    private void IsBlockhashValid(RpcParameters parameters, Utf8JsonWriter writer)
    {
        Hash256 blockhash = parameters.Hash(0, "blockhash");
        context.CheckContext(parameters.Config(1));
        writer.StartContext(context.Chain.Tip.Slot);
        writer.WriteBooleanValue(context.IsRecentBlockhash(blockhash));
        writer.WriteEndObject();
    }

    /// <summary>The fee, or null when the message's blockhash has expired, as Solana answers.</summary>
    private void GetFeeForMessage(RpcParameters parameters, Utf8JsonWriter writer)
    {
        byte[] message = RpcValues.Bytes(
            parameters.Text(0, "message"), "base64", "message", WireLimits.MaxTransactionBytes);
        context.CheckContext(parameters.Config(1));
        TransactionView view = ParseMessage(message);
        if (ComputeBudget.TryRead(in view, context.Chain.Genesis.Additions.Features, out ComputeBudget budget).IsError)
            throw RpcException.InvalidParams("'message' has an invalid compute budget instruction.");

        writer.StartContext(context.Chain.Tip.Slot);
        if (context.IsRecentBlockhash(view.RecentBlockhash))
            writer.WriteNumberValue(TransactionExecutor.FeeOf(in view, budget));
        else
            writer.WriteNullValue();
        writer.WriteEndObject();
    }

    /// <summary>Reads a message as the transaction it would be with blank signatures.</summary>
    private static TransactionView ParseMessage(byte[] message)
    {
        int headerOffset = message is [>= 0x80, ..] ? 1 : 0;
        int signatures = message.Length > headerOffset ? message[headerOffset] : 0;
        if (signatures > WireLimits.MaxSignatures)
        {
            throw RpcException.InvalidParams(
                $"'message' requires {signatures} signatures: at most {WireLimits.MaxSignatures} fit.");
        }

        byte[] transaction = [(byte)signatures, .. new byte[signatures * Signature.Size], .. message];
        WireError error = TransactionView.TryParse(transaction, out TransactionView view);
        return error == WireError.None
            ? view
            : throw RpcException.InvalidParams("'message' is malformed. " + WireErrors.Describe(error));
    }

    /// <summary>The cheapest fee that was enough is 0 in every block: no block was ever full.</summary>
    private void GetRecentPrioritizationFees(RpcParameters parameters, Utf8JsonWriter writer)
    {
        if (parameters.HasValue(0))
        {
            foreach (JsonElement account in parameters.Array(0, "addresses", MaxFeeAccounts))
                RpcValues.Address(account, "addresses");
        }

        ulong tip = context.Chain.Tip.Slot;
        writer.WriteStartArray();
        for (ulong slot = tip < RecentFeeSlots ? 1 : tip - RecentFeeSlots + 1; slot <= tip; slot++)
        {
            writer.WriteStartObject();
            writer.WriteNumber("slot"u8, slot);
            writer.WriteNumber("prioritizationFee"u8, 0);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void GetMinimumBalanceForRentExemption(RpcParameters parameters, Utf8JsonWriter writer)
    {
        ulong length = parameters.UInt64(0, "dataLength");
        context.CheckContext(parameters.Config(1));
        if (length > AccountHandle.MaxDataLength)
        {
            throw RpcException.InvalidParams(
                $"'dataLength' is {length}: at most {AccountHandle.MaxDataLength} are allowed.");
        }

        writer.WriteNumberValue(Rent.MinimumBalance((int)length));
    }
}
