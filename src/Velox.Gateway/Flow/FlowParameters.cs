namespace Velox.Gateway;

/// <summary>The shape of a synthetic order flow.</summary>
public sealed record FlowParameters
{
    /// <summary>The highest rate, in messages per second.</summary>
    public const double MaxMessagesPerSecond = 100_000_000;

    /// <summary>Messages per second in the mean, over 0 to <see cref="MaxMessagesPerSecond"/>.</summary>
    public double MessagesPerSecond { get; init; } = 100_000;

    /// <summary>Messages that arrive together, 1 to 4,096. Bursts come so much rarer: the mean rate stays.</summary>
    public int BurstSize { get; init; } = 1;

    /// <summary>The traders' seats, at least one. The door's session key must be authorised for each.</summary>
    public IReadOnlyList<ushort> Seats { get; init; } = [0];

    /// <summary>Where the middle of the prices begins, in ticks: more than drift and range together.</summary>
    public long MidTicks { get; init; } = 10_000;

    /// <summary>How far the middle may drift from where it began, in ticks, at least 0.</summary>
    public long MaxDriftTicks { get; init; } = 500;

    /// <summary>How far from the middle orders are placed at most, in ticks, at least 1.</summary>
    public long RangeTicks { get; init; } = 100;

    /// <summary>The largest order, in lots, at least 1.</summary>
    public int MaxQuantityLots { get; init; } = 100;

    /// <summary>Percentage of messages that cancel an order, 0 to 100, as long as the seat has one.</summary>
    public int CancelPercent { get; init; } = 30;

    /// <summary>Orders of a seat that may rest, 1 to 65,536: with so many the seat cancels its oldest first.</summary>
    public int MaxOpenOrdersPerSeat { get; init; } = 64;

    /// <summary>Client id of the first order placed; each next one is one higher. A flow that meets the orders of an
    /// earlier one in the book must begin after its ids.</summary>
    public ulong FirstClientOrderId { get; init; } = 1;

    /// <summary>Equal seeds give equal flows.</summary>
    public int Seed { get; init; } = 1;

    /// <exception cref="ArgumentOutOfRangeException">A field is out of its bounds.</exception>
    internal void Validate()
    {
        if (!(MessagesPerSecond is > 0 and <= MaxMessagesPerSecond))
        {
            throw new ArgumentOutOfRangeException(
                nameof(MessagesPerSecond),
                MessagesPerSecond,
                $"{nameof(MessagesPerSecond)} must be over 0 to {MaxMessagesPerSecond}.");
        }

        Check(BurstSize, 1, 4_096, nameof(BurstSize));
        Check(Seats.Count, 1, ushort.MaxValue + 1, nameof(Seats));
        Check(RangeTicks, 1, int.MaxValue, nameof(RangeTicks));
        Check(MaxDriftTicks, 0, int.MaxValue, nameof(MaxDriftTicks));
        Check(MidTicks, MaxDriftTicks + RangeTicks + 1, long.MaxValue / 2, nameof(MidTicks));
        Check(MaxQuantityLots, 1, int.MaxValue - 1, nameof(MaxQuantityLots));
        Check(CancelPercent, 0, 100, nameof(CancelPercent));
        Check(MaxOpenOrdersPerSeat, 1, 65_536, nameof(MaxOpenOrdersPerSeat));
    }

    private static void Check(long value, long least, long most, string field)
    {
        if (value < least || value > most)
            throw new ArgumentOutOfRangeException(field, value, $"{field} must be {least} to {most}.");
    }
}
