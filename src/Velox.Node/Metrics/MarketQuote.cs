using System.Runtime.InteropServices;
using Velox.OrderBook;
using Velox.State;

namespace Velox.Node;

/// <summary>The two best prices of a market; null where a side is empty.</summary>
/// <param name="BidTicks">Highest price that somebody would pay.</param>
/// <param name="AskTicks">Lowest price that somebody would take.</param>
public readonly record struct MarketQuote(ulong? BidTicks, ulong? AskTicks)
{
    /// <summary>Reads three places of a durable market; null when the account is none, or is damaged.</summary>
    internal static MarketQuote? Read(AccountSnapshot? account)
    {
        if (account is null || account.DataLength < MarketLayout.HeaderBytes)
            return null;
        var header = ReadAt<MarketHeader>(account, 0);
        return header.Magic == MarketLayout.Magic
            ? new MarketQuote(PriceOf(account, header, header.Bids.Best), PriceOf(account, header, header.Asks.Best))
            : null;
    }

    /// <summary>A level is named by a link: 1 is the first node, 0 is none.</summary>
    private static ulong? PriceOf(AccountSnapshot account, in MarketHeader header, uint link)
    {
        long offset = MarketLayout.HeaderBytes
            + ((long)header.SeatCapacity * MarketLayout.SeatBytes)
            + (((long)link - 1) * MarketLayout.LevelBytes);
        return link == 0 || offset > account.DataLength - MarketLayout.LevelBytes
            ? null
            : ReadAt<LevelNode>(account, (int)offset).PriceTicks;
    }

    private static T ReadAt<T>(AccountSnapshot account, int offset)
        where T : unmanaged
    {
        T value = default;
        account.CopyData(offset, MemoryMarshal.AsBytes(new Span<T>(ref value)));
        return value;
    }
}
