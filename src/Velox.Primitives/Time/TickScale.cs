namespace Velox.Primitives;

/// <summary>Turns a counter's ticks into nanoseconds: a start and a rate. Immutable.</summary>
/// <remarks>
/// <para>
/// A tick is <c>whole + fraction / 2^64</c> nanoseconds; the product with the fraction is 128 bits wide, and its upper
/// half is what counts. The fraction is cut off by less than 2^-64 and so are fewer than 2^64 ticks by less than one
/// nanosecond: the result is the exact quotient or one less, it never decreases as ticks grow, and it does not overflow
/// before the nanoseconds leave 63 bits, in 292 years.
/// </para>
/// </remarks>
internal sealed class TickScale
{
    private readonly ulong _startTicks;
    private readonly long _startNanos;
    private readonly ulong _wholeNanosPerTick;
    private readonly ulong _fractionOfNano;

    /// <param name="startTicks">Ticks at the start.</param>
    /// <param name="startNanos">Nanoseconds there; at least 0.</param>
    /// <param name="nanos">As many nanoseconds pass, 1 to 2^63 - 1,</param>
    /// <param name="ticks">while so many ticks are counted, at least 1.</param>
    internal TickScale(ulong startTicks, long startNanos, long nanos, ulong ticks)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(startNanos);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(nanos);
        ArgumentOutOfRangeException.ThrowIfZero(ticks);
        UInt128 nanosPerTick = ((UInt128)(ulong)nanos << 64) / ticks;
        _startTicks = startTicks;
        _startNanos = startNanos;
        _wholeNanosPerTick = (ulong)(nanosPerTick >> 64);
        _fractionOfNano = (ulong)nanosPerTick;
    }

    /// <summary>Nanoseconds at a reading of the counter; a reading before the start counts as the start.</summary>
    internal long ToNanos(ulong ticks) =>
        ticks <= _startTicks ? _startNanos : _startNanos + (long)NanosOf(ticks - _startTicks);

    /// <summary>Nanoseconds that so many ticks last.</summary>
    internal ulong NanosOf(ulong ticks) => (ticks * _wholeNanosPerTick) + Math.BigMul(ticks, _fractionOfNano, out _);
}
