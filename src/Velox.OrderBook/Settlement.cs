using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <summary>The money of a fill.</summary>
internal static unsafe class Settlement
{
    /// <summary>Moves the money of one fill between taker, maker and fees. The header must be noted as written.</summary>
    internal static void Settle<TMode>(
        in Slab slab, uint takerSeat, Side takerSide, uint makerSeat, ulong lots, ulong priceTicks)
        where TMode : struct, IBookMode
    {
        MarketHeader* header = slab.Header;
        SeatNode* taker = slab.Seat(takerSeat);
        SeatNode* maker = slab.Seat(makerSeat);
        slab.Writes<TMode>(taker, sizeof(SeatNode));
        slab.Writes<TMode>(maker, sizeof(SeatNode));
        ulong baseAtoms = lots * header->LotSize;
        ulong quoteAtoms = lots * priceTicks * header->TickSize;
        int makerFeeBps = header->MakerFeeBps;
        if (takerSide == Side.Bid)
        {
            Money.Subtract(ref taker->QuoteFree, quoteAtoms);
            Money.Subtract(ref maker->BaseLocked, baseAtoms);
            Receive(ref taker->BaseFree, ref header->FeesBase, baseAtoms, header->TakerFeeBps);
            Receive(ref maker->QuoteFree, ref header->FeesQuote, quoteAtoms, (ulong)Math.Max(makerFeeBps, 0));
            if (makerFeeBps < 0)
                Rebate(ref maker->BaseFree, ref header->FeesBase, baseAtoms, (ulong)-makerFeeBps);
        }
        else
        {
            Money.Subtract(ref taker->BaseFree, baseAtoms);
            Money.Subtract(ref maker->QuoteLocked, quoteAtoms);
            Receive(ref taker->QuoteFree, ref header->FeesQuote, quoteAtoms, header->TakerFeeBps);
            Receive(ref maker->BaseFree, ref header->FeesBase, baseAtoms, (ulong)Math.Max(makerFeeBps, 0));
            if (makerFeeBps < 0)
                Rebate(ref maker->QuoteFree, ref header->FeesQuote, quoteAtoms, (ulong)-makerFeeBps);
        }
    }

    /// <summary>Adds what a side receives to its balance, less its fee.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Receive(ref ulong balance, ref ulong fees, ulong atoms, ulong feeBps)
    {
        ulong fee = Money.Fee(atoms, feeBps);
        Money.Add(ref fees, fee);
        Money.Add(ref balance, atoms - fee);
    }

    /// <summary>
    /// Pays the maker out of the fee that the taker has just paid on these atoms: rounded down and at no higher rate, so
    /// never more.
    /// </summary>
    private static void Rebate(ref ulong balance, ref ulong fees, ulong atoms, ulong rebateBps)
    {
        ulong rebate = Money.Rebate(atoms, rebateBps);
        Money.Subtract(ref fees, rebate);
        Money.Add(ref balance, rebate);
    }
}
