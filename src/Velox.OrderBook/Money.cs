using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <summary>Arithmetic on atoms that cannot overflow in silence.</summary>
internal static class Money
{
    private const ulong BpsPerUnit = 10_000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryMultiply(ulong left, ulong right, out ulong product)
    {
        // Most factors are small, and the wide product would go through memory.
        if ((left | right) >> 32 != 0)
            return Math.BigMul(left, right, out product) == 0;
        product = left * right;
        return true;
    }

    /// <summary>quantityLots * priceTicks * tickSize.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryQuoteValue(ulong lots, ulong priceTicks, ulong tickSize, out ulong atoms) =>
        TryMultiply(lots, priceTicks, out ulong ticks) & TryMultiply(ticks, tickSize, out atoms);

    /// <summary>What lots at a price are worth in both assets; false when either overflows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryValues(
        ulong lots, ulong priceTicks, ulong lotSize, ulong tickSize, out ulong baseAtoms, out ulong quoteAtoms)
    {
        // Most factors are so small that no product can overflow: 24 + 24 + 16 bits.
        if ((((lots | priceTicks) >> 24) | ((lotSize | tickSize) >> 16)) == 0)
        {
            baseAtoms = lots * lotSize;
            quoteAtoms = lots * priceTicks * tickSize;
            return true;
        }

        return TryLargeValues(lots, priceTicks, lotSize, tickSize, out baseAtoms, out quoteAtoms);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryLargeValues(
        ulong lots, ulong priceTicks, ulong lotSize, ulong tickSize, out ulong baseAtoms, out ulong quoteAtoms) =>
        TryQuoteValue(lots, priceTicks, tickSize, out quoteAtoms) & TryMultiply(lots, lotSize, out baseAtoms);

    /// <summary>
    /// The fee on what a side receives, rounded up. Never more than received while bps is at most 10,000.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Fee(ulong receivedAtoms, ulong bps)
    {
        if (bps == 0)
            return 0;

        // Most amounts leave room for the product in 64 bits, where division is several times cheaper.
        return receivedAtoms < 1UL << 50
            ? ((receivedAtoms * bps) + (BpsPerUnit - 1)) / BpsPerUnit
            : (ulong)((((UInt128)receivedAtoms * bps) + (BpsPerUnit - 1)) / BpsPerUnit);
    }

    /// <summary>The rebate on what a taker receives, rounded down.</summary>
    internal static ulong Rebate(ulong receivedAtoms, ulong bps) => (ulong)((UInt128)receivedAtoms * bps / BpsPerUnit);

    // The market's totals bound every balance and the checks on entry every payment: only a corrupt slab fails here.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Add(ref ulong balance, ulong atoms)
    {
        if (balance > ulong.MaxValue - atoms)
            Slab.ThrowCorrupt("A balance or total would overflow.");
        balance += atoms;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Subtract(ref ulong balance, ulong atoms)
    {
        if (balance < atoms)
            Slab.ThrowCorrupt("A balance or total is smaller than what it must cover.");
        balance -= atoms;
    }
}
