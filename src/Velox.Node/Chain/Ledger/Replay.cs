using Velox.Svm;

namespace Velox.Node;

/// <summary>Executes journalled blocks again and holds the outcome against what they say.</summary>
public static class Replay
{
    private const int BatchSize = 256;

    /// <summary>Holds the genesis that this program makes against the one in the journal.</summary>
    /// <exception cref="LedgerException">ReplayMismatch.</exception>
    public static void CheckGenesis(Bank bank, Journal journal)
    {
        if (bank.GenesisSeal.Root != journal.GenesisRoot)
        {
            throw new LedgerException(
                LedgerFault.ReplayMismatch,
                $"The genesis (slot 0) has state root {bank.GenesisSeal.Root} in this program, "
                + $"but {journal.GenesisRoot} in the journal: it was made with other native programs. {JournalScan.Remedy}");
        }
    }

    /// <summary>Executes one block on the bank that stands at the block before.</summary>
    /// <returns>The block, equal to the journalled one to the last bit of its state root.</returns>
    /// <exception cref="LedgerException">ReplayMismatch: the message names the slot and what differs.</exception>
    public static Block Execute(Bank bank, JournalBlock journalled)
    {
        BlockHeader header = journalled.Header;
        Require(header.Slot, "slot", bank.Slot + 1, header.Slot);
        Require(header.Slot, "parent hash", bank.LastHash, header.ParentHash);

        bank.BeginBlock(header.UnixTimestamp);
        foreach (byte[][] batch in journalled.Transactions.Chunk(BatchSize))
            Execute(bank, header.Slot, batch);
        Block block = bank.EndBlock();

        Require(header.Slot, "timestamp", block.Header.UnixTimestamp, header.UnixTimestamp);
        Require(header.Slot, "transactions hash", block.Header.TransactionsHash, header.TransactionsHash);
        Require(header.Slot, "state root", block.Header.StateRoot, header.StateRoot);
        return block;
    }

    private static void Execute(Bank bank, ulong slot, byte[][] batch)
    {
        InFlightTransaction[] transactions = Array.ConvertAll(batch, bytes => new InFlightTransaction(bytes));
        bank.Process(transactions);
        foreach (InFlightTransaction transaction in transactions)
        {
            if (!transaction.IsRecorded)
                throw Mismatch(slot, $"its transaction {transaction.Id} is refused now: {transaction.Rejection}");
        }
    }

    private static void Require<T>(ulong slot, string what, T executed, T journalled)
        where T : IEquatable<T>
    {
        if (!executed.Equals(journalled))
            throw Mismatch(slot, $"the {what} is {executed} when executed, but {journalled} in the journal");
    }

    private static LedgerException Mismatch(ulong slot, string difference) => new(
        LedgerFault.ReplayMismatch,
        $"Replay of slot {slot} does not match: {difference}. "
        + $"The journal was written by another version of the programs, or was changed. {JournalScan.Remedy}");
}
