namespace Velox.Svm;

/// <summary>First field (u32) of the vote program's instruction data, those that run here (vote-interface).</summary>
public enum VoteInstructionTag : uint
{
    InitializeAccount = 0,
    Authorize = 1,
    Withdraw = 3,
    UpdateValidatorIdentity = 4,
    UpdateCommission = 5,
    AuthorizeChecked = 7,
}
