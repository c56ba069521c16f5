using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Addresses of the sysvars: accounts in which the runtime publishes its own state to programs.</summary>
public static class SysvarIds
{
    /// <summary>The owner of every sysvar account.</summary>
    public static readonly Address Owner = Address.Parse("Sysvar1111111111111111111111111111111111111");

    public static readonly Address Clock = Address.Parse("SysvarC1ock11111111111111111111111111111111");

    public static readonly Address Rent = Address.Parse("SysvarRent111111111111111111111111111111111");

    public static readonly Address EpochSchedule = Address.Parse("SysvarEpochSchedu1e111111111111111111111111");

    public static readonly Address EpochRewards = Address.Parse("SysvarEpochRewards1111111111111111111111111");

    public static readonly Address Fees = Address.Parse("SysvarFees111111111111111111111111111111111");

    public static readonly Address RecentBlockhashes = Address.Parse("SysvarRecentB1ockHashes11111111111111111111");

    public static readonly Address Rewards = Address.Parse("SysvarRewards111111111111111111111111111111");

    public static readonly Address SlotHashes = Address.Parse("SysvarS1otHashes111111111111111111111111111");

    public static readonly Address SlotHistory = Address.Parse("SysvarS1otHistory11111111111111111111111111");

    public static readonly Address StakeHistory = Address.Parse("SysvarStakeHistory1111111111111111111111111");

    public static readonly Address LastRestartSlot = Address.Parse("SysvarLastRestartS1ot1111111111111111111111");

    /// <summary>Built anew for each transaction from its instructions; never stored.</summary>
    public static readonly Address Instructions = Address.Parse("Sysvar1nstructions1111111111111111111111111");
}
