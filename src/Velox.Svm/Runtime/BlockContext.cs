using Velox.Primitives;

namespace Velox.Svm;

/// <summary>What execution may know of the block under construction: the only time there is.</summary>
/// <param name="Slot">The block's slot.</param>
/// <param name="UnixTimestamp">Seconds since 1970, as the block states them.</param>
public sealed record BlockContext(ulong Slot, long UnixTimestamp)
{
    /// <summary>Slots in an epoch, as on every Solana network.</summary>
    public const ulong SlotsPerEpoch = 432_000;

    public ulong Epoch => Slot / SlotsPerEpoch;

    /// <summary>Which feature gates are on.</summary>
    public FeatureSet Features { get; init; } = FeatureSet.Mainnet;

    /// <summary>The sysvars as programs read them in this block.</summary>
    public SysvarCache Sysvars { get; init; } = SysvarCache.Empty;

    /// <summary>Hash of the last finished block: what durable nonces advance to.</summary>
    public Hash256 LastBlockhash { get; init; }
}
