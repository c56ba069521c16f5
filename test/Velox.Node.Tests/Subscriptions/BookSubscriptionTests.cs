using System.Text.Json.Nodes;
using Velox.OrderBook;
using Xunit;

namespace Velox.Node.Tests;

public sealed class BookSubscriptionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_client_that_applies_deltas_to_its_snapshot_has_the_slabs_book(int seed)
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        TestVenue venue = market.Venue;
        var random = new Random(seed);
        var mirrors = new Dictionary<ulong, (int Depth, BookMirror Mirror)>();
        for (int block = 0; block < 40; block++)
        {
            // The first one from the empty book on, then late ones with and without a depth.
            if (block % 10 == 0)
            {
                int depth = block % 20 == 0 ? int.MaxValue : random.Next(1, 5);
                JsonNode? config = depth == int.MaxValue ? null : new JsonObject { ["depth"] = depth };
                ulong id = await client.Subscribe("bookSubscribe", venue.Market.ToString(), config);
                mirrors.Add(id, (depth, new BookMirror()));
            }

            venue.AddBlock([.. Enumerable.Range(0, random.Next(6)).Select(_ => venue.RandomOperation(random))]);

            foreach (JsonObject notification in await client.TakeNotifications())
            {
                Assert.Equal("bookNotification", notification["method"]!.GetValue<string>());
                JsonNode parameters = notification["params"]!;
                mirrors[parameters["subscription"]!.GetValue<ulong>()].Mirror.Take(parameters["result"]!);
            }

            foreach ((int depth, BookMirror mirror) in mirrors.Values)
            {
                Assert.True(venue.Slab(Side.Bid, depth).SequenceEqual(mirror.Bids), $"seed {seed}, block {block}, depth {depth}");
                Assert.True(venue.Slab(Side.Ask, depth).SequenceEqual(mirror.Asks), $"seed {seed}, block {block}, depth {depth}");
            }
        }
    }

    [Fact]
    public async Task The_first_notification_is_a_snapshot_and_the_next_a_numbered_delta()
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        TestVenue venue = market.Venue;
        venue.AddBlock(venue.Place(0, Side.Bid, 99, 4));
        ulong id = await client.Subscribe("bookSubscribe", venue.Market.ToString());
        (ulong slot, ulong sequence) = (market.Host.Chain.Tip.Slot, market.Read().Sequence);
        JsonNode snapshot = await client.NextResult("bookNotification", id);
        venue.AddBlock(venue.Place(1, Side.Ask, 99, 4), venue.Place(1, Side.Ask, 100, 1));
        JsonNode delta = await client.NextResult("bookNotification", id);

        Assert.Equal(slot, snapshot["context"]!["slot"]!.GetValue<ulong>());
        RpcHost.AssertJson(
            $$"""
            {"type":"snapshot","market":"{{venue.Market}}","sequence":{{sequence}},
            "bids":[{"priceTicks":99,"quantityLots":4,"orders":1}],"asks":[]}
            """,
            snapshot["value"]);
        Assert.Equal(slot + 1, delta["context"]!["slot"]!.GetValue<ulong>());
        RpcHost.AssertJson(
            $$"""
            {"type":"delta","market":"{{venue.Market}}","previousSequence":{{sequence}},"sequence":{{market.Read().Sequence}},
            "bids":[{"priceTicks":99,"quantityLots":0,"orders":0}],"asks":[{"priceTicks":100,"quantityLots":1,"orders":1}]}
            """,
            delta["value"]);
    }

    [Fact]
    public async Task An_account_that_is_no_market_cannot_be_followed()
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        string message = await client.Error(-32602, "bookSubscribe", market.Host.Faucet.PublicKey.ToString());
        Assert.Contains("market", message, StringComparison.Ordinal);
        message = await client.Error(
            -32602, "bookSubscribe", market.Venue.Market.ToString(), new JsonObject { ["depth"] = 1_001 });
        Assert.Contains("'depth' is 1001: it must be 1 to 1000", message, StringComparison.Ordinal);
    }
}
