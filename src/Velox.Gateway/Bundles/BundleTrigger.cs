namespace Velox.Gateway;

/// <summary>Why a bundle was closed.</summary>
public enum BundleTrigger
{
    /// <summary>It holds <see cref="BundleBuilder.MaxMessages"/> messages.</summary>
    Size,

    /// <summary>Its first message came in <see cref="BundleBuilder.MaxAgeNanos"/> ago.</summary>
    Age,

    /// <summary>The door is closed: nothing more can come.</summary>
    Drain,
}
