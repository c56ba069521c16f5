namespace Velox.Svm;

/// <summary>Runs independent pieces of a batch on several threads, or on this one when that is all there is.</summary>
internal static class WorkerLoop
{
    // A transaction may take a microsecond, and sharing a loop among threads takes several.
    private const int MinItemsPerWorker = 8;

    internal static void ForEach<T>(IReadOnlyList<T> items, int workers, Action<T> body)
    {
        if (workers == 1 || items.Count < workers * MinItemsPerWorker)
        {
            foreach (T item in items)
                body(item);
            return;
        }

        Parallel.For(0, items.Count, new ParallelOptions { MaxDegreeOfParallelism = workers }, i => body(items[i]));
    }
}
