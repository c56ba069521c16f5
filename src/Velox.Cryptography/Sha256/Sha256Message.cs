namespace Velox.Cryptography;

/// <summary>What is the same of all messages of a batch: their length and the byte that stands before each input.</summary>
/// <param name="inputLength">Bytes of an input.</param>
/// <param name="prefix">The byte before each input; none if null.</param>
internal readonly struct Sha256Message(int inputLength, byte? prefix)
{
    /// <summary>Whether a byte stands before each input.</summary>
    internal bool HasPrefix { get; } = prefix.HasValue;

    internal byte Prefix { get; } = prefix.GetValueOrDefault();

    internal int InputLength { get; } = inputLength;

    /// <summary>Whole blocks in the input, counted from its own beginning.</summary>
    internal int FullBlocks { get; } = inputLength / Sha256Constants.BlockSize;

    /// <summary>Bytes of the input behind its last whole block.</summary>
    internal int TailLength { get; } = inputLength % Sha256Constants.BlockSize;

    /// <summary>What stands at the end of the padding.</summary>
    internal ulong LengthBits { get; } = 8 * ((ulong)inputLength + (prefix.HasValue ? 1u : 0u));

    /// <summary>Whether the padding begins with a block of its own.</summary>
    internal bool EndsWithBlock { get; } = (inputLength + (prefix.HasValue ? 1L : 0)) % Sha256Constants.BlockSize == 0;

    /// <summary>Whether there is a byte of the message behind the whole blocks of the input.</summary>
    internal bool HasTail => HasPrefix || TailLength > 0;

    /// <summary>Whether the padding begins behind the tail and ends in a block of its own.</summary>
    internal bool HasLengthBlock =>
        (HasPrefix ? 1 : 0) + TailLength + 1 + Sha256Constants.LengthSize > Sha256Constants.BlockSize;

    /// <summary>Whether the last block holds nothing of the message, so that it is the same for all.</summary>
    /// <remarks>With a prefix and a tail of 63 bytes it begins with the bit that ends the message, as if carried from a byte of it.</remarks>
    internal bool IsLastBlockConstant =>
        !HasTail || (HasLengthBlock && !(HasPrefix && TailLength == Sha256Constants.BlockSize - 1));
}
