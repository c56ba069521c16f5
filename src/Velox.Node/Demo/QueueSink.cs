using Velox.Gateway;

namespace Velox.Node;

/// <summary>Hands bundles to the transaction queue; their latency counts from their first message's arrival.</summary>
internal sealed class QueueSink(TransactionQueue queue) : IBundleSink
{
    public bool TrySubmit(byte[] transaction, in BundleInfo info) =>
        queue.TrySubmit(transaction, info.FirstIngressNanos);
}
