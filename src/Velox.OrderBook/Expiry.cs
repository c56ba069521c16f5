namespace Velox.OrderBook;

/// <summary>Until when an order is good: a slot, a time, or for ever. 8 bytes.</summary>
/// <remarks>
/// The order may trade while the clock is at most the value and is expired when the clock is above. The clocks are
/// those of the operation (<see cref="EventWriter"/>); the book has none.
/// </remarks>
public readonly record struct Expiry
{
    private const ulong TimeBit = 1UL << 63;

    private Expiry(ulong bits) => Bits = bits;

    /// <summary>Good until cancelled: the default.</summary>
    public static Expiry Never => default;

    /// <summary>0 never; else the value, and bit 63 set for a time.</summary>
    public ulong Bits { get; }

    /// <summary>Whether the value is a unix time and not a slot.</summary>
    public bool IsTime => (Bits & TimeBit) != 0;

    /// <summary>The last slot or second at which the order is good; 0 for never.</summary>
    public ulong Value => Bits & ~TimeBit;

    /// <summary>Good up to and with a slot, 1..2^63 - 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public static Expiry AtSlot(ulong slot) => new(Checked(slot));

    /// <summary>Good up to and with a second of unix time, 1..2^63 - 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public static Expiry AtTime(ulong unixSeconds) => new(Checked(unixSeconds) | TimeBit);

    /// <summary>The expiry with these <see cref="Bits"/>: whatever they are, they are one (a time of 0 is past at any clock but 0).
    /// </summary>
    public static Expiry FromBits(ulong bits) => new(bits);

    internal bool IsPast(ulong slot, ulong unixSeconds) => Bits != 0 && Value < (IsTime ? unixSeconds : slot);

    private static ulong Checked(ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfZero(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, TimeBit);
        return value;
    }
}
