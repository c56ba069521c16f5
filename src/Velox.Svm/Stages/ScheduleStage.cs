using Velox.State;

namespace Velox.Svm;

/// <summary>
/// Stage 3: splits a batch into waves of transactions that do not conflict, so that wave after wave gives what one after
/// another would have given.
/// </summary>
/// <remarks>
/// A transaction goes into the first wave after every earlier one that it conflicts with: two conflict when one writes
/// what the other reads or writes. A batch without conflicts is a single wave. Linear in the number of locks.
/// </remarks>
public sealed class ScheduleStage
{
    // No two batches of the process have the same number: forks of a state may share accounts, and their marks.
    private static int Batches;

    private readonly List<List<InFlightTransaction>> _waves = [];
    private readonly Stack<List<InFlightTransaction>> _spare = [];
    private int _batch;

    public StageCounters Counters { get; } = new("schedule");

    /// <summary>The waves, valid until the next call; dead transactions are in none.</summary>
    public IReadOnlyList<IReadOnlyList<InFlightTransaction>> Run(IReadOnlyList<InFlightTransaction> batch)
    {
        // Only unique: nothing else is ordered by it.
        _batch = Interlocked.Increment(ref Batches);
        foreach (List<InFlightTransaction> wave in _waves)
        {
            wave.Clear();
            _spare.Push(wave);
        }

        _waves.Clear();
        foreach (InFlightTransaction transaction in batch)
        {
            if (!transaction.IsAlive)
                continue;
            int wave = FirstFreeWave(transaction.Accounts!);
            Occupy(transaction.Accounts!, wave);
            if (wave == _waves.Count)
                _waves.Add(_spare.TryPop(out List<InFlightTransaction>? spare) ? spare : []);
            _waves[wave].Add(transaction);
        }

        return _waves;
    }

    private int FirstFreeWave(TransactionAccounts accounts)
    {
        int wave = 0;
        for (int i = 0; i < accounts.Count; i++)
        {
            ref ScheduleMark mark = ref accounts.Accounts[i].ScheduleMark;
            if (mark.Batch != _batch)
                continue;
            wave = Math.Max(wave, mark.WavesWritten);
            if (accounts.Writables[i])
                wave = Math.Max(wave, mark.WavesRead);
        }

        return wave;
    }

    private void Occupy(TransactionAccounts accounts, int wave)
    {
        for (int i = 0; i < accounts.Count; i++)
        {
            ref ScheduleMark mark = ref accounts.Accounts[i].ScheduleMark;
            if (mark.Batch != _batch)
                mark = new ScheduleMark { Batch = _batch };
            if (accounts.Writables[i])
                mark.WavesWritten = wave + 1;
            else
                mark.WavesRead = Math.Max(mark.WavesRead, wave + 1);
        }
    }
}
