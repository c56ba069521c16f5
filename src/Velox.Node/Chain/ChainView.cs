using Velox.Primitives;
using Velox.State;
using Velox.Svm;

namespace Velox.Node;

/// <summary>
/// Everything that clients may see: the chain as it is on disk. Blocks appear here only after their fsync.
/// </summary>
/// <remarks>
/// One thread publishes; any number read. A commitment of <c>processed</c>, <c>confirmed</c> or <c>finalized</c> reads the
/// same thing here: nothing is shown that a crash could take back.
/// </remarks>
public sealed class ChainView : IDisposable
{
    private ChainTip _tip;

    public ChainView(Genesis genesis, StateSeal genesisSeal)
    {
        Genesis = genesis;
        GenesisHash = genesis.ComputeHash();
        _tip = new ChainTip(0, GenesisHash, genesis.UnixTimestamp, genesisSeal.Root, 0, (ulong)genesis.BlockhashMaxAge);
        State.Publish(0, genesisSeal.Changed);
        History.AddGenesis(GenesisHash);
    }

    public Genesis Genesis { get; }

    /// <summary>The chain's id.</summary>
    public Hash256 GenesisHash { get; }

    public PublishedState State { get; } = new();

    public BlockHistory History { get; } = new();

    /// <summary>The last durable block.</summary>
    public ChainTip Tip => Volatile.Read(ref _tip); // acquire: pairs with Publish, so the tip's block is in State and History

    /// <summary>
    /// Raised on the publishing thread after a block is visible. Handlers must be quick and must not throw.
    /// </summary>
    public event Action<Block>? BlockPublished;

    /// <summary>Makes a durable block visible.</summary>
    public void Publish(Block block)
    {
        State.Publish(block.Header.Slot, block.Changed);
        History.Add(block);
        ulong transactionCount = _tip.TransactionCount + (ulong)block.Records.Count;
        ulong slot = block.Header.Slot;
        var tip = new ChainTip(
            slot, block.Hash, block.Header.UnixTimestamp, block.Header.StateRoot, transactionCount,
            slot + (ulong)Genesis.BlockhashMaxAge);
        Volatile.Write(ref _tip, tip); // release: whoever sees the new tip sees its state and history
        BlockPublished?.Invoke(block);
    }

    public void Dispose() => State.Dispose();
}

/// <summary>The newest durable block.</summary>
/// <param name="Slot">Its slot, which is also the block height.</param>
/// <param name="Hash">The blockhash that new transactions should name.</param>
/// <param name="UnixTimestamp">Its time in seconds since 1970.</param>
/// <param name="StateRoot">Merkle root over all accounts.</param>
/// <param name="TransactionCount">Transactions recorded since the genesis.</param>
/// <param name="LastValidBlockHeight">The last block that a transaction naming this hash may come into.</param>
public sealed record ChainTip(
    ulong Slot, Hash256 Hash, long UnixTimestamp, Hash256 StateRoot, ulong TransactionCount, ulong LastValidBlockHeight);
