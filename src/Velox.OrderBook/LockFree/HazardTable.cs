using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>The hazards of all threads of a lock-free book: for each thread <see cref="HazardSlot.Count"/> links.</summary>
/// <remarks>Unsafe: the words are as many as the threads need, and whoever made them keeps them.</remarks>
/// <param name="words">Zeroed: nobody holds anything.</param>
/// <param name="threads">Most threads.</param>
internal readonly unsafe struct HazardTable(long* words, int threads)
{
    /// <summary>Words from one thread to the next: 128 bytes, as processors fetch lines in pairs.</summary>
    internal const int WordsPerThread = 16;

    /// <summary>Most nodes that all threads hold together.</summary>
    internal int MaxHeld => threads * HazardSlot.Count;

    internal long* Of(int thread) => words + (thread * WordsPerThread);

    /// <summary>Adds the numbers of all nodes that are held, of those that were retired before this call.</summary>
    internal void AddHeld<TModel>(HashSet<int> held)
        where TModel : struct, IMemoryModel
    {
        // The other half of the light fence in HazardGuard.Hold.
        TModel.FenceProcessWide();
        for (int thread = 0; thread < threads; thread++)
        {
            long* hazards = Of(thread);
            for (int slot = 0; slot < HazardSlot.Count; slot++)
            {
                // Acquire: of what was held here before, the loads are over.
                long link = TModel.LoadAcquire(ref hazards[slot]);
                if (link != Link.End)
                    held.Add(Link.IndexOf(link));
            }
        }
    }
}
