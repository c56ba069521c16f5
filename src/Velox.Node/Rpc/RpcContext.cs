using System.Net;
using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>What the RPC methods work on.</summary>
public sealed class RpcContext : ISimulatedChain
{
    // What simulations on one published block share.
    private BlockContext? _nextBlock;

    /// <param name="chain">What clients may see.</param>
    /// <param name="submit">Offers a transaction to the producer; false when the queue is full or closed.</param>
    /// <param name="faucet">Signs airdrops.</param>
    /// <param name="options">Limits.</param>
    public RpcContext(ChainView chain, Func<byte[], long, bool> submit, Keypair faucet, RpcOptions options)
    {
        Chain = chain;
        Submit = submit;
        Faucet = faucet;
        Options = options;
        Simulator = new TransactionSimulator(options.Programs, chain.State, this);
        OutgoingBytes = new OutgoingBytes(options);
        Feed = new BlockFeed(chain, options, Counters);
    }

    public ChainView Chain { get; }

    public Func<byte[], long, bool> Submit { get; }

    public Keypair Faucet { get; }

    public RpcOptions Options { get; }

    public RpcCounters Counters { get; } = new();

    /// <summary>Where JSON-RPC listens; null before it does.</summary>
    public IPEndPoint? Endpoint { get; internal set; }

    public TransactionSimulator Simulator { get; }

    public BlockFeed Feed { get; }

    /// <summary>What waits for all WebSocket clients.</summary>
    internal OutgoingBytes OutgoingBytes { get; }

    /// <inheritdoc/>
    public BlockContext NextBlock
    {
        get
        {
            ChainTip tip = Chain.Tip;
            BlockContext? next = Volatile.Read(ref _nextBlock); // acquire: pairs with the write below
            if (next?.Slot == tip.Slot + 1)
                return next;
            next = Sysvars.NextBlock(Chain.State, tip.UnixTimestamp, tip.Hash) with
            {
                Features = Chain.Genesis.Additions.Features,
            };
            Volatile.Write(ref _nextBlock, next); // release: immutable; whoever comes second makes an equal one
            return next;
        }
    }

    /// <inheritdoc/>
    public bool IsRecentBlockhash(Hash256 blockhash) =>
        LastValidBlockHeight(blockhash) is { } last && Chain.Tip.Slot < last;

    /// <inheritdoc/>
    public bool IsRecorded(Signature transactionId) =>
        Chain.History.FindTransaction(transactionId) is { } past
        && past.Slot + BlockhashMaxAge >= Chain.Tip.Slot;

    /// <summary>How many last blocks a transaction may name.</summary>
    public ulong BlockhashMaxAge => (ulong)Chain.Genesis.BlockhashMaxAge;

    /// <summary>The last block that a transaction naming this hash may come into; null for an unknown hash.</summary>
    public ulong? LastValidBlockHeight(Hash256 blockhash) => Chain.History.FindSlot(blockhash) + BlockhashMaxAge;

    /// <summary>Reads what every read method's configuration may hold, and refuses what cannot be met.</summary>
    public void CheckContext(RpcConfig config)
    {
        config.CheckCommitment();
        if (config.UInt64("minContextSlot") is not { } slot || slot <= Chain.Tip.Slot)
            return;
        ulong tip = Chain.Tip.Slot;
        throw new RpcException(
            RpcErrorCode.MinContextSlotNotReached, "Minimum context slot has not been reached", writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("contextSlot"u8, tip);
                writer.WriteEndObject();
            });
    }
}
