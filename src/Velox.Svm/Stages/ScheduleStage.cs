using System.Runtime.InteropServices;
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
    private readonly Dictionary<Account, AccountUse> _uses = [];
    private readonly List<List<InFlightTransaction>> _waves = [];

    public StageCounters Counters { get; } = new("schedule");

    /// <summary>The waves, valid until the next call; dead transactions are in none.</summary>
    public IReadOnlyList<IReadOnlyList<InFlightTransaction>> Run(IReadOnlyList<InFlightTransaction> batch)
    {
        _uses.Clear();
        _waves.Clear();
        foreach (InFlightTransaction transaction in batch)
        {
            if (!transaction.IsAlive)
                continue;
            int wave = FirstFreeWave(transaction.Accounts!);
            Occupy(transaction.Accounts!, wave);
            if (wave == _waves.Count)
                _waves.Add([]);
            _waves[wave].Add(transaction);
        }

        return _waves;
    }

    private int FirstFreeWave(TransactionAccounts accounts)
    {
        int wave = 0;
        for (int i = 0; i < accounts.Count; i++)
        {
            if (!_uses.TryGetValue(accounts.Accounts[i], out AccountUse use))
                continue;
            wave = Math.Max(wave, use.WavesWritten);
            if (accounts.Writables[i])
                wave = Math.Max(wave, use.WavesRead);
        }

        return wave;
    }

    private void Occupy(TransactionAccounts accounts, int wave)
    {
        for (int i = 0; i < accounts.Count; i++)
        {
            ref AccountUse use = ref CollectionsMarshal.GetValueRefOrAddDefault(_uses, accounts.Accounts[i], out _);
            if (accounts.Writables[i])
                use.WavesWritten = wave + 1;
            else
                use.WavesRead = Math.Max(use.WavesRead, wave + 1);
        }
    }

    /// <summary>The first wave that comes after all writers, and after all readers, of an account so far.</summary>
    private struct AccountUse
    {
        internal int WavesWritten;
        internal int WavesRead;
    }
}
