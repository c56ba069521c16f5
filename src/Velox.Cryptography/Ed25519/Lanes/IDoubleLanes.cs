namespace Velox.Cryptography;

/// <summary>A vector of doubles, one lane for each of several independent computations, and what is done to all at once.</summary>
/// <remarks>
/// The bits of a lane are also taken as a 64-bit integer: the operations on bits say so. Both give the same results on every
/// machine: a fused multiplication and addition rounds once, to nearest and even (IEEE 754).
/// </remarks>
internal unsafe interface IDoubleLanes<T>
    where T : unmanaged, IDoubleLanes<T>
{
    /// <summary>Number of lanes.</summary>
    static abstract int Count { get; }

    static abstract T Broadcast(double value);

    static abstract T BroadcastBits(long value);

    /// <summary>[value[0][index], value[1][index], ...]: one element of a row for each lane, for <paramref name="length"/> indices.</summary>
    static abstract void Gather(double** rows, int length, T* destination);

    static abstract T operator +(T left, T right);

    static abstract T operator -(T left, T right);

    static abstract T operator *(T left, T right);

    /// <summary>left * right + addend, rounded once.</summary>
    static abstract T MultiplyAdd(T left, T right, T addend);

    static abstract T AddBits(T left, T right);

    static abstract T AndBits(T left, T right);

    static abstract T XorBits(T left, T right);

    static abstract T ShiftBitsLeft(T value, int count);

    /// <summary>Zeros move in.</summary>
    static abstract T ShiftBitsRight(T value, int count);

    /// <summary>All bits of lane i are bit i of the set.</summary>
    static abstract T MaskOf(uint laneSet);

    /// <summary>Lane by lane and bit by bit, the first where the mask is set, else the second.</summary>
    static abstract T Select(T mask, T whenSet, T whenClear);
}
