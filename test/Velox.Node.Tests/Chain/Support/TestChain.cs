using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node.Tests;

/// <summary>A chain in memory: bank, journal, and transfers of its faucet to fill blocks with.</summary>
internal sealed class TestChain
{
    private ulong _lamports = 1_000_000;

    internal TestChain()
    {
        Faucet = Keypair.FromSeed(Enumerable.Repeat((byte)1, 32).ToArray());
        Genesis = new Genesis(
            1_700_000_000, Faucet.PublicKey, Genesis.DefaultFaucetLamports, Keypair.FromSeed(new byte[32]).PublicKey);
        Bank = NewBank();
        Storage = new MemoryStorage(JournalHeader.Create(Genesis, Bank.GenesisSeal.Root).ToBytes());
        Journal = new Journal(Storage);
    }

    internal Keypair Faucet { get; }

    internal Genesis Genesis { get; }

    internal Bank Bank { get; }

    internal MemoryStorage Storage { get; }

    internal Journal Journal { get; }

    internal Bank NewBank(int workers = 1) => new(Genesis, NativePrograms.CreateRegistry(), workers);

    internal InFlightTransaction NewTransfer() => NewTransfer(Bank.LastHash);

    /// <summary>A transfer that differs from all before.</summary>
    internal InFlightTransaction NewTransfer(Hash256 blockhash) => new(Transfers.Sign(Faucet, ++_lamports, blockhash), 1);

    /// <summary>A transfer that asks for as many compute units as a transaction may.</summary>
    internal byte[] SignExpensiveTransfer() => new TransactionBuilder(Faucet.PublicKey)
        .Add(ComputeBudgetInstructions.SetComputeUnitLimit(ComputeBudget.MaxUnitLimit))
        .Add(SystemInstructions.Transfer(Faucet.PublicKey, Transfers.Recipient, ++_lamports))
        .WithBlockhash(Bank.LastHash)
        .Sign(Faucet);

    /// <summary>A transfer that pays so many micro-lamports for a compute unit.</summary>
    internal byte[] SignTransfer(ulong unitPrice) => new TransactionBuilder(Faucet.PublicKey)
        .Add(ComputeBudgetInstructions.SetComputeUnitPrice(unitPrice))
        .Add(ComputeBudgetInstructions.SetComputeUnitLimit(10_000))
        .Add(SystemInstructions.Transfer(Faucet.PublicKey, Transfers.Recipient, ++_lamports))
        .WithBlockhash(Bank.LastHash)
        .Sign(Faucet);

    /// <summary>Executes and appends one block of transfers.</summary>
    internal Block AddBlock(int transactions)
    {
        Bank.BeginBlock(Genesis.UnixTimestamp + (long)Bank.Slot);
        Bank.Process([.. Enumerable.Range(0, transactions).Select(_ => NewTransfer())]);
        Block block = Bank.EndBlock();
        Journal.Append(block);
        return block;
    }

    /// <summary>Opens other bytes as a journal and executes all its blocks; returns the last state root.</summary>
    internal Hash256 ReplayRoot(Journal journal, int workers = 1)
    {
        Bank bank = NewBank(workers);
        foreach (JournalBlock block in journal.ReadBlocks())
            Replay.Execute(bank, block);
        return bank.StateRoot;
    }
}

internal static class Transfers
{
    internal static readonly Address Recipient = Keypair.FromSeed(Enumerable.Repeat((byte)9, 32).ToArray()).PublicKey;

    internal static byte[] Sign(Keypair payer, ulong lamports, Hash256 blockhash) =>
        new TransactionBuilder(payer.PublicKey)
            .Add(SystemInstructions.Transfer(payer.PublicKey, Recipient, lamports))
            .WithBlockhash(blockhash)
            .Sign(payer);
}
