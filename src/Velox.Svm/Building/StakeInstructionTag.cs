namespace Velox.Svm;

/// <summary>First field (u32) of the stake program's instruction data (stake-interface).</summary>
public enum StakeInstructionTag : uint
{
    Initialize = 0,
    Authorize = 1,
    DelegateStake = 2,
    Split = 3,
    Withdraw = 4,
    Deactivate = 5,
    SetLockup = 6,
    Merge = 7,
    AuthorizeWithSeed = 8,
    InitializeChecked = 9,
    AuthorizeChecked = 10,
    AuthorizeCheckedWithSeed = 11,
    SetLockupChecked = 12,
    GetMinimumDelegation = 13,
    DeactivateDelinquent = 14,
    Redelegate = 15,
    MoveStake = 16,
    MoveLamports = 17,
}
