using Velox.Primitives;
using Velox.State;

namespace Velox.Svm.Tests;

/// <summary>A bank whose blocks are published, and a simulator over what is published.</summary>
internal sealed class SimulatedChain : ISimulatedChain, IDisposable
{
    private readonly HashSet<Signature> _processed = [];

    internal SimulatedChain(TestBank bank)
    {
        Bank = bank;
        State.Publish(0, bank.Bank.GenesisSeal.Changed);
        Simulator = new TransactionSimulator(bank.Programs, State, this);
    }

    internal TestBank Bank { get; }

    internal PublishedState State { get; } = new();

    internal TransactionSimulator Simulator { get; }

    public BlockContext NextBlock => Sysvars.NextBlock(State, Bank.Bank.LastTimestamp + 1, Bank.Bank.LastHash);

    public bool IsRecentBlockhash(Hash256 blockhash) => Bank.Bank.Blockhashes.IsRecent(blockhash);

    public bool IsRecorded(Signature transactionId) => _processed.Contains(transactionId);

    /// <summary>Every address that some block changed.</summary>
    internal HashSet<Address> Touched { get; } = [];

    internal SendResult Send(byte[] transaction)
    {
        SendResult result = Bank.SendBytes(transaction);
        Publish(result.Block);
        return result;
    }

    internal void Publish(Block block)
    {
        State.Publish(block.Header.Slot, block.Changed);
        Touched.UnionWith(block.Changed.Select(snapshot => snapshot.Address));
        _processed.UnionWith(block.Records.Select(record => record.Id));
    }

    internal (ulong Lamports, Address Owner, byte[] Data) Content(Address address) =>
        State.Find(address) is { } snapshot ? (snapshot.Lamports, snapshot.Owner, snapshot.ToArray()) : (0, default, []);

    public void Dispose() => State.Dispose();
}
