namespace Velox.Svm;

/// <summary>First field (u32) of the system program's instruction data (solana-sdk, <c>system-interface</c>).</summary>
public enum SystemInstructionTag : uint
{
    CreateAccount = 0,
    Assign = 1,
    Transfer = 2,
    CreateAccountWithSeed = 3,
    AdvanceNonceAccount = 4,
    WithdrawNonceAccount = 5,
    InitializeNonceAccount = 6,
    AuthorizeNonceAccount = 7,
    Allocate = 8,
    AllocateWithSeed = 9,
    AssignWithSeed = 10,
    TransferWithSeed = 11,
    UpgradeNonceAccount = 12,
    CreateAccountAllowPrefund = 13,
}
