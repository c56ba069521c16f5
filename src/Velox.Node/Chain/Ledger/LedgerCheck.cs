using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>The outcome of executing every block of a ledger again, all of which matched.</summary>
/// <param name="LastSlot">The last whole block; 0 when there is none.</param>
/// <param name="TransactionCount">Transactions in all blocks.</param>
/// <param name="LastHash">Hash of the last block.</param>
/// <param name="StateRoot">State root after it.</param>
/// <param name="Tail">An unfinished record behind it, which a node would cut off, or null.</param>
public sealed record LedgerCheck(
    ulong LastSlot, ulong TransactionCount, Hash256 LastHash, Hash256 StateRoot, TornTail? Tail)
{
    /// <summary>Checks a ledger without changing anything: it reads the journal alone, and needs no keys.</summary>
    /// <param name="path">The ledger's directory.</param>
    /// <param name="programs">The native programs.</param>
    /// <param name="workers">Threads for stages that work in parallel.</param>
    /// <param name="progress">Told after each block: its slot, and the last one of the journal.</param>
    /// <exception cref="LedgerException">It is absent, in use, damaged, or does not replay.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    /// <exception cref="UnauthorizedAccessException">The journal may not be read.</exception>
    public static LedgerCheck Run(
        string path, ProgramRegistry programs, int workers = 1, Action<ulong, ulong>? progress = null)
    {
        using Journal journal = OpenJournal(Path.GetFullPath(path));
        var bank = new Bank(journal.Genesis, programs, workers);
        Replay.CheckGenesis(bank, journal);
        ulong transactionCount = 0;
        foreach (JournalBlock block in journal.ReadBlocks())
        {
            transactionCount += (ulong)Replay.Execute(bank, block).Records.Count;
            progress?.Invoke(block.Header.Slot, journal.LastSlot);
        }

        return new LedgerCheck(bank.Slot, transactionCount, bank.LastHash, bank.StateRoot, journal.CutTail);
    }

    private static Journal OpenJournal(string root)
    {
        try
        {
            return Journal.OpenReadOnly(Path.Combine(root, LedgerDirectory.JournalName));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new LedgerException(
                LedgerFault.NoJournal, $"'{root}' is no ledger: there is no {LedgerDirectory.JournalName} in it.", exception);
        }
        catch (IOException exception) when (DurableFile.IsOpenElsewhere(exception))
        {
            throw LedgerDirectory.InUse(root, exception);
        }
    }
}
