using System.Text.Json;
using Velox.OrderBook;
using Velox.Primitives;
using Velox.State;

namespace Velox.Node;

/// <summary>Velox's own: markets, their books and trades.</summary>
internal sealed class MarketMethods(RpcContext context)
{
    internal const int DefaultDepth = 100;
    internal const int MaxDepth = 1_000;
    private const int DefaultTrades = 100;

    internal void AddTo(Dictionary<string, RpcMethod> methods)
    {
        methods.Add("getMarket", GetMarket);
        methods.Add("getOrderBook", GetOrderBook);
        methods.Add("getTrades", GetTrades);
    }

    /// <summary>A market and the slot it is read at; an error that names the parameter when there is none.</summary>
    internal static (ulong Slot, MarketReader Market) Open(ChainView chain, Address address)
    {
        (ulong slot, AccountSnapshot?[] accounts) = chain.State.FindAll([address]);
        return MarketReader.TryOpen(accounts[0]) is { } market
            ? (slot, market)
            : throw RpcException.InvalidParams($"'market' {address} is not a market.");
    }

    private void GetMarket(RpcParameters parameters, Utf8JsonWriter writer)
    {
        Address address = parameters.Address(0, "market");
        context.CheckContext(parameters.Config(1));
        (ulong slot, MarketReader market) = Open(context.Chain, address);
        writer.StartContext(slot);
        MarketJson.WriteMarket(writer, address, market);
        writer.WriteEndObject();
    }

    private void GetOrderBook(RpcParameters parameters, Utf8JsonWriter writer)
    {
        Address address = parameters.Address(0, "market");
        RpcConfig config = parameters.Config(1);
        context.CheckContext(config);
        int depth = config.Int32("depth", DefaultDepth, 1, MaxDepth);
        (ulong slot, MarketReader market) = Open(context.Chain, address);
        writer.StartContext(slot);
        MarketJson.WriteBook(
            writer, address, null, null, market.Sequence, market.Depth(Side.Bid, depth), market.Depth(Side.Ask, depth));
        writer.WriteEndObject();
    }

    private void GetTrades(RpcParameters parameters, Utf8JsonWriter writer)
    {
        Address address = parameters.Address(0, "market");
        RpcConfig config = parameters.Config(1);
        context.CheckContext(config);
        int max = context.Options.MaxTrades;
        int limit = config.Int32("limit", Math.Min(DefaultTrades, max), 1, max);
        (ulong slot, _) = Open(context.Chain, address);
        writer.StartContext(slot);
        writer.WriteStartArray();
        foreach (Trade trade in context.Feed.LastTrades(address, limit, slot))
            MarketJson.WriteTrade(writer, trade);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
