namespace Velox.OrderBook;

/// <content>Due work: what clocks and trades have made due is done before an operation and after it.</content>
public readonly partial struct Market
{
    /// <summary>Most expired orders that the due work of one operation takes out.</summary>
    public const int MaxExpiriesPerOperation = 64;

    /// <summary>Most stops that enter in one operation.</summary>
    public const int MaxTriggersPerOperation = 16;

    /// <summary>Events of one order: of its matching (the last step may emit two), triggered, and rested or closed.</summary>
    private const int MaxEventsPerOrder = MaxFillsPerOrder + 1 + 2;

    /// <summary>Events of the largest body: two orders of a quote that both match, and the two that they replace.</summary>
    private const int MaxEventsPerBody = 520;

    /// <summary>A stop enters after the body only while the operation has emitted at most this many events.</summary>
    private const int MostEventsBeforeTrigger = MaxEventsPerOperation - MaxEventsPerOrder;

    /// <summary>A stop enters before the body only while the operation has emitted at most this many events.</summary>
    private const int MostEventsBeforeEarlyTrigger = MostEventsBeforeTrigger - MaxEventsPerBody;

    /// <summary>
    /// Does due work and nothing else: expired orders leave, triggered stops enter. For whoever turns the clock while
    /// nobody trades.
    /// </summary>
    /// <returns><see cref="BookError.EventBufferFull"/> (<see cref="MaxEventsPerOperation"/> events) when something is
    /// due; <see cref="BookError.UncrossPending"/>.</returns>
    public BookError Advance(ref EventWriter events)
    {
        var frame = new Frame(events.Count);
        BookError error = DoDueWork(ref frame, ref events);
        if (error == BookError.None && Header.Phase == MarketPhase.Continuous && IsTriggerDue(Header))
        {
            ref MarketHeader header = ref BeginChange();
            Trigger(ref header, MostEventsBeforeTrigger, ref frame, ref events);
            EndChange(ref header);
        }

        return error;
    }

    /// <summary>What has to be done first in every operation on orders; mostly nothing.</summary>
    private BookError DoDueWork(ref EventWriter events)
    {
        if (Header.IsPlain)
            return BookError.None;
        var frame = new Frame(events.Count);
        return DoDueWork(ref frame, ref events);
    }

    private BookError DoDueWork(ref Frame frame, ref EventWriter events)
    {
        MarketPhase phase = Header.Phase;
        if (phase == MarketPhase.Uncrossing)
            return BookError.UncrossPending;
        bool isDue = NextExpired(events) != 0 || (phase == MarketPhase.Continuous && IsTriggerDue(Header));
        if (!isDue)
            return BookError.None;
        if (events.Remaining < MaxEventsPerOperation)
            return BookError.EventBufferFull;

        ref MarketHeader header = ref BeginChange();
        ExpireDue(ref header, ref events);
        Trigger(ref header, MostEventsBeforeEarlyTrigger, ref frame, ref events);
        EndChange(ref header);
        return BookError.None;
    }

    /// <summary>Takes expired orders out, as many as one operation may. Returns how many.</summary>
    private int ExpireDue(ref MarketHeader header, ref EventWriter events)
    {
        int count = 0;
        for (; count < MaxExpiriesPerOperation; count++)
        {
            uint link = NextExpired(events);
            if (link == 0)
                break;
            End(ref header, link, DoneReason.Expired, ref events);
        }

        return count;
    }

    /// <summary>The link of the next order that the clocks have expired, or 0.</summary>
    private uint NextExpired(in EventWriter events)
    {
        ref readonly MarketHeader header = ref Header;
        uint bySlot = ExpiryHeap.First(_slab, header, isTime: false);
        if (bySlot != 0 && IsExpired(bySlot, events))
            return bySlot;
        uint byTime = ExpiryHeap.First(_slab, header, isTime: true);
        return byTime != 0 && IsExpired(byTime, events) ? byTime : 0;
    }

    private bool IsExpired(uint link, in EventWriter events) =>
        Expiry.FromBits(_slab.ReadExtra(link).Expiry).IsPast(events.Slot, events.UnixSeconds);

    /// <summary>What one operation has done so far.</summary>
    /// <param name="firstEvent">Events in the buffer when it began.</param>
    private struct Frame(int firstEvent)
    {
        internal readonly int FirstEvent = firstEvent;
        internal int Triggered = 0;
    }
}
