using static Velox.OrderBook.Contradiction;

namespace Velox.OrderBook;

/// <content>Checks of phase, auction and limits.</content>
internal sealed partial class MarketChecker
{
    private uint _restrictedSeats;

    private void CheckRestrictions(in MarketHeader header)
    {
        Require(header.Restrictions == header.RestrictionsNow, $"The restrictions are {header.Restrictions}, not {header.RestrictionsNow}.");
        Require(header.PriceBandBps <= Market.MaxPriceBandBps, $"The price band is {header.PriceBandBps} basis points.");
        Require(header.Phase <= MarketPhase.Uncrossing, $"Phase {header.Phase} is none.");
        bool isCall = header.Phase is MarketPhase.Call or MarketPhase.Uncrossing;
        Require(!isCall || !header.IsMatchingOnly, $"A market that only matches is in a call.");
        bool isCrossed = header.Bids.Best != 0 && header.Asks.Best != 0 && header.Bids.BestTicks >= header.Asks.BestTicks;
        Require(header.Phase != MarketPhase.Continuous || !isCrossed, $"The book is crossed.");
        if (header.Phase == MarketPhase.Uncrossing)
            CheckUncross(header.Uncross);
        else
            Require(IsZero(header.Uncross), $"No uncross goes on, and its state is not zero.");
    }

    /// <summary>Walks the same way again: nothing but the walk changes the book while an uncross goes on.</summary>
    private void CheckUncross(in AuctionWalk uncross)
    {
        AuctionWalk again = AuctionWalk.Begin(_slab);
        if (uncross.Stage != AuctionStage.Found)
        {
            // Each step but the last of a stage passes an order by.
            Require(uncross.Steps <= 2 * ((ulong)_slab.OrderCapacity + 1), $"The uncross has done {uncross.Steps} steps.");
            again.Advance(_slab, uncross.Steps);
            Require(AreEqual(again, uncross), $"The uncross is not where its steps lead.");
            return;
        }

        again.Advance(_slab, ulong.MaxValue);
        Require(
            again.Lots == uncross.LeftLots && uncross.LeftLots <= uncross.Lots,
            $"The book has {again.Lots} lots to execute, {uncross.LeftLots} are left of {uncross.Lots}.");
        ref readonly MarketHeader header = ref _slab.ReadHeader();
        Require(
            uncross.LeftLots != 0 && uncross.PriceTicks >= header.Asks.BestTicks && uncross.PriceTicks <= header.Bids.BestTicks,
            $"The clearing price {uncross.PriceTicks} is outside the crossed prices.");
    }

    private static bool AreEqual(AuctionWalk one, in AuctionWalk other) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<AuctionWalk>(in one)).SequenceEqual(
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<AuctionWalk>(in other)));

    /// <summary>Counts the seats with limits. A limit may be below what was open when it was set, so that is no contradiction.</summary>
    private void CheckLimits(uint seat, in SeatNode node)
    {
        _restrictedSeats += node.IsRestricted ? 1u : 0;
        Require(node.MaxOpenOrders <= MarketLayout.MaxOpenOrdersPerSeat, $"Seat {seat}: its limit of orders is {node.MaxOpenOrders}.");
        Require(node.Stops <= (SeatStops.ByOwner | SeatStops.ByAuthority), $"Seat {seat}: stopped by {node.Stops}.");
    }
}
