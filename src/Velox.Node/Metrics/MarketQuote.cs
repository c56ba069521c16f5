using System.Runtime.InteropServices;
using Velox.OrderBook;
using Velox.State;

namespace Velox.Node;

/// <summary>The two best prices of a market; null where a side is empty.</summary>
/// <param name="BidTicks">Highest price that somebody would pay.</param>
/// <param name="AskTicks">Lowest price that somebody would take.</param>
public readonly record struct MarketQuote(ulong? BidTicks, ulong? AskTicks)
{
    /// <summary>Reads the header of a durable market; null when the account is none, or is damaged.</summary>
    internal static MarketQuote? Read(AccountSnapshot? account)
    {
        if (account is null || account.DataLength < MarketLayout.HeaderBytes)
            return null;
        var header = ReadAt<MarketHeader>(account, 0);
        return header.Magic == MarketLayout.Magic && header.Version == MarketLayout.Version
            ? new MarketQuote(PriceOf(header.BestBidTicks), PriceOf(header.BestAskTicks))
            : null;
    }

    private static ulong? PriceOf(ulong ticks) => ticks == 0 ? null : ticks;

    private static T ReadAt<T>(AccountSnapshot account, int offset)
        where T : unmanaged
    {
        T value = default;
        account.CopyData(offset, MemoryMarshal.AsBytes(new Span<T>(ref value)));
        return value;
    }
}
