using Xunit;

namespace Velox.Gateway.Tests;

/// <remarks>
/// The seeds are fixed, so the outcomes are too; the bounds are five standard errors or more, so that a correct process
/// passes with any seed.
/// </remarks>
public class PoissonArrivalsTests
{
    private const int Count = 200_000;

    [Theory]
    [InlineData(1, 1_000.0)]
    [InlineData(2, 100_000.0)]
    [InlineData(3, 50_000_000.0)]
    public void Gaps_have_the_mean_the_variance_and_the_tail_of_the_exponential_law(int seed, double perSecond)
    {
        double mean = 1e9 / perSecond;
        double[] gaps = Gaps(seed, perSecond);

        // Standard errors of n exponential gaps: mean / sqrt(n) = 0.22 %, variance * sqrt(8 / n) = 0.63 %.
        double measuredMean = gaps.Average();
        double measuredVariance = gaps.Sum(gap => (gap - measuredMean) * (gap - measuredMean)) / Count;
        Assert.InRange(measuredMean / mean, 0.989, 1.011);
        Assert.InRange(measuredVariance / (mean * mean), 0.968, 1.032);

        // P(gap > k * mean) = exp(-k); the error of a share is at most 0.5 / sqrt(n) = 0.11 %.
        foreach (double k in new[] { 0.1, 0.5, 1, 2, 4 })
        {
            double share = gaps.Count(gap => gap > k * mean) / (double)Count;
            Assert.InRange(share - Math.Exp(-k), -0.0056, 0.0056);
        }
    }

    [Fact]
    public void Neighbouring_gaps_are_independent()
    {
        double[] gaps = Gaps(4, 1_000_000);
        double mean = gaps.Average();
        double covariance = 0, variance = 0;
        for (int i = 1; i < gaps.Length; i++)
        {
            covariance += (gaps[i - 1] - mean) * (gaps[i] - mean);
            variance += (gaps[i] - mean) * (gaps[i] - mean);
        }

        // Standard error 1 / sqrt(n) = 0.0022.
        Assert.InRange(covariance / variance, -0.0112, 0.0112);
    }

    private static double[] Gaps(int seed, double perSecond)
    {
        var arrivals = new PoissonArrivals(new Random(seed), perSecond);
        double[] gaps = new double[Count];
        double previous = 0;
        for (int i = 0; i < Count; i++)
        {
            gaps[i] = arrivals.NextNanos - previous;
            previous = arrivals.NextNanos;
            arrivals.MoveNext();
        }

        return gaps;
    }
}
