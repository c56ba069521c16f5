namespace Velox.Gateway;

/// <summary>What a stage has done so far.</summary>
/// <param name="Name">ingress, orderbook, bundles or output.</param>
/// <param name="Messages">Messages that left it towards the next stage.</param>
/// <param name="Depth">Messages (bundles for the output) that wait in front of it.</param>
/// <param name="Utilisation">Part of the time spent with messages, 0 to 1.</param>
/// <param name="P50Nanos">Median time of a message from the stage before; of the first, how late it took what was due, if that is known.</param>
/// <param name="P99Nanos">99 % of the messages took no longer.</param>
/// <param name="MaxNanos">The longest.</param>
public readonly record struct StageSnapshot(
    string Name, long Messages, long Depth, double Utilisation, long P50Nanos, long P99Nanos, long MaxNanos);

/// <summary>What a pipeline has done so far. While it runs each number is of a moment of its own; at the end they add up.</summary>
/// <param name="ElapsedNanos">Since the start.</param>
/// <param name="Generated">Well-formed messages that the source gave.</param>
/// <param name="Invalid">Messages that were not well-formed.</param>
/// <param name="DroppedFull">Messages that found the first ring full.</param>
/// <param name="DroppedShed">New orders turned away to leave room for cancels.</param>
/// <param name="DroppedByOutput">Messages dropped because the output failed for longer than its patience.</param>
/// <param name="Delivered">Messages that the output took.</param>
/// <param name="Bundles">Bundles that the output took.</param>
/// <param name="BundlesBySize">Of the bundles closed: those that were full.</param>
/// <param name="BundlesByAge">Those whose first message was old enough.</param>
/// <param name="BundlesByDrain">Those at the end.</param>
/// <param name="DepthNotApplied">Messages that the depth view could not follow.</param>
/// <param name="Restarts">Stages that threw an exception and went on.</param>
/// <param name="Stages">Its four stages.</param>
/// <param name="EndToEnd">Ingress to output.</param>
public sealed record PipelineSnapshot(
    long ElapsedNanos, long Generated, long Invalid, long DroppedFull, long DroppedShed, long DroppedByOutput, long Delivered, long Bundles,
    long BundlesBySize, long BundlesByAge, long BundlesByDrain, long DepthNotApplied, int Restarts,
    IReadOnlyList<StageSnapshot> Stages, StageSnapshot EndToEnd)
{
    /// <summary>Messages dropped, for any reason.</summary>
    public long Dropped => DroppedFull + DroppedShed + DroppedByOutput;

    /// <summary>Messages that are in a ring or a stage: 0 at the end.</summary>
    public long InFlight => Generated - Dropped - Delivered;
}
