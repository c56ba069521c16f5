namespace Velox.Cryptography;

/// <summary>Inputs of one length, at most a chunk, at equal distances: chunks, pairs of chaining values, or messages.</summary>
/// <param name="first">The first input. The caller keeps the memory in place.</param>
/// <param name="distance">Bytes from the beginning of one input to the next one's.</param>
/// <param name="length">Bytes of an input, 0 to 1,024.</param>
/// <param name="counter">The counter of the first input.</param>
/// <param name="counterStep">1 when each input has the next counter, 0 when all have the same.</param>
/// <param name="everywhere">What every block is.</param>
/// <param name="atStart">What the first block of an input is besides.</param>
/// <param name="atEnd">What the last block of an input is besides.</param>
internal readonly unsafe struct Blake3Inputs(
    byte* first, nint distance, int length, ulong counter, uint counterStep, Blake3Flags everywhere, Blake3Flags atStart, Blake3Flags atEnd)
{
    internal int Length => length;

    /// <summary>Blocks of an input; one without bytes has a block too.</summary>
    internal int Blocks => Math.Max(1, (length + Blake3Constants.BlockSize - 1) / Blake3Constants.BlockSize);

    internal static Blake3Inputs Chunks(byte* first, ulong counter, Blake3Flags mode) => new(
        first, Blake3Constants.ChunkSize, Blake3Constants.ChunkSize, counter, 1, mode, Blake3Flags.ChunkStart, Blake3Flags.ChunkEnd);

    internal static Blake3Inputs Parents(uint* pairs, Blake3Flags mode) => new(
        (byte*)pairs, Blake3Constants.BlockSize, Blake3Constants.BlockSize, 0, 0, mode | Blake3Flags.Parent, Blake3Flags.None, Blake3Flags.None);

    /// <summary>Whole messages, of one chunk each: what comes out are their hashes.</summary>
    internal static Blake3Inputs Messages(byte* first, int length) => new(
        first, length, length, 0, 0, Blake3Flags.None, Blake3Flags.ChunkStart, Blake3Flags.ChunkEnd | Blake3Flags.Root);

    internal byte* Address(int input) => first + (input * distance);

    internal ulong Counter(int input) => counter + ((ulong)input * counterStep);

    internal int BlockLength(int block) => Math.Min(Blake3Constants.BlockSize, length - (block * Blake3Constants.BlockSize));

    internal Blake3Flags Flags(int block) =>
        everywhere | (block == 0 ? atStart : Blake3Flags.None) | (block == Blocks - 1 ? atEnd : Blake3Flags.None);
}
