using Velox.Gateway;
using Velox.OrderBook;

namespace Velox.Node;

/// <summary>
/// Sends a pipeline's bundles through the six stages of a node: each is a signed transaction with one batch for the demo market.
/// </summary>
/// <remarks>
/// Signing and the transaction's bytes cost what they cost in the order door; this output allocates. Whether a seat exists, and
/// what an order does, is the market's to say, at execution.
/// </remarks>
public sealed class NodeOutput : IBundleOutput
{
    private readonly VeloxNode _node;
    private readonly BundleEncoder _encoder;
    private readonly OrderMessage[] _messages = new OrderMessage[PipelineBundle.MaxMessages];

    /// <param name="node">Started, with a demo market that has no flow of its own; stopped by <see cref="Complete"/>.</param>
    /// <exception cref="ArgumentException">It has no demo market.</exception>
    public NodeOutput(VeloxNode node)
    {
        if (node.Demo is not { } demo)
            throw new ArgumentException("The node has no demo market.", nameof(node));
        _node = node;
        _encoder = demo.CreateEncoder();
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The node has stopped: nothing will be taken any more.</exception>
    public BundleResult Accept(in PipelineBundle bundle)
    {
        if (_node.Completion.IsCompleted)
            throw new IOException($"The node has stopped: {_node.Completion.Exception?.GetBaseException().Message ?? "its engine has ended"}");
        // Before the signature: this is the queue's only large writer, so what has room now has it then.
        if (_node.Queue.Count >= TransactionQueue.Capacity)
            return BundleResult.Busy;
        ReadOnlySpan<PipelineMessage> messages = bundle.Messages;
        for (int i = 0; i < messages.Length; i++)
            _messages[i] = messages[i].Message;
        byte[] transaction = _encoder.Encode(_messages.AsSpan(0, messages.Length));
        return _node.TrySubmit(transaction, messages[0].IngressNanos) ? BundleResult.Accepted : BundleResult.Busy;
    }

    /// <summary>Stops the node: every bundle that was taken is in a durable block when this returns.</summary>
    /// <exception cref="IOException">The journal could not be written.</exception>
    public void Complete()
    {
        try
        {
            _node.StopAsync().GetAwaiter().GetResult();
        }
        catch (LedgerException error)
        {
            throw new IOException(error.Message, error);
        }
    }

    /// <summary>The node is its owner's to dispose of.</summary>
    public void Dispose()
    {
    }
}
