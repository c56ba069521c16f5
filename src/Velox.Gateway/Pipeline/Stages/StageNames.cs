namespace Velox.Gateway;

/// <summary>The stages' names in reports and metrics, in their order.</summary>
internal static class StageNames
{
    internal const string Ingress = "ingress";
    internal const string OrderBook = "orderbook";
    internal const string Bundles = "bundles";
    internal const string Output = "output";

    /// <summary>The whole way, from ingress to output.</summary>
    internal const string Total = "total";
}
