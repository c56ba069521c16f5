using System.Collections.Frozen;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Keys that no transaction may write: builtins, precompiles, sysvars (Agave reserved-account-keys).</summary>
public static class ReservedKeys
{
    private static readonly FrozenSet<Address> Keys = new[]
    {
        ProgramIds.System, ProgramIds.ComputeBudget, ProgramIds.Vote, ProgramIds.Stake, ProgramIds.Config,
        ProgramIds.FeatureGate, ProgramIds.AddressLookupTable, ProgramIds.Ed25519Precompile,
        ProgramIds.Secp256k1Precompile, ProgramIds.Secp256r1Precompile, ProgramIds.NativeLoader,
        ProgramIds.BpfLoaderDeprecated, ProgramIds.BpfLoader, ProgramIds.BpfLoaderUpgradeable, ProgramIds.LoaderV4,
        ProgramIds.StakeConfig, ProgramIds.ZkElGamalProof, ProgramIds.ZkTokenProof, ProgramIds.Book,
        SysvarIds.Owner, SysvarIds.Clock, SysvarIds.Rent, SysvarIds.EpochSchedule, SysvarIds.EpochRewards, SysvarIds.Fees,
        SysvarIds.Rewards,
        SysvarIds.RecentBlockhashes, SysvarIds.SlotHashes, SysvarIds.SlotHistory, SysvarIds.StakeHistory,
        SysvarIds.LastRestartSlot, SysvarIds.Instructions,
    }.ToFrozenSet();

    // Whether one of them begins with this byte: most addresses need no further look.
    private static readonly bool[] IsFirstByte = [.. Enumerable.Range(0, 256).Select(value => Keys.Any(key => key.Span[0] == value))];

    public static bool Contains(in Address address) => IsFirstByte[address.Span[0]] && Keys.Contains(address);
}
