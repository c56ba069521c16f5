namespace Velox.Svm;

/// <summary>The system program's custom error codes (solana-sdk, system-interface).</summary>
public enum SystemError : uint
{
    AccountAlreadyInUse = 0,
    ResultWithNegativeLamports = 1,
    InvalidProgramId = 2,
    InvalidAccountDataLength = 3,
    MaxSeedLengthExceeded = 4,
    AddressWithSeedMismatch = 5,
    NonceNoRecentBlockhashes = 6,
    NonceBlockhashNotExpired = 7,
    NonceUnexpectedBlockhashValue = 8,
}
