using System.Diagnostics.CodeAnalysis;

namespace Velox.Cryptography;

/// <summary>The operations of a hash on words of 32 or 64 bits, on one word in each of <see cref="Count"/> lanes.</summary>
/// <remarks>
/// A kernel is written once over this interface and compiled for each implementation by itself: one word, or vectors of 128,
/// 256 and 512 bits. <typeparamref name="TVector"/> stands beside the implementation, not inside it, as the just-in-time
/// compiler keeps a plain vector in a register more surely than a structure that holds one.
/// </remarks>
/// <typeparam name="TVector">What holds a word for each lane.</typeparam>
/// <typeparam name="TWord"><see cref="uint"/> or <see cref="ulong"/>.</typeparam>
internal unsafe interface ILanes<TVector, TWord>
    where TVector : unmanaged
    where TWord : unmanaged
{
    static abstract int Count { get; }

    /// <summary>The word at an address in every lane; an address, as a load can spread it for nothing.</summary>
    static abstract TVector Broadcast(TWord* word);

    /// <summary>A word for each lane from memory, at any address.</summary>
    static abstract TVector Load(TWord* words);

    static abstract void Store(TVector value, TWord* words);

    /// <summary>For each lane the word at the same offset, in bytes, from the lane's own address.</summary>
    static abstract TVector Gather(byte** lanes, nint offset);

    /// <summary>The bytes of each word in the opposite order.</summary>
    static abstract TVector ReverseBytes(TVector value);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Xor(TVector left, TVector right);

    static abstract TVector Xor(TVector first, TVector second, TVector third);

    /// <summary>left AND NOT right.</summary>
    static abstract TVector AndNot(TVector left, TVector right);

    /// <summary>Each bit from <paramref name="ones"/> where the mask has a one, else from <paramref name="zeros"/>.</summary>
    static abstract TVector Choose(TVector mask, TVector ones, TVector zeros);

    /// <summary>Each bit as two of three have it.</summary>
    static abstract TVector Majority(TVector first, TVector second, TVector third);

    static abstract TVector ShiftRight(TVector value, [ConstantExpected] byte bits);

    /// <param name="value">What is rotated.</param>
    /// <param name="bits">1 to the word's bits - 1; a constant, so that the way is chosen when compiled.</param>
    static abstract TVector RotateRight(TVector value, [ConstantExpected] byte bits);
}
