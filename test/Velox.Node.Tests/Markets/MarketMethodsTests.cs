using System.Text.Json.Nodes;
using Velox.OrderBook;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

public sealed class MarketMethodsTests
{
    [Fact]
    public async Task The_order_book_shows_levels_best_first_up_to_the_depth()
    {
        await using MarketHost market = await MarketHost.Start();
        TestVenue venue = market.Venue;
        venue.AddBlock(
            venue.Place(0, Side.Bid, 97, 3), venue.Place(0, Side.Bid, 99, 1), venue.Place(1, Side.Bid, 99, 4),
            venue.Place(1, Side.Ask, 101, 2));

        JsonNode result = (await market.Host.Call("getOrderBook", venue.Market.ToString()))!;

        Assert.Equal(market.Host.Chain.Tip.Slot, result["context"]!["slot"]!.GetValue<ulong>());
        RpcHost.AssertJson(
            $$"""
            {"market":"{{venue.Market}}","sequence":{{market.Read().Sequence}},
            "bids":[{"priceTicks":99,"quantityLots":5,"orders":2},{"priceTicks":97,"quantityLots":3,"orders":1}],
            "asks":[{"priceTicks":101,"quantityLots":2,"orders":1}]}
            """,
            result["value"]);

        JsonNode top = (await market.Host.Value(
            "getOrderBook", venue.Market.ToString(), new JsonObject { ["depth"] = 1 }))!;
        Assert.Equal(99UL, Assert.Single(top["bids"]!.AsArray())!["priceTicks"]!.GetValue<ulong>());
    }

    [Fact]
    public async Task Trades_name_transaction_price_quantity_and_both_orders()
    {
        await using MarketHost market = await MarketHost.Start();
        TestVenue venue = market.Venue;
        venue.AddBlock(venue.Place(0, Side.Ask, 100, 7));
        Block block = venue.AddBlock(venue.Place(1, Side.Bid, 101, 5));
        BookEvent fill = block.Records[0].MarketEvents[0].Event;

        JsonNode trade = Assert.Single((await market.Host.Value("getTrades", venue.Market.ToString()))!.AsArray())!;

        RpcHost.AssertJson(
            $$"""
            {"slot":{{block.Header.Slot}},"blockTime":{{block.Header.UnixTimestamp}},"signature":"{{block.Records[0].Id}}",
            "sequence":{{fill.Sequence}},"priceTicks":100,"quantityLots":5,"takerSide":"bid","makerSeat":0,"takerSeat":1,
            "makerOrderId":"{{fill.OrderId}}","takerOrderId":"{{fill.TakerOrderId}}"}
            """,
            trade);
    }

    [Fact]
    public async Task A_market_shows_its_parameters_and_totals()
    {
        await using MarketHost market = await MarketHost.Start();
        TestVenue venue = market.Venue;
        JsonNode fresh = (await market.Host.Value("getMarket", venue.Market.ToString()))!;
        Assert.Equal(0, fresh["tradeCount"]!.GetValue<int>());
        venue.AddBlock(venue.Place(0, Side.Ask, 100, 7), venue.Place(0, Side.Bid, 90, 7));
        venue.AddBlock(venue.Place(1, Side.Bid, 101, 5));

        JsonNode value = (await market.Host.Value("getMarket", venue.Market.ToString()))!;

        Assert.Equal(10, value["takerFeeBps"]!.GetValue<int>());
        Assert.Equal(64, value["blockCapacity"]!.GetValue<int>());
        Assert.Equal(TestVenue.Traders, value["seatCount"]!.GetValue<int>());
        Assert.Equal(1, value["bidOrders"]!.GetValue<int>());
        Assert.Equal(100, value["lastTradePriceTicks"]!.GetValue<int>());
        Assert.Equal(1, value["tradeCount"]!.GetValue<int>());
        Assert.Equal(market.Host.Faucet.PublicKey.ToString(), value["authority"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("getMarket")]
    [InlineData("getOrderBook")]
    [InlineData("getTrades")]
    public async Task An_account_that_is_no_market_is_refused_by_name(string method)
    {
        await using MarketHost market = await MarketHost.Start();
        string address = market.Host.Faucet.PublicKey.ToString();
        JsonObject error = await market.Host.Error(-32602, method, address);
        Assert.Contains($"'market' {address} is not a market", error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("getOrderBook", "depth", 0)]
    [InlineData("getOrderBook", "depth", 1001)]
    [InlineData("getTrades", "limit", 0)]
    [InlineData("getTrades", "limit", 1001)]
    public async Task A_number_out_of_its_bounds_is_named_in_the_error(string method, string name, int number)
    {
        await using MarketHost market = await MarketHost.Start();
        JsonObject error = await market.Host.Error(
            -32602, method, market.Venue.Market.ToString(), new JsonObject { [name] = number });
        Assert.Contains($"'{name}' is {number}", error["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("1 to 1000", error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }
}
