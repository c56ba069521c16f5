namespace Velox.Cli;

/// <summary>Something short that is done again and again.</summary>
internal interface IOperation
{
    /// <param name="i">How often it was done before.</param>
    void Do(long i);
}

/// <summary>What a short operation costs in processor time, so that what others do on the machine counts less.</summary>
internal static class OperationCost
{
    internal const string Unit = "CPU ns";

    // Methods are optimised by the number of their calls: one long loop would stay as it began.
    private const int OperationsPerCall = 1_000;

    /// <summary>Processor time of an operation, on each of some threads that begin together.</summary>
    internal static double Measure<TOperation>(int threads, int operations, Func<int, TOperation> operationOf)
        where TOperation : struct, IOperation
    {
        using var together = new Barrier(threads);
        Thread[] others = [.. Enumerable.Range(1, threads - 1).Select(n => new Thread(() => RunOne(n)))];
        TimeSpan start = Environment.CpuUsage.TotalTime;
        foreach (Thread thread in others)
            thread.Start();
        RunOne(0);
        foreach (Thread thread in others)
            thread.Join();
        return (Environment.CpuUsage.TotalTime - start).TotalNanoseconds / operations / threads;

        void RunOne(int n)
        {
            TOperation operation = operationOf(n);
            together.SignalAndWait();
            for (long first = 0; first < operations; first += OperationsPerCall)
                Repeat(operation, first, Math.Min(operations, first + OperationsPerCall));
        }
    }

    // Compiled for each operation by itself, with the operation in the loop.
    private static void Repeat<TOperation>(TOperation operation, long first, long end)
        where TOperation : struct, IOperation
    {
        for (long i = first; i < end; i++)
            operation.Do(i);
    }
}
