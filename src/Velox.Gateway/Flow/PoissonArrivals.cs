namespace Velox.Gateway;

/// <summary>The times of a Poisson process: gaps are independent and exponentially distributed.</summary>
internal sealed class PoissonArrivals
{
    private readonly Random _random;
    private readonly double _meanGapNanos;

    // A double: whole nanoseconds would bend the law at high rates. It is exact to a nanosecond for 104 days.
    private double _nextNanos;

    /// <param name="random">Gives the gaps.</param>
    /// <param name="arrivalsPerSecond">Over 0.</param>
    internal PoissonArrivals(Random random, double arrivalsPerSecond)
    {
        _random = random;
        _meanGapNanos = 1e9 / arrivalsPerSecond;
        MoveNext();
    }

    /// <summary>The time of the next arrival, in nanoseconds since the process began.</summary>
    internal double NextNanos => _nextNanos;

    // The inverse of the distribution function, -ln(U) / lambda. 1 - NextDouble() is in (0, 1]: its logarithm is finite.
    internal void MoveNext() => _nextNanos += -Math.Log(1 - _random.NextDouble()) * _meanGapNanos;
}
