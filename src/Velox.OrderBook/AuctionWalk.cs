using System.Runtime.InteropServices;

namespace Velox.OrderBook;

/// <summary>What a walk for the clearing price does next.</summary>
internal enum AuctionStage : uint
{
    None = 0,

    /// <summary>Lots of bids and asks are set against each other, best first.</summary>
    Matching = 1,

    /// <summary>Of two neighbouring prices, the lots that each would leave over are added up.</summary>
    Comparing = 2,

    /// <summary>The walk has ended.</summary>
    Found = 3,
}

/// <summary>The search for the clearing price of a book that does not change meanwhile, order by order: 96 bytes.</summary>
/// <remarks>
/// Setting the best bid against the best ask, while they cross, gives the most lots that any one price can execute. All
/// prices from that of the last ask used to that of the last bid used execute so many, and no others. Among them what is
/// left over, demand less supply, falls with the price; which prices leave least follows from the orders that come next:
/// <list type="bullet">
/// <item>a bid at the price of the last bid used: bids are left over at all prices, least above the next lower bid;</item>
/// <item>an ask at the price of the last ask used: likewise, below the next higher ask;</item>
/// <item>neither: nothing is left over above the next bid and below the next ask;</item>
/// <item>but when these are neighbours there is no such price, and the one that leaves less is better.</item>
/// </list>
/// Each time these are all prices of an interval, and the one nearest to the reference is taken; without a reference the
/// lowest. A step looks at one order of each side at most.
/// <code>
/// offset size field                          offset size field
///   0     4    stage                           40     8    lots
///   4     4    bidOrder, askOrder (links)      48     8    lowTicks
///  12     4    bidLevel, askLevel              56     8    highTicks
///  20     4    reserved                        64     8    priceTicks
///  24     8    bidLots                         72     8    leftLots
///  32     8    askLots                         80     8    steps
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 96)]
internal struct AuctionWalk
{
    [FieldOffset(0)] internal AuctionStage Stage;

    /// <summary>Links of the next orders; 0 behind the last.</summary>
    [FieldOffset(4)] internal uint BidOrder;
    [FieldOffset(8)] internal uint AskOrder;

    /// <summary>The levels that are compared.</summary>
    [FieldOffset(12)] internal uint BidLevel;
    [FieldOffset(16)] internal uint AskLevel;

    /// <summary>Matching: lots of the next orders that are not used; comparing: lots of the levels so far.</summary>
    [FieldOffset(24)] internal ulong BidLots;
    [FieldOffset(32)] internal ulong AskLots;

    /// <summary>Lots that can be executed: all, once the walk has ended.</summary>
    [FieldOffset(40)] internal ulong Lots;

    /// <summary>The prices among which the clearing price is.</summary>
    [FieldOffset(48)] internal ulong LowTicks;
    [FieldOffset(56)] internal ulong HighTicks;

    /// <summary>The clearing price; 0 when nothing crosses.</summary>
    [FieldOffset(64)] internal ulong PriceTicks;

    /// <summary>Lots that have not been executed yet.</summary>
    [FieldOffset(72)] internal ulong LeftLots;

    /// <summary>Steps so far.</summary>
    [FieldOffset(80)] internal ulong Steps;

    internal static AuctionWalk Begin(in Slab slab)
    {
        var walk = new AuctionWalk
        {
            Stage = AuctionStage.Matching,
            BidOrder = FirstOf(slab, slab.ReadHeader().Bids.Best),
            AskOrder = FirstOf(slab, slab.ReadHeader().Asks.Best),
        };
        walk.BidLots = LotsOf(slab, walk.BidOrder);
        walk.AskLots = LotsOf(slab, walk.AskOrder);
        return walk;
    }

    /// <summary>Goes on for so many steps, or to the end. Returns whether it has ended.</summary>
    internal bool Advance(in Slab slab, ulong steps)
    {
        for (; Stage != AuctionStage.Found && steps != 0; steps--)
        {
            Steps++;
            if (Stage == AuctionStage.Matching)
                MatchNext(slab);
            else
                CompareNext(slab);
        }

        return Stage == AuctionStage.Found;
    }

    /// <summary>What is shown and what is hidden of an order: in an auction it takes part wholly.</summary>
    internal static ulong LotsOf(in Slab slab, uint link)
    {
        if (link == 0)
            return 0;
        ref readonly OrderNode order = ref slab.ReadOrder(link);
        ulong lots = order.OpenLots;
        if (order.HasExtra)
            Money.Add(ref lots, slab.ReadExtra(link).HiddenLots);
        return lots;
    }

