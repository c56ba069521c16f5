namespace Velox.Cryptography;

/// <summary>Blocks of memory that do not move, aligned to cache lines, and that go with the object that keeps this one.</summary>
/// <remarks>
/// Pointers into a block hold as long as this object is reachable: whoever works with them over a call ends the call with
/// <see cref="GC.KeepAlive"/>. So nothing has to be disposed of, and nothing can be used after it.
/// </remarks>
internal sealed class PinnedMemory
{
    // A vector that lies across two lines costs twice.
    private const int CacheLine = 64;

    private readonly List<byte[]> _blocks = [];

    /// <summary>Room for a number of items, all zero.</summary>
    internal unsafe T* Take<T>(int count)
        where T : unmanaged
    {
        byte[] block = GC.AllocateArray<byte>(checked((count * sizeof(T)) + CacheLine), pinned: true);
        _blocks.Add(block);
        // The array is pinned for good, so its address may be kept.
        fixed (byte* start = block)
            return (T*)(((nuint)start + CacheLine - 1) & ~(nuint)(CacheLine - 1));
    }
}
