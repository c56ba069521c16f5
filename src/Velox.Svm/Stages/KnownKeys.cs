using System.Collections.Frozen;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>What the runtime itself has to do with an address.</summary>
[Flags]
internal enum KeyRoles
{
    None = 0,

    /// <summary>No transaction may write it: builtins, precompiles, sysvars (Agave reserved-account-keys).</summary>
    Reserved = 1,

    /// <summary>Its instructions are signature checks.</summary>
    Precompile = 2,

    /// <summary>The loader whose programs may change.</summary>
    UpgradeableLoader = 4,

    /// <summary>SPL Token or Token-2022: balances of their accounts are part of a transaction's outcome.</summary>
    TokenProgram = 8,

    /// <summary>The sysvar that is made for each transaction that names it.</summary>
    InstructionsSysvar = 16,
}

/// <summary>The addresses that the runtime itself knows.</summary>
internal static class KnownKeys
{
    private static readonly FrozenDictionary<Address, KeyRoles> Roles = new Dictionary<Address, KeyRoles>(
    [
        .. new[]
        {
            ProgramIds.System, ProgramIds.ComputeBudget, ProgramIds.Vote, ProgramIds.Stake, ProgramIds.Config,
            ProgramIds.FeatureGate, ProgramIds.AddressLookupTable, ProgramIds.NativeLoader,
            ProgramIds.BpfLoaderDeprecated, ProgramIds.BpfLoader, ProgramIds.LoaderV4,
            ProgramIds.StakeConfig, ProgramIds.ZkElGamalProof, ProgramIds.ZkTokenProof, ProgramIds.Book,
            SysvarIds.Owner, SysvarIds.Clock, SysvarIds.Rent, SysvarIds.EpochSchedule, SysvarIds.EpochRewards, SysvarIds.Fees,
            SysvarIds.Rewards, SysvarIds.RecentBlockhashes, SysvarIds.SlotHashes, SysvarIds.SlotHistory, SysvarIds.StakeHistory,
            SysvarIds.LastRestartSlot,
        }.Select(key => KeyValuePair.Create(key, KeyRoles.Reserved)),
        .. Precompile.All.Select(precompile => KeyValuePair.Create(precompile.Id, KeyRoles.Reserved | KeyRoles.Precompile)),
        new(ProgramIds.BpfLoaderUpgradeable, KeyRoles.Reserved | KeyRoles.UpgradeableLoader),
        new(SysvarIds.Instructions, KeyRoles.Reserved | KeyRoles.InstructionsSysvar),
        new(ProgramIds.Token, KeyRoles.TokenProgram),
        new(ProgramIds.Token2022, KeyRoles.TokenProgram),
    ]).ToFrozenDictionary();

    // Whether one of them begins with this byte: most addresses need no further look.
    private static readonly bool[] IsFirstByte = [.. Enumerable.Range(0, 256).Select(value => Roles.Keys.Any(key => key.Span[0] == value))];

    internal static KeyRoles RolesOf(in Address address) =>
        IsFirstByte[address.Span[0]] && Roles.TryGetValue(address, out KeyRoles roles) ? roles : KeyRoles.None;

    /// <summary>Whether no transaction may write it.</summary>
    internal static bool IsReserved(in Address address) => (RolesOf(in address) & KeyRoles.Reserved) != 0;
}
