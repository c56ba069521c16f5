namespace Velox.Primitives;

/// <summary>What blocks of a <see cref="TrackedMemory"/> held when its unit of work began.</summary>
/// <remarks>
/// Each thread keeps some for its next units of work: renting and returning one takes a few nanoseconds, several times less than from
/// a shared pool, and a unit of work on a small account is not much longer than that.
/// </remarks>
internal sealed class UndoImages
{
    private const int FirstBlocks = 16;

    /// <summary>Most that a thread keeps: as many memories as a transaction writes.</summary>
    private const int MaxKept = 128;

    /// <summary>Blocks of the largest ones kept.</summary>
    private const int LargestKeptBlocks = 256;

    [ThreadStatic]
    private static UndoImages? Kept;

    [ThreadStatic]
    private static int KeptCount;

    private int[] _blocks = new int[FirstBlocks];
    private byte[] _bytes = new byte[FirstBlocks * TrackedMemory.BlockSize];
    private int _count;
    private UndoImages? _next;

    private UndoImages()
    {
    }

    /// <summary>The blocks' numbers, in the order in which they were added.</summary>
    internal ReadOnlySpan<int> Blocks => _blocks.AsSpan(0, _count);

    /// <summary>None yet, for one unit of work.</summary>
    internal static UndoImages Rent()
    {
        if (Kept is not { } images)
            return new UndoImages();
        Kept = images._next;
        KeptCount--;
        images._next = null;
        return images;
    }

    /// <summary>Gives it back, on any thread: it must not be used any more.</summary>
    internal void Return()
    {
        _count = 0;
        if (KeptCount == MaxKept || _blocks.Length > LargestKeptBlocks)
            return;
        _next = Kept;
        Kept = this;
        KeptCount++;
    }

    /// <summary>What a block held.</summary>
    internal ReadOnlySpan<byte> Image(int index) => _bytes.AsSpan(index * TrackedMemory.BlockSize, TrackedMemory.BlockSize);

    /// <summary>Keeps a block.</summary>
    /// <param name="block">Its number.</param>
    /// <param name="bytes">What it holds: at most a block.</param>
    internal void Add(int block, ReadOnlySpan<byte> bytes)
    {
        if (_count == _blocks.Length)
        {
            Array.Resize(ref _bytes, _bytes.Length * 2);
            Array.Resize(ref _blocks, _blocks.Length * 2);
        }

        Span<byte> image = _bytes.AsSpan(_count * TrackedMemory.BlockSize);
        if (bytes.Length == TrackedMemory.BlockSize)
            bytes[..TrackedMemory.BlockSize].CopyTo(image); // a length that the compiler knows
        else
            bytes.CopyTo(image);
        _blocks[_count++] = block;
    }
}