    private void MatchNext(in Slab slab)
    {
        if (BidOrder == 0 || AskOrder == 0 || PriceOf(slab, BidOrder) < PriceOf(slab, AskOrder))
        {
            Resolve(slab);
            return;
        }

        ulong lots = Math.Min(BidLots, AskLots);
        if (lots == 0)
            Slab.ThrowCorrupt("An order in the book has no lots.");
        Money.Add(ref Lots, lots);
        HighTicks = PriceOf(slab, BidOrder);
        LowTicks = PriceOf(slab, AskOrder);
        BidLots -= lots;
        AskLots -= lots;
        if (BidLots == 0)
        {
            BidOrder = NextOf(slab, Side.Bid, BidOrder);
            BidLots = LotsOf(slab, BidOrder);
        }

        if (AskLots == 0)
        {
            AskOrder = NextOf(slab, Side.Ask, AskOrder);
            AskLots = LotsOf(slab, AskOrder);
        }
    }

    /// <summary>Narrows the prices to those that leave least over, or finds that two levels must be compared.</summary>
    private void Resolve(in Slab slab)
    {
        ulong bidTicks = BidOrder == 0 ? 0 : PriceOf(slab, BidOrder);
        ulong askTicks = AskOrder == 0 ? 0 : PriceOf(slab, AskOrder);
        if (Lots == 0)
        {
            Stage = AuctionStage.Found;
        }
        else if (bidTicks == HighTicks)
        {
            RaiseLowAbove(slab, Ladder.NextWorse(slab, Side.Bid, slab.ReadOrder(BidOrder).Level));
            Find(slab);
        }
        else if (askTicks == LowTicks)
        {
            LowerHighBelow(slab, Ladder.NextWorse(slab, Side.Ask, slab.ReadOrder(AskOrder).Level));
            Find(slab);
        }
        else if (bidTicks != 0 && askTicks != 0 && bidTicks + 1 == askTicks)
        {
            // Both orders are the first at their prices, and all of them are left over there.
            Stage = AuctionStage.Comparing;
            BidLevel = slab.ReadOrder(BidOrder).Level;
            AskLevel = slab.ReadOrder(AskOrder).Level;
            BidLots = 0;
            AskLots = 0;
        }
        else
        {
            LowTicks = bidTicks == 0 ? LowTicks : Math.Max(LowTicks, bidTicks + 1);
            HighTicks = askTicks == 0 ? HighTicks : Math.Min(HighTicks, askTicks - 1);
            Find(slab);
        }
    }

    private void CompareNext(in Slab slab)
    {
        if (BidOrder != 0)
        {
            Money.Add(ref BidLots, LotsOf(slab, BidOrder));
            BidOrder = slab.ReadOrder(BidOrder).Next;
        }

        if (AskOrder != 0)
        {
            Money.Add(ref AskLots, LotsOf(slab, AskOrder));
            AskOrder = slab.ReadOrder(AskOrder).Next;
        }

        if ((BidOrder | AskOrder) != 0)
            return;

        // At the bids' price they are left over, at the asks' price these. Equal: all prices around both.
        if (BidLots < AskLots)
            HighTicks = Ladder.PriceOf(slab, BidLevel);
        else
            LowerHighBelow(slab, Ladder.NextWorse(slab, Side.Ask, AskLevel));
        if (AskLots < BidLots)
            LowTicks = Ladder.PriceOf(slab, AskLevel);
        else
            RaiseLowAbove(slab, Ladder.NextWorse(slab, Side.Bid, BidLevel));
        Find(slab);
    }

    private void RaiseLowAbove(in Slab slab, uint level)
    {
        if (level != 0)
            LowTicks = Math.Max(LowTicks, Ladder.PriceOf(slab, level) + 1);
    }

    private void LowerHighBelow(in Slab slab, uint level)
    {
        if (level != 0)
            HighTicks = Math.Min(HighTicks, Ladder.PriceOf(slab, level) - 1);
    }

    private void Find(in Slab slab)
    {
        if (LowTicks > HighTicks)
            Slab.ThrowCorrupt("The levels are out of order.");
        ulong reference = slab.ReadHeader().PriceReferenceTicks;
        PriceTicks = Math.Clamp(reference, LowTicks, HighTicks);
        LeftLots = Lots;
        Stage = AuctionStage.Found;
    }

    private static ulong PriceOf(in Slab slab, uint link) => slab.ReadOrder(link).PriceTicks;

    private static uint FirstOf(in Slab slab, uint level) => level == 0 ? 0 : slab.ReadLevel(level).FirstOrder;

    private static uint NextOf(in Slab slab, Side side, uint link)
    {
        ref readonly OrderNode order = ref slab.ReadOrder(link);
        return order.Next != 0 ? order.Next : FirstOf(slab, Ladder.NextWorse(slab, side, order.Level));
    }
}
