namespace Velox.Cli;

/// <summary>SplitMix64: the numbers that order flows are made of, and the hash of their checksums.</summary>
/// <remarks>Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014): constants and finaliser.</remarks>
internal sealed class FlowRandom(ulong state)
{
    private const ulong Step = 0x9E37_79B9_7F4A_7C15;

    private ulong _state = state;

    /// <summary>64 random bits.</summary>
    internal ulong Next()
    {
        _state += Step;
        return Finish(_state);
    }

    /// <summary>A number from 0, below <paramref name="bound"/>.</summary>
    internal uint Below(uint bound) => (uint)(((Next() >> 32) * bound) >> 32);

    /// <summary>A number from 0, below <paramref name="bound"/>, out of all 64 bits.</summary>
    internal ulong Below(ulong bound) => Math.BigMul(Next(), bound, out _);

    /// <summary>A bijection of 64 bits that leaves no pattern: one step of the generator from <paramref name="value"/>.</summary>
    internal static ulong Mix(ulong value) => Finish(value + Step);

    private static ulong Finish(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
