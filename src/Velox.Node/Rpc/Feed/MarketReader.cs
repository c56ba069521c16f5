using System.Numerics;
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

    // Where number 0 would stand.
    private readonly int _blocks;
    private readonly int _levels;

    private MarketReader(AccountSnapshot account, in MarketHeader header)
    {
        _account = account;
        _header = header;
        _blocks = (int)MarketLayout.BlockOffset(header.SeatCapacity) - MarketLayout.BlockBytes;
        _levels = (int)MarketLayout.LevelOffset(header.BlockCapacity, header.SeatCapacity) - (MarketLayout.BlockTicks * MarketLayout.LevelBytes);
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
            && header.SeatCapacity <= MarketLayout.MaxSeats && header.BlockCapacity <= MarketLayout.MaxBlocks
            && header.OrderCapacity <= MarketLayout.MaxOrders
            && account.DataLength >= MarketLayout.RequiredBytes(
                header.OrderCapacity, header.BlockCapacity, header.SeatCapacity);
        return isMarket ? new MarketReader(account, in header) : null;
    }

    /// <summary>The levels of a side, best first.</summary>
    /// <param name="side">Which side.</param>
    /// <param name="depth">Most levels.</param>
    internal List<DepthLevel> Depth(Side side, int depth)
    {
        var levels = new List<DepthLevel>();
        uint level = side == Side.Bid ? _header.Bids.Best : _header.Asks.Best;
        while (level != 0 && levels.Count < depth && TryReadBlock(level / MarketLayout.BlockTicks, out PriceBlock block))
        {
            uint tick = level % MarketLayout.BlockTicks;
            PriceLevel queue = Read<PriceLevel>(_account, _levels + ((int)level * MarketLayout.LevelBytes));
            levels.Add(new DepthLevel(block.FirstTick + tick, queue.TotalLots, queue.OrderCount));
            level = NextWorse(side, level, block);
        }

        return levels;
    }

    /// <summary>As the book itself finds it: each side has blocks of its own.</summary>
    private uint NextWorse(Side side, uint level, in PriceBlock block)
    {
        uint link = level / MarketLayout.BlockTicks;
        int tick = (int)(level % MarketLayout.BlockTicks);
        ulong rest = side == Side.Bid ? block.Occupied & ((1UL << tick) - 1) : block.Occupied & (ulong.MaxValue << tick << 1);
        if (rest == 0)
        {
            link = side == Side.Bid ? block.Lower : block.Higher;
            rest = TryReadBlock(link, out PriceBlock next) ? next.Occupied : 0;
        }

        return rest == 0
            ? 0
            : (link * MarketLayout.BlockTicks) + (uint)(side == Side.Bid ? BitOperations.Log2(rest) : BitOperations.TrailingZeroCount(rest));
    }

    /// <summary>Links count from 1; one comparison refuses 0 as well as what is above the capacity.</summary>
    private bool TryReadBlock(uint link, out PriceBlock block)
    {
        bool exists = link - 1 < _header.BlockCapacity;
        block = exists ? Read<PriceBlock>(_account, _blocks + ((int)link * MarketLayout.BlockBytes)) : default;
        return exists;
    }

    private static T Read<T>(AccountSnapshot account, int offset)
        where T : unmanaged
    {
        Span<byte> bytes = stackalloc byte[Unsafe.SizeOf<T>()];
        account.CopyData(offset, bytes);
        return MemoryMarshal.Read<T>(bytes);
    }
}
