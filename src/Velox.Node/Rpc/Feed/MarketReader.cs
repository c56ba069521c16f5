using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.OrderBook;
using Velox.State;
using Velox.Svm;

namespace Velox.Node;

/// <summary>
/// A market in a published account, read in place: the header and the best levels, never the whole slab.
/// </summary>
/// <remarks>
/// Walks are bounded by the caller's depth and every link is checked, so a corrupt slab gives short answers only.
/// </remarks>
internal sealed class MarketReader
{
    private readonly AccountSnapshot _account;
    private readonly MarketHeader _header;

    private MarketReader(AccountSnapshot account, in MarketHeader header)
    {
        _account = account;
        _header = header;
    }

    internal ref readonly MarketHeader Header => ref _header;

    /// <summary>Events that the market has emitted so far: the version of its book.</summary>
    internal ulong Sequence => _header.NextEventSequence;

    /// <summary>The market, or null when the account is none.</summary>
    internal static MarketReader? TryOpen(AccountSnapshot? account)
    {
        if (account is null || account.Owner != ProgramIds.Book || account.DataLength < MarketLayout.HeaderBytes)
            return null;
        MarketHeader header = Read<MarketHeader>(account, 0);
        bool isMarket = header.Magic == MarketLayout.Magic && header.Version == MarketLayout.Version
            && header.SeatCapacity <= MarketLayout.MaxSeats && header.LevelCapacity <= MarketLayout.MaxLevels
            && header.OrderCapacity <= MarketLayout.MaxOrders
            && account.DataLength >= MarketLayout.RequiredBytes(
                header.OrderCapacity, header.LevelCapacity, header.SeatCapacity);
        return isMarket ? new MarketReader(account, in header) : null;
    }

    /// <summary>The levels of a side, best first.</summary>
    /// <param name="side">Which side.</param>
    /// <param name="depth">Most levels.</param>
    internal List<DepthLevel> Depth(Side side, int depth)
    {
        var levels = new List<DepthLevel>();
        uint link = side == Side.Bid ? _header.Bids.Best : _header.Asks.Best;
        // Links count from 1; one comparison refuses 0 as well as what is above the capacity.
        while (levels.Count < depth && link - 1 < _header.LevelCapacity)
        {
            int offset = MarketLayout.HeaderBytes + ((int)_header.SeatCapacity * MarketLayout.SeatBytes)
                + ((int)(link - 1) * MarketLayout.LevelBytes);
            LevelNode level = Read<LevelNode>(_account, offset);
            levels.Add(new DepthLevel(level.PriceTicks, level.TotalLots, level.OrderCount));
            link = level.Worse;
        }

        return levels;
    }

    private static T Read<T>(AccountSnapshot account, int offset)
        where T : unmanaged
    {
        Span<byte> bytes = stackalloc byte[Unsafe.SizeOf<T>()];
        account.CopyData(offset, bytes);
        return MemoryMarshal.Read<T>(bytes);
    }
}
