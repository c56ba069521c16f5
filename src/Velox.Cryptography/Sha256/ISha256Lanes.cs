namespace Velox.Cryptography;

/// <summary>A vector that holds a word of each of <see cref="Count"/> inputs, lane i for input i.</summary>
internal interface ISha256Lanes<TSelf> : ISha256Words<TSelf>
    where TSelf : struct, ISha256Lanes<TSelf>
{
    /// <summary>4, 8 or 16.</summary>
    static abstract int Count { get; }

    static abstract TSelf operator |(TSelf left, TSelf right);

    static abstract TSelf operator >>>(TSelf words, int bits);

    static abstract TSelf operator <<(TSelf words, int bits);

    /// <summary>Between the order of bytes of the standard, big-endian, and of the processor, little-endian.</summary>
    static abstract TSelf SwapBytes(TSelf words);

    /// <summary>Four words of every fourth input: 16 bytes at each of these offsets.</summary>
    /// <param name="source">What the offsets count from.</param>
    /// <param name="offsets">Of all inputs, beginning with the one wanted first; it takes 0, 4, 8, 12 of them.</param>
    static abstract TSelf Gather(ref byte source, ref nuint offsets);

    /// <summary>The reverse of <see cref="Gather"/>.</summary>
    static abstract void Scatter(TSelf words, ref byte destination, ref nuint offsets);

    /// <summary>Of each 16 bytes: first word of left, first of right, second of left, second of right.</summary>
    static abstract TSelf ZipLow(TSelf left, TSelf right);

    /// <summary>Of each 16 bytes: third word of left, third of right, fourth of left, fourth of right.</summary>
    static abstract TSelf ZipHigh(TSelf left, TSelf right);

    /// <summary>Of each 16 bytes: the lower half of left, the lower half of right.</summary>
    static abstract TSelf PairLow(TSelf left, TSelf right);

    /// <summary>Of each 16 bytes: the upper half of left, the upper half of right.</summary>
    static abstract TSelf PairHigh(TSelf left, TSelf right);
}
