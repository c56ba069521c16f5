namespace Velox.Svm;

/// <summary>Why a transaction failed. Numbers are Solana's wire format (solana-sdk transaction-error) plus one; 0 is no error.</summary>
public enum TransactionErrorKind : byte
{
    None,
    AccountInUse,
    AccountLoadedTwice,
    AccountNotFound,
    ProgramAccountNotFound,
    InsufficientFundsForFee,
    InvalidAccountForFee,
    AlreadyProcessed,
    BlockhashNotFound,
    InstructionError,
    CallChainTooDeep,
    MissingSignatureForFee,
    InvalidAccountIndex,
    SignatureFailure,
    InvalidProgramForExecution,
    SanitizeFailure,
    ClusterMaintenance,
    AccountBorrowOutstanding,
    WouldExceedMaxBlockCostLimit,
    UnsupportedVersion,
    InvalidWritableAccount,
    WouldExceedMaxAccountCostLimit,
    WouldExceedAccountDataBlockLimit,
    TooManyAccountLocks,
    AddressLookupTableNotFound,
    InvalidAddressLookupTableOwner,
    InvalidAddressLookupTableData,
    InvalidAddressLookupTableIndex,
    InvalidRentPayingAccount,
    WouldExceedMaxVoteCostLimit,
    WouldExceedAccountDataTotalLimit,
    DuplicateInstruction,
    InsufficientFundsForRent,
    MaxLoadedAccountsDataSizeExceeded,
    InvalidLoadedAccountsDataSizeLimit,
    ResanitizationNeeded,
    ProgramExecutionTemporarilyRestricted,
    UnbalancedTransaction,
    ProgramCacheHitMaxLimit,
    CommitCancelled,
}

/// <summary>A transaction's outcome.</summary>
/// <param name="Kind">What failed; <see cref="TransactionErrorKind.None"/> is success.</param>
/// <param name="Index">The instruction (InstructionError, DuplicateInstruction) or account (InsufficientFundsForRent) concerned.</param>
/// <param name="Instruction">The instruction's error when the kind is InstructionError.</param>
public readonly record struct TransactionError(
    TransactionErrorKind Kind, byte Index = 0, InstructionError Instruction = default)
{
    public static readonly TransactionError None;

    public bool IsError => Kind != TransactionErrorKind.None;

    public static TransactionError AtInstruction(int index, InstructionError error) =>
        new(TransactionErrorKind.InstructionError, (byte)index, error);

    public static implicit operator TransactionError(TransactionErrorKind kind) => new(kind);

    /// <summary>The message Solana's clients show, e.g. "Blockhash not found".</summary>
    public override string ToString() => TransactionErrorText.Describe(this);
}
