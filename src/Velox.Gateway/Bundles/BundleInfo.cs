using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>What a bundle's receiver may want to know without reading the transaction.</summary>
/// <param name="Market">The market that the messages are for.</param>
/// <param name="SessionKey">The signer.</param>
/// <param name="MessageCount">1 to <see cref="BundleBuilder.MaxMessages"/>.</param>
/// <param name="FirstIngressNanos">When its first message came in, on the door's clock.</param>
/// <param name="Trigger">Why it was closed.</param>
public readonly record struct BundleInfo(
    Address Market, Address SessionKey, int MessageCount, long FirstIngressNanos, BundleTrigger Trigger);
