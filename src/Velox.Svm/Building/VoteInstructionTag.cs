namespace Velox.Svm;

/// <summary>First field (u32) of the vote program's instruction data (vote-interface).</summary>
public enum VoteInstructionTag : uint
{
    InitializeAccount = 0,
    Authorize = 1,
    Vote = 2,
    Withdraw = 3,
    UpdateValidatorIdentity = 4,
    UpdateCommission = 5,
    VoteSwitch = 6,
    AuthorizeChecked = 7,
    UpdateVoteState = 8,
    UpdateVoteStateSwitch = 9,
    AuthorizeWithSeed = 10,
    AuthorizeCheckedWithSeed = 11,
    CompactUpdateVoteState = 12,
    CompactUpdateVoteStateSwitch = 13,
    TowerSync = 14,
    TowerSyncSwitch = 15,
    InitializeAccountV2 = 16,
    UpdateCommissionCollector = 17,
    UpdateCommissionBps = 18,
    DepositDelegatorRewards = 19,
}
