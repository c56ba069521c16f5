namespace Velox.Node;

/// <summary>What the demo's order door and bundle builder did since the start.</summary>
/// <param name="OrderMessages">Messages that came to the door.</param>
/// <param name="SubmittedBundles">Bundles that the queue took.</param>
/// <param name="RefusedBundles">Bundles that the queue refused: dropped.</param>
/// <param name="Drops">Messages turned away, by reason.</param>
/// <param name="Quote">Best prices, or null before the market exists.</param>
public sealed record DemoStatistics(
    long OrderMessages, long SubmittedBundles, long RefusedBundles, IReadOnlyList<DropCount> Drops, MarketQuote? Quote)
{
    public static readonly DemoStatistics Empty = new(0, 0, 0, [], null);
}
