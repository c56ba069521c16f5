using System.Buffers;
using System.Text.Json;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Slots, epochs, times, and the one leader.</summary>
internal sealed class SlotMethods(RpcContext context)
{
    private const ulong MaxSlotLeaders = 5_000;
    private const int MaxSamples = 720;
    private const int SampleSeconds = 60;

    private readonly string _identity = context.Chain.Genesis.Identity.ToString();

    // 3 MB, always the same: a small call must not cost the work of writing it.
    private readonly Lazy<byte[]> _epochSlots = new(WriteEpochSlots);

    private ChainTip Tip => context.Chain.Tip;

    internal void AddTo(Dictionary<string, RpcMethod> methods)
    {
        methods.Add("getSlot", WriteTipSlot);
        methods.Add("getBlockHeight", WriteTipSlot);
        methods.Add("getTransactionCount", GetTransactionCount);
        methods.Add("getEpochInfo", GetEpochInfo);
        methods.Add("getEpochSchedule", GetEpochSchedule);
        methods.Add("getBlockTime", GetBlockTime);
        methods.Add("getSlotLeader", (_, writer) => writer.WriteStringValue(_identity));
        methods.Add("getSlotLeaders", GetSlotLeaders);
        methods.Add("getLeaderSchedule", GetLeaderSchedule);
        methods.Add("getRecentPerformanceSamples", GetRecentPerformanceSamples);
        methods.Add("minimumLedgerSlot", (_, writer) => writer.WriteNumberValue(context.Chain.History.FirstSlot));
        methods.Add("getFirstAvailableBlock", (_, writer) => writer.WriteNumberValue(context.Chain.History.FirstSlot));
    }

    private void WriteTipSlot(RpcParameters parameters, Utf8JsonWriter writer)
    {
        context.CheckContext(parameters.Config(0));
        writer.WriteNumberValue(Tip.Slot);
    }

    private void GetTransactionCount(RpcParameters parameters, Utf8JsonWriter writer)
    {
        context.CheckContext(parameters.Config(0));
        writer.WriteNumberValue(Tip.TransactionCount);
    }

    private void GetEpochInfo(RpcParameters parameters, Utf8JsonWriter writer)
    {
        context.CheckContext(parameters.Config(0));
        ChainTip tip = Tip;
        writer.WriteStartObject();
        writer.WriteNumber("absoluteSlot"u8, tip.Slot);
        writer.WriteNumber("blockHeight"u8, tip.Slot);
        writer.WriteNumber("epoch"u8, tip.Slot / BlockContext.SlotsPerEpoch);
        writer.WriteNumber("slotIndex"u8, tip.Slot % BlockContext.SlotsPerEpoch);
        writer.WriteNumber("slotsInEpoch"u8, BlockContext.SlotsPerEpoch);
        writer.WriteNumber("transactionCount"u8, tip.TransactionCount);
        writer.WriteEndObject();
    }

    private static void GetEpochSchedule(RpcParameters parameters, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("firstNormalEpoch"u8, 0);
        writer.WriteNumber("firstNormalSlot"u8, 0);
        writer.WriteNumber("leaderScheduleSlotOffset"u8, BlockContext.SlotsPerEpoch);
        writer.WriteNumber("slotsPerEpoch"u8, BlockContext.SlotsPerEpoch);
        writer.WriteBoolean("warmup"u8, false);
        writer.WriteEndObject();
    }

    private void GetBlockTime(RpcParameters parameters, Utf8JsonWriter writer)
    {
        ulong slot = parameters.UInt64(0, "slot");
        long time = slot == 0
            ? context.Chain.Genesis.UnixTimestamp
            : BlockMethods.FindBlock(context.Chain, slot).Header.UnixTimestamp;
        writer.WriteNumberValue(time);
    }

    private void GetSlotLeaders(RpcParameters parameters, Utf8JsonWriter writer)
    {
        parameters.UInt64(0, "startSlot");
        ulong limit = parameters.UInt64(1, "limit");
        if (limit is < 1 or > MaxSlotLeaders)
            throw RpcException.InvalidParams($"'limit' is {limit}: it must be 1 to {MaxSlotLeaders}.");
        writer.WriteStartArray();
        for (ulong i = 0; i < limit; i++)
            writer.WriteStringValue(_identity);
        writer.WriteEndArray();
    }

    /// <summary>One leader has all the slots of an epoch; their numbers count from its start.</summary>
    private void GetLeaderSchedule(RpcParameters parameters, Utf8JsonWriter writer)
    {
        RpcConfig config = parameters.Config(parameters.HasValue(0) || parameters.Count > 1 ? 1 : 0);
        if (parameters.HasValue(0))
            parameters.UInt64(0, "slot");
        writer.WriteStartObject();
        if (config.Text("identity") is null || config.Text("identity") == _identity)
        {
            writer.WritePropertyName(_identity);
            writer.WriteRawValue(_epochSlots.Value, skipInputValidation: true);
        }

        writer.WriteEndObject();
    }

    private static byte[] WriteEpochSlots()
    {
        var slots = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(slots))
        {
            writer.WriteStartArray();
            for (ulong i = 0; i < BlockContext.SlotsPerEpoch; i++)
                writer.WriteNumberValue(i);
            writer.WriteEndArray();
        }

        return slots.WrittenSpan.ToArray();
    }

    /// <summary>Blocks and transactions of each minute that the history holds, newest first.</summary>
    private void GetRecentPerformanceSamples(RpcParameters parameters, Utf8JsonWriter writer)
    {
        ulong limit = parameters.HasValue(0) ? parameters.UInt64(0, "limit") : MaxSamples;
        if (limit > MaxSamples)
            throw RpcException.InvalidParams($"'limit' is {limit}: at most {MaxSamples} are allowed.");

        writer.WriteStartArray();
        ulong slot = Tip.Slot;
        for (ulong i = 0; i < limit && context.Chain.History.FindBlock(slot) is { } newest; i++)
        {
            ulong lastSlot = slot;
            long transactions = 0;
            PastBlock? block = newest;
            for (; block is not null && newest.Header.UnixTimestamp - block.Header.UnixTimestamp < SampleSeconds;
                block = context.Chain.History.FindBlock(--slot))
            {
                transactions += block.Records.Count;
            }

            writer.WriteStartObject();
            writer.WriteNumber("slot"u8, lastSlot);
            writer.WriteNumber("numSlots"u8, lastSlot - slot);
            writer.WriteNumber("numTransactions"u8, transactions);
            writer.WriteNumber("numNonVoteTransactions"u8, transactions);
            writer.WriteNumber("samplePeriodSecs"u8, SampleSeconds);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
