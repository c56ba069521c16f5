using Velox.Gateway;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Hands bundles to the transaction queue; their latency counts from their first message's arrival.</summary>
internal sealed class QueueSink(TransactionQueue queue) : IBundleSink
{
    public bool TrySubmit(byte[] transaction, in BundleInfo info) =>
        queue.TrySubmit(new InFlightTransaction(transaction, info.FirstIngressNanos));
}
