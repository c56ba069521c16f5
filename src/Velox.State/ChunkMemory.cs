using System.Runtime.CompilerServices;
using Velox.Primitives;

namespace Velox.State;

/// <summary>Memory for the nodes of a chunk that does not move.</summary>
/// <param name="Owner">Keeps it.</param>
/// <param name="Address">A multiple of <see cref="TreeChunk.NodesSize"/>, which the code that hashes relies on.</param>
internal readonly record struct ChunkPlace(object Owner, nint Address);

/// <summary>Gives out memory for the nodes of new chunks, piece by piece of blocks that grow with the tree, up to huge pages.</summary>
/// <remarks>
/// A block is given back when no chunk of it is known any more. Two sisters always lie in one cache line, so that half as many lines are
/// fetched and written.
/// </remarks>
internal sealed class ChunkMemory
{
    private const int HugePageSize = 2 << 20;
    private const int MostChunks = HugePageSize / TreeChunk.NodesSize;

    private object _block = new();
    private nint _next;
    private int _left;
    private int _lastCount;

    internal ChunkPlace Take()
    {
        if (_left == 0)
            Grow();
        var place = new ChunkPlace(_block, _next);
        _next += TreeChunk.NodesSize;
        _left--;
        return place;
    }

    private unsafe void Grow()
    {
        _left = _lastCount = Math.Clamp(2 * _lastCount, 1, MostChunks);
        if (_left == MostChunks)
        {
            // Changes are all over the tree: with huge pages the processor has fewer addresses to look up.
            var region = new NativeRegion(new NativeRegionOptions(HugePageSize) { AlignmentBytes = HugePageSize, TryHugePages = true });
            _block = region;
            _next = (nint)region.Address;
        }
        else
        {
            // Unsafe: the array is pinned, and has room for an incomplete chunk before the first that begins at a multiple.
            byte[] array = GC.AllocateUninitializedArray<byte>((_left + 1) * TreeChunk.NodesSize, pinned: true);
            _block = array;
            _next = ((nint)Unsafe.AsPointer(ref array[0]) + TreeChunk.NodesSize - 1) & -TreeChunk.NodesSize;
        }
    }
}
