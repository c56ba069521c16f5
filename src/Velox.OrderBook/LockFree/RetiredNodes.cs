using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>The nodes that one thread unlinked and that others may still hold by hazards. Not thread-safe.</summary>
/// <remarks>
/// With H for the most nodes that all threads can hold (<see cref="HazardTable.MaxHeld"/>) the list has room for 2 H + 64, and
/// is gone through when it is full: at most H nodes stay, so at least H + 64 are free again for a pass over 3 H + 64 words.
/// A node so costs a constant number of steps, whatever the number of threads, and one fence of all cores is paid by 64
/// nodes and more.
/// </remarks>
internal sealed class RetiredNodes(HazardTable hazards)
{
    private const int MinBetweenPasses = 64;

    private readonly int[] _indices = new int[Bound(hazards.MaxHeld)];
    private readonly HashSet<int> _held = new(hazards.MaxHeld);

    internal int Count { get; private set; }

    internal bool IsFull => Count == _indices.Length;

    /// <summary>Most nodes of a list.</summary>
    internal static int Bound(int maxHeld) => (2 * maxHeld) + MinBetweenPasses;

    /// <summary>Adds an unlinked node; the list is not full.</summary>
    internal void Add(int index) => _indices[Count++] = index;

    /// <summary>Takes out the nodes that nobody holds.</summary>
    /// <returns>Their numbers, good until the next <see cref="Add"/>.</returns>
    internal ReadOnlySpan<int> TakeFree<TModel>()
        where TModel : struct, IMemoryModel
    {
        _held.Clear();
        hazards.AddHeld<TModel>(_held);
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            if (!_held.Contains(_indices[i]))
                continue;
            (_indices[kept], _indices[i]) = (_indices[i], _indices[kept]);
            kept++;
        }

        ReadOnlySpan<int> free = _indices.AsSpan(kept, Count - kept);
        Count = kept;
        return free;
    }
}
