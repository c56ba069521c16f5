namespace Velox.Svm;

/// <summary>The stake program's custom error codes, those that occur here (stake-interface).</summary>
public enum StakeError : uint
{
    LockupInForce = 1,
    AlreadyDeactivated = 2,
    TooSoonToRedelegate = 3,
    InsufficientStake = 4,
    CustodianMissing = 7,
    CustodianSignatureMissing = 8,
    InsufficientDelegation = 12,
}
