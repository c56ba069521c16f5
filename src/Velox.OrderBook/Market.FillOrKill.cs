namespace Velox.OrderBook;

/// <content>Whether a fill-or-kill order would fill, when makers may be more than plain.</content>
public readonly partial struct Market
{
    /// <summary>Whether matching would fill the whole order: the walk of <see cref="MatchSpecial"/>, without a change.</summary>
    private bool WouldFillSpecial(in MarketHeader header, uint seat, in NewOrder order, in EventWriter clocks)
    {
        Side makers = order.Side.Opposite();
        var walk = new FillWalk { WantedLots = order.QuantityLots };

        // The peaks to come at a price. Each costs an event, so there are no more than events.
        Span<Peak> peaks = stackalloc Peak[MaxFillsPerOrder + 1];
        for (uint number = header.ReadSide(makers).Best; number != 0; number = Ladder.NextWorse(_slab, makers, number))
        {
            if (!order.Side.Crosses(order.PriceTicks, Ladder.PriceOf(_slab, number)))
                return false;
            uint link = _slab.ReadLevel(number).FirstOrder;
            if (link == 0)
                Slab.ThrowCorrupt("A level has no orders.");
            int peakCount = 0;
            while (link != 0 && walk.MayGoOn)
            {
                ref readonly OrderNode maker = ref _slab.ReadOrder(link);
                if (maker.HasExtra && IsExpired(link, clocks))
                {
                    walk.Emitted++;
                }
                else if (IsSelfTrade(header, maker, seat))
                {
                    if (order.SelfTrade != SelfTrade.CancelMaker)
                        return false;
                    walk.Emitted++;
                }
                else
                {
                    Peak next = default;
                    if (HiddenLotsOf(link, maker) != 0)
                    {
                        ref readonly OrderExtra extra = ref _slab.ReadExtra(link);
                        next = new Peak { DisplayLots = extra.DisplayLots, HiddenLots = extra.HiddenLots };
                    }

                    walk.Take(maker.OpenLots, next, peaks, ref peakCount);
                }

                link = maker.Next;
            }

            for (int i = 0; i < peakCount && walk.MayGoOn; i++)
            {
                Peak peak = peaks[i];
                ulong lots = Math.Min(peak.DisplayLots, peak.HiddenLots);
                walk.Take(lots, peak with { HiddenLots = peak.HiddenLots - lots }, peaks, ref peakCount);
            }

            if (!walk.MayGoOn)
                return walk.WantedLots == 0;
        }

        return false;
    }

    /// <summary>What an iceberg hides after a peak.</summary>
    private record struct Peak
    {
        internal ulong DisplayLots;
        internal ulong HiddenLots;
    }

    /// <summary>How far the walk got: the lots still wanted, and the events that matching would have emitted.</summary>
    private struct FillWalk
    {
        internal ulong WantedLots;
        internal int Emitted;

        internal readonly bool MayGoOn => WantedLots != 0 && Emitted < MaxFillsPerOrder;

        /// <summary>Takes what is shown; an iceberg used up shows its next peak later.</summary>
        internal void Take(ulong shownLots, in Peak next, Span<Peak> peaks, ref int peakCount)
        {
            Emitted++;
            if (shownLots >= WantedLots)
            {
                WantedLots = 0;
                return;
            }

            WantedLots -= shownLots;
            if (next.HiddenLots == 0)
                return;
            Emitted++;
            peaks[peakCount++] = next;
        }
    }
}
