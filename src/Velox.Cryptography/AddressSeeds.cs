using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>Up to 16 seeds of up to 32 bytes, gathered in place: what a program derived address is made of.</summary>
/// <remarks>A value of about 520 bytes; start from <c>default</c> and pass it by reference.</remarks>
public struct AddressSeeds
{
    /// <summary>The most seeds, a bump seed included.</summary>
    public const int MaxCount = 16;

    /// <summary>The most bytes of one seed.</summary>
    public const int MaxSeedLength = 32;

    private SeedBytes _bytes;
    private int _length;

    public int Count { get; private set; }

    /// <summary>All seeds, one after the other; valid as long as the referenced variable is.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    internal readonly ReadOnlySpan<byte> Concatenated => ((ReadOnlySpan<byte>)_bytes)[.._length];

    /// <summary>Appends a seed, which may be empty; false, and no change, when a limit is exceeded.</summary>
    public bool TryAdd(ReadOnlySpan<byte> seed)
    {
        if (Count == MaxCount || seed.Length > MaxSeedLength)
            return false;
        seed.CopyTo(((Span<byte>)_bytes)[_length..]);
        _length += seed.Length;
        Count++;
        return true;
    }

    /// <summary>Gathers seeds; false when a limit is exceeded.</summary>
    public static bool TryCreate(ReadOnlySpan<byte[]> seeds, out AddressSeeds gathered)
    {
        gathered = default;
        foreach (byte[] seed in seeds)
        {
            if (!gathered.TryAdd(seed))
                return false;
        }

        return true;
    }

    [InlineArray(MaxCount * MaxSeedLength)]
    private struct SeedBytes
    {
        private byte _first;
    }
}
