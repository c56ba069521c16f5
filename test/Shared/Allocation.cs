namespace Velox.Testing;

/// <summary>What something allocates on the calling thread.</summary>
internal static class Allocation
{
    private const int Rounds = 10;

    /// <summary>The least of some rounds, in bytes.</summary>
    /// <remarks>
    /// A collection by another thread, and the compiler's exchange of a method that is hot, may each add a little to the count of this thread.
    /// What really allocates does so every time.
    /// </remarks>
    internal static long LeastOf(Action action)
    {
        long least = long.MaxValue;
        for (int round = 0; round < Rounds && least > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
