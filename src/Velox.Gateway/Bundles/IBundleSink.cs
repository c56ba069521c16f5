namespace Velox.Gateway;

/// <summary>Takes finished bundles: the engine's transaction queue.</summary>
public interface IBundleSink
{
    /// <summary>Takes the transaction, or returns false at once when the queue is full.</summary>
    /// <param name="transaction">A serialized transaction; the sink owns the array from now on.</param>
    /// <param name="info">What it holds.</param>
    bool TrySubmit(byte[] transaction, in BundleInfo info);
}
