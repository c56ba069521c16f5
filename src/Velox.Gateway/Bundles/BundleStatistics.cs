namespace Velox.Gateway;

/// <summary>What a bundle builder did with the messages it took from its door.</summary>
/// <remarks>
/// Messages accepted by the door = <see cref="BundledMessages"/> + those that wait in the ring or in the open bundle.
/// </remarks>
/// <param name="SubmittedMessages">Messages of bundles that the sink took.</param>
/// <param name="RefusedMessages">Messages of bundles that the sink refused: dropped.</param>
/// <param name="SubmittedBundles">Bundles that the sink took.</param>
/// <param name="RefusedBundles">Bundles that the sink refused.</param>
/// <param name="ClosedBySize">Bundles closed by <see cref="BundleTrigger.Size"/>.</param>
/// <param name="ClosedByAge">Bundles closed by <see cref="BundleTrigger.Age"/>.</param>
/// <param name="ClosedByDrain">Bundles closed by <see cref="BundleTrigger.Drain"/>.</param>
public readonly record struct BundleStatistics(
    long SubmittedMessages,
    long RefusedMessages,
    long SubmittedBundles,
    long RefusedBundles,
    long ClosedBySize,
    long ClosedByAge,
    long ClosedByDrain)
{
    /// <summary>Messages that became part of a bundle.</summary>
    public long BundledMessages => SubmittedMessages + RefusedMessages;

    /// <summary>All bundles built.</summary>
    public long Bundles => SubmittedBundles + RefusedBundles;
}
