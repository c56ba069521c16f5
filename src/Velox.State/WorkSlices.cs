namespace Velox.State;

/// <summary>Work on a range of items that can be done slice by slice, in any order and by several threads.</summary>
internal interface ISlicedWork
{
    /// <param name="worker">Which worker does it, from 0: no two threads are the same one at a time.</param>
    /// <param name="start">First item.</param>
    /// <param name="end">The item after the last.</param>
    void Run(int worker, int start, int end);
}

/// <summary>Hands out slices of a range to workers, each the next when it is done with one.</summary>
internal static class WorkSlices
{
    /// <summary>Returns when all is done. Allocates only if several threads take part.</summary>
    internal static void Run(ISlicedWork work, int count, int sliceLength, int workers)
    {
        if (workers == 1 || count <= sliceLength)
        {
            for (int start = 0; start < count; start += sliceLength)
                work.Run(0, start, Math.Min(count, start + sliceLength));
        }
        else
        {
            RunParallel(work, count, sliceLength, workers);
        }
    }

    // Apart, as the closure would be made at each call.
    private static void RunParallel(ISlicedWork work, int count, int sliceLength, int workers)
    {
        int slices = ((count - 1) / sliceLength) + 1;
        int next = -1;
        Parallel.For(0, Math.Min(workers, slices), new ParallelOptions { MaxDegreeOfParallelism = workers }, worker =>
        {
            // Interlocked: each slice goes to one worker; what they write is ordered for the caller by Parallel.For's end.
            for (int slice = Interlocked.Increment(ref next); slice < slices; slice = Interlocked.Increment(ref next))
            {
                int start = slice * sliceLength;
                work.Run(worker, start, Math.Min(count, start + sliceLength));
            }
        });
    }
}
