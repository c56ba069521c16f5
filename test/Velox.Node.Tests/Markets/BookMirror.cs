using System.Text.Json.Nodes;
using Velox.OrderBook;
using Xunit;

namespace Velox.Node.Tests;

/// <summary>A client's copy of a book, kept by the rules that clients are told: a snapshot, then deltas that follow on.</summary>
internal sealed class BookMirror
{
    private readonly SortedDictionary<ulong, DepthLevel> _bids = [];
    private readonly SortedDictionary<ulong, DepthLevel> _asks = [];
    private ulong? _sequence;

    internal DepthLevel[] Bids => [.. _bids.Values.Reverse()];

    internal DepthLevel[] Asks => [.. _asks.Values];

    /// <summary>Takes the result of a bookNotification.</summary>
    internal void Take(JsonNode result)
    {
        JsonNode value = result["value"]!;
        Assert.Equal(_sequence is null ? "snapshot" : "delta", value["type"]!.GetValue<string>());
        Assert.Equal(_sequence, value["previousSequence"]?.GetValue<ulong>());
        _sequence = value["sequence"]!.GetValue<ulong>();
        Apply(_bids, value["bids"]!);
        Apply(_asks, value["asks"]!);
    }

    private static void Apply(SortedDictionary<ulong, DepthLevel> side, JsonNode levels)
    {
        foreach (JsonNode? level in levels.AsArray())
        {
            ulong priceTicks = level!["priceTicks"]!.GetValue<ulong>();
            ulong lots = level["quantityLots"]!.GetValue<ulong>();
            if (lots == 0)
                Assert.True(side.Remove(priceTicks), $"level {priceTicks} is gone, but it was never told");
            else
                side[priceTicks] = new DepthLevel(priceTicks, lots, level["orders"]!.GetValue<uint>());
        }
    }
}
