using System.Text.Json;
using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Node;

/// <summary>
/// Markets, books and trades in Velox's own shapes. Order ids are strings: they may exceed what a double holds.
/// </summary>
internal static class MarketJson
{
    internal static void WriteMarket(Utf8JsonWriter writer, Address address, MarketReader market)
    {
        ref readonly MarketHeader header = ref market.Header;
        writer.WriteStartObject();
        writer.WriteString("address"u8, address.ToString());
        writer.WriteString("baseMint"u8, header.BaseMint.ToString());
        writer.WriteString("quoteMint"u8, header.QuoteMint.ToString());
        writer.WriteString("baseVault"u8, header.BaseVault.ToString());
        writer.WriteString("quoteVault"u8, header.QuoteVault.ToString());
        writer.WriteString("authority"u8, header.Authority.ToString());
        writer.WriteNumber("lotSize"u8, header.LotSize);
        writer.WriteNumber("tickSize"u8, header.TickSize);
        writer.WriteNumber("makerFeeBps"u8, header.MakerFeeBps);
        writer.WriteNumber("takerFeeBps"u8, header.TakerFeeBps);
        writer.WriteNumber("orderCapacity"u8, header.OrderCapacity);
        writer.WriteNumber("blockCapacity"u8, header.BlockCapacity);
        writer.WriteNumber("seatCapacity"u8, header.SeatCapacity);
        writer.WriteNumber("maxOpenOrdersPerSeat"u8, header.MaxOpenOrdersPerSeat);
        writer.WriteNumber("seatCount"u8, header.SeatCount);
        writer.WriteNumber("bidOrders"u8, header.Bids.OrderCount);
        writer.WriteNumber("askOrders"u8, header.Asks.OrderCount);
        writer.WriteNumber("baseTotal"u8, header.BaseTotal);
        writer.WriteNumber("quoteTotal"u8, header.QuoteTotal);
        writer.WriteNumber("feesBase"u8, header.FeesBase);
        writer.WriteNumber("feesQuote"u8, header.FeesQuote);
        writer.WriteNumber("lastTradePriceTicks"u8, header.LastTradePriceTicks);
        writer.WriteNumber("tradeCount"u8, header.TradeCount);
        writer.WriteNumber("sequence"u8, header.NextEventSequence);
        writer.WriteEndObject();
    }

    /// <summary>Writes a book, or the changes of one.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="address">The market.</param>
    /// <param name="type"><c>snapshot</c> or <c>delta</c>; null writes none.</param>
    /// <param name="previousSequence">Of the book that a delta applies to.</param>
    /// <param name="sequence">Events of the market so far.</param>
    /// <param name="bids">Best first; in a delta the changed ones, 0 lots for gone.</param>
    /// <param name="asks">As <paramref name="bids"/>.</param>
    internal static void WriteBook(
        Utf8JsonWriter writer, Address address, string? type, ulong? previousSequence, ulong sequence,
        List<DepthLevel> bids, List<DepthLevel> asks)
    {
        writer.WriteStartObject();
        writer.WriteString("market"u8, address.ToString());
        if (type is not null)
            writer.WriteString("type"u8, type);
        if (previousSequence is { } previous)
            writer.WriteNumber("previousSequence"u8, previous);
        writer.WriteNumber("sequence"u8, sequence);
        WriteLevels(writer, "bids"u8, bids);
        WriteLevels(writer, "asks"u8, asks);
        writer.WriteEndObject();
    }

    internal static void WriteTrade(Utf8JsonWriter writer, Trade trade)
    {
        BookEvent fill = trade.Event;
        writer.WriteStartObject();
        writer.WriteNumber("sequence"u8, fill.Sequence);
        writer.WriteNumber("slot"u8, fill.Slot);
        writer.WriteNumber("blockTime"u8, trade.UnixTimestamp);
        writer.WriteString("signature"u8, trade.Transaction.ToString());
        writer.WriteNumber("priceTicks"u8, fill.PriceTicks);
        writer.WriteNumber("quantityLots"u8, fill.Lots);
        writer.WriteString("takerSide"u8, fill.Side == Side.Bid ? "ask"u8 : "bid"u8);
        writer.WriteString("makerOrderId"u8, fill.OrderId.ToString());
        writer.WriteString("takerOrderId"u8, fill.TakerOrderId.ToString());
        writer.WriteNumber("makerSeat"u8, fill.Seat);
        writer.WriteNumber("takerSeat"u8, fill.TakerSeat);
        writer.WriteEndObject();
    }

    private static void WriteLevels(Utf8JsonWriter writer, ReadOnlySpan<byte> name, List<DepthLevel> levels)
    {
        writer.WriteStartArray(name);
        foreach (DepthLevel level in levels)
        {
            writer.WriteStartObject();
            writer.WriteNumber("priceTicks"u8, level.PriceTicks);
            writer.WriteNumber("quantityLots"u8, level.Lots);
            writer.WriteNumber("orders"u8, level.Orders);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
