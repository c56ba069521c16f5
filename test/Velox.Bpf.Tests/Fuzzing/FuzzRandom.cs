namespace Velox.Bpf.Tests;

/// <summary>Random numbers that are the same on every machine and runtime: SplitMix64.</summary>
internal sealed class FuzzRandom(ulong seed)
{
    private static readonly long[] Edges =
    [
        0, 1, 2, -1, -2, 7, 8, 31, 32, 33, 63, 64, 65, 127, 128, -128, 255, 256, 4095, 4096, short.MaxValue, short.MinValue,
        int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, 1L << 33, -1L << 32, long.MaxValue, long.MinValue,
    ];

    private ulong _state = seed;

    internal ulong Next()
    {
        ulong z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <summary>0 to count - 1.</summary>
    internal int Below(int count) => (int)(Next() % (ulong)count);

    /// <summary>Low to high, both included.</summary>
    internal int Between(int low, int high) => low + Below(high - low + 1);

    internal bool Chance(int percent) => Below(100) < percent;

    internal T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>A number of the kind that breaks arithmetic, more often than not.</summary>
    internal long Value() => Below(4) switch
    {
        0 => Pick(Edges),
        1 => Between(-300, 300),
        2 => (int)Next(),
        _ => (long)Next(),
    };

    internal byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i += 8)
            BitConverter.GetBytes(Next()).AsSpan(0, Math.Min(8, count - i)).CopyTo(bytes.AsSpan(i));
        return bytes;
    }
}
