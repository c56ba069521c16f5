using Velox.Svm;

namespace Velox.Node;

/// <summary>How to open a ledger.</summary>
public sealed record LedgerOptions
{
    /// <summary>Delete the chain that is there and begin a new one.</summary>
    public bool Reset { get; init; }

    /// <summary>Threads for stages that work in parallel; the state does not depend on it.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Length of a slot; a new chain's blockhash age follows from it and stays.</summary>
    public int SlotMillis { get; init; } = NodeOptions.DefaultSlotMillis;

    /// <summary>What a new chain has beside what every chain has. An existing one must have been made with the same.</summary>
    public GenesisAdditions Additions { get; init; } = GenesisAdditions.None;

    /// <summary>Told after each replayed block: its slot, and the last one of the journal.</summary>
    public Action<ulong, ulong>? Progress { get; init; }

    /// <summary>Gives a new chain its time of birth.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>An opened chain, replayed to its last durable block: journal, live state, and what clients see.</summary>
public sealed class Ledger : IDisposable
{
    private Ledger(LedgerDirectory directory, NodeKeys keys, Journal journal, Bank bank, bool isNew)
    {
        Directory = directory;
        Keys = keys;
        Journal = journal;
        Bank = bank;
        IsNew = isNew;
        Chain = new ChainView(journal.Genesis, bank.GenesisSeal);
    }

    public LedgerDirectory Directory { get; }

    public NodeKeys Keys { get; }

    public Journal Journal { get; }

    /// <summary>The live state, at the journal's last block.</summary>
    public Bank Bank { get; }

    public ChainView Chain { get; }

    /// <summary>Whether the chain was created just now.</summary>
    public bool IsNew { get; }

    /// <summary>Opens the chain in a directory, or creates one there, and replays it.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="programs">The native programs.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellation">Ends the replay between two blocks; the ledger is closed as it was.</param>
    /// <exception cref="LedgerException">The ledger is in use, damaged, or does not replay.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Ledger Open(
        string path, ProgramRegistry programs, LedgerOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new LedgerOptions();
        var directory = new LedgerDirectory(path);
        Ledger? ledger = null;
        try
        {
            if (options.Reset)
                directory.Reset();
            ledger = OpenLocked(directory, programs, options);
            ledger.ReplayAll(options.Progress, cancellation);
            return ledger;
        }
        catch
        {
            ledger?.Dispose();
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Closes the journal and unlocks the directory; what clients see stays readable.</summary>
    public void Close()
    {
        Journal.Dispose();
        Directory.Dispose();
    }

    public void Dispose()
    {
        Close();
        Chain.Dispose();
    }

    private static Ledger OpenLocked(LedgerDirectory directory, ProgramRegistry programs, LedgerOptions options)
    {
        bool isNew = !File.Exists(directory.JournalPath);
        if (isNew)
            CreateChain(directory, programs, options);

        Journal journal = Journal.Open(directory.JournalPath);
        try
        {
            CheckAdditions(directory, options.Additions, journal.Genesis.Additions);
            NodeKeys keys = NodeKeys.Load(directory, journal.Genesis);
            var bank = new Bank(journal.Genesis, programs, options.Workers);
            Replay.CheckGenesis(bank, journal);
            return new Ledger(directory, keys, journal, bank, isNew);
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    private static void CheckAdditions(LedgerDirectory directory, GenesisAdditions given, GenesisAdditions made)
    {
        if (given.FindDifference(made) is { } difference)
        {
            throw new LedgerException(
                LedgerFault.OtherGenesis,
                $"The ledger '{directory.Root}' has another genesis: {difference}. Give the programs, accounts and deactivated "
                + "features that it was made with, or start a new chain with --reset (all its blocks are lost).");
        }
    }

    private static void CreateChain(LedgerDirectory directory, ProgramRegistry programs, LedgerOptions options)
    {
        NodeKeys keys = NodeKeys.Create(directory);
        var genesis = new Genesis(
            options.Time.GetUtcNow().ToUnixTimeSeconds(),
            keys.Faucet.PublicKey,
            Genesis.DefaultFaucetLamports,
            keys.Identity.PublicKey,
            Genesis.BlockhashAgeFor(options.SlotMillis))
        {
            Additions = options.Additions,
        };
        Journal.Create(directory.JournalPath, genesis, new Bank(genesis, programs).GenesisSeal.Root);
    }

    private void ReplayAll(Action<ulong, ulong>? progress, CancellationToken cancellation)
    {
        foreach (JournalBlock block in Journal.ReadBlocks())
        {
            cancellation.ThrowIfCancellationRequested();
            Chain.Publish(Replay.Execute(Bank, block));
            progress?.Invoke(block.Header.Slot, Journal.LastSlot);
        }
    }
}
