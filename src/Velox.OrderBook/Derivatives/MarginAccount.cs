using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>A trader's collateral, position and open orders: 256 bytes.</summary>
/// <remarks>
/// <code>
/// offset size field
///   0    32    owner              not zero, in one account only
///  32     8    positionLots       signed; positive is long
///  40     4    orderCount
///  44     4    reserved
///  48    16    cash               signed atoms: paid in, less what was paid for the position
///  64    16    fundingIndex       the ledger's, up to which funding is in the cash
///  80    16    reserved
///  96   160    orders             40 links of open orders in the market, the first orderCount in use, the others 0
/// </code>
/// Cash and position are all there is: a fill of q lots at p moves q * p * tickSize atoms from the buyer's cash to the
/// seller's, and q lots the other way. So both sums over all accounts stay what they were, and so does the sum of what all
/// accounts are worth, at any price: nothing is rounded. Without a position the cash is the collateral.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = LedgerLayout.AccountBytes)]
public struct MarginAccount
{
    [FieldOffset(0)] public Address Owner;
    [FieldOffset(32)] public long PositionLots;
    [FieldOffset(40)] public uint OrderCount;
    [FieldOffset(48)] public StoredInt128 Cash;
    [FieldOffset(64)] public StoredInt128 FundingIndex;
    [FieldOffset(96)] internal OrderLinks Links;

    /// <summary>Links of its open orders, in no order. Whatever the count says, no more than there is room for.</summary>
    internal readonly int LinkCount => (int)Math.Min(OrderCount, LedgerLayout.MaxOrdersPerAccount);

    internal readonly ulong LongLots => (ulong)Math.Max(0, PositionLots);

    internal readonly bool HasRoomForOrder => OrderCount < LedgerLayout.MaxOrdersPerAccount;

    internal void AddOrder(uint link)
    {
        if (!HasRoomForOrder)
            Slab.ThrowCorrupt("An account has more open orders than room for them.");
        Links[(int)OrderCount++] = link;
    }

    internal void RemoveOrder(uint link)
    {
        Span<uint> links = Links;
        int place = links[..LinkCount].IndexOf(link);
        if (place < 0)
            Slab.ThrowCorrupt("An account does not know one of its orders.");
        OrderCount = (uint)LinkCount - 1;
        links[place] = links[(int)OrderCount];
        links[(int)OrderCount] = 0;
    }

    [InlineArray(LedgerLayout.MaxOrdersPerAccount)]
    internal struct OrderLinks
    {
        private uint _link;
    }
}
