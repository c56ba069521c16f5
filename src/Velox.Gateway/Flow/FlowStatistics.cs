namespace Velox.Gateway;

/// <summary>What a synthetic flow did, in messages.</summary>
/// <param name="Pushed">Messages that the door accepted.</param>
/// <param name="Dropped">Messages that the door refused: its ring was full, or it is closed.</param>
public readonly record struct FlowStatistics(long Pushed, long Dropped)
{
    public long Generated => Pushed + Dropped;
}
