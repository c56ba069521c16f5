namespace Velox.Cli;

/// <summary>Picks numbers from 0 by their weights.</summary>
internal sealed class FlowWeights
{
    private readonly ulong[] _sums;

    private FlowWeights(int count, Func<int, ulong> weightOf)
    {
        _sums = new ulong[count];
        for (int i = 0; i < count; i++)
            _sums[i] = Total += weightOf(i);
    }

    internal ulong Total { get; }

    /// <summary>Number i, from 0, weighs 1 / (i + 1).</summary>
    internal static FlowWeights Zipf(int count) => new(count, ZipfWeight);

    /// <summary>In units of 2^-32.</summary>
    internal static ulong ZipfWeight(int number) => (1UL << 32) / (ulong)(number + 1);

    /// <summary>Number i, from 0, weighs (i + 2)^-1.5.</summary>
    internal static FlowWeights Depths(int count) => new(count, static number =>
    {
        ulong depth = (ulong)(number + 2);
        return (1UL << 40) / SquareRoot((depth * depth * depth) << 20);
    });

    internal int Pick(FlowRandom random)
    {
        // The first sum above a random number below the total.
        ulong value = random.Below(Total) + 1;
        int index = Array.BinarySearch(_sums, value);
        return index < 0 ? ~index : index;
    }

    /// <summary>The whole part, without floating point.</summary>
    private static ulong SquareRoot(ulong value)
    {
        ulong root = 0;
        for (ulong bit = 1UL << 31; bit != 0; bit >>= 1)
        {
            ulong candidate = root | bit;
            if (candidate * candidate <= value)
                root = candidate;
        }

        return root;
    }
}
