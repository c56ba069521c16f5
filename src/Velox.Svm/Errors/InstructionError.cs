namespace Velox.Svm;

/// <summary>Why an instruction failed. Numbers are Solana's wire format (solana-sdk instruction-error); 0 is no error here.</summary>
/// <remarks>The wire index is this value minus one.</remarks>
public enum InstructionErrorKind : byte
{
    None,
    GenericError,
    InvalidArgument,
    InvalidInstructionData,
    InvalidAccountData,
    AccountDataTooSmall,
    InsufficientFunds,
    IncorrectProgramId,
    MissingRequiredSignature,
    AccountAlreadyInitialized,
    UninitializedAccount,
    UnbalancedInstruction,
    ModifiedProgramId,
    ExternalAccountLamportSpend,
    ExternalAccountDataModified,
    ReadonlyLamportChange,
    ReadonlyDataModified,
    DuplicateAccountIndex,
    ExecutableModified,
    RentEpochModified,
    NotEnoughAccountKeys,
    AccountDataSizeChanged,
    AccountNotExecutable,
    AccountBorrowFailed,
    AccountBorrowOutstanding,
    DuplicateAccountOutOfSync,
    Custom,
    InvalidError,
    ExecutableDataModified,
    ExecutableLamportChange,
    ExecutableAccountNotRentExempt,
    UnsupportedProgramId,
    CallDepth,
    MissingAccount,
    ReentrancyNotAllowed,
    MaxSeedLengthExceeded,
    InvalidSeeds,
    InvalidRealloc,
    ComputationalBudgetExceeded,
    PrivilegeEscalation,
    ProgramEnvironmentSetupFailure,
    ProgramFailedToComplete,
    ProgramFailedToCompile,
    Immutable,
    IncorrectAuthority,
    BorshIoError,
    AccountNotRentExempt,
    InvalidAccountOwner,
    ArithmeticOverflow,
    UnsupportedSysvar,
    IllegalOwner,
    MaxAccountsDataAllocationsExceeded,
    MaxAccountsExceeded,
    MaxInstructionTraceLengthExceeded,
    BuiltinProgramsMustConsumeComputeUnits,
}

/// <summary>An instruction's outcome: no error, one of Solana's kinds, or a program's own number.</summary>
/// <param name="Kind">What failed; <see cref="InstructionErrorKind.None"/> is success.</param>
/// <param name="CustomCode">The program's number when the kind is <see cref="InstructionErrorKind.Custom"/>, else 0.</param>
public readonly record struct InstructionError(InstructionErrorKind Kind, uint CustomCode = 0)
{
    public static readonly InstructionError None;

    public bool IsError => Kind != InstructionErrorKind.None;

    public static InstructionError Custom(uint code) => new(InstructionErrorKind.Custom, code);

    public static implicit operator InstructionError(InstructionErrorKind kind) => new(kind);

    /// <summary>The text that follows "failed: " in a program's log, worded as Solana words it.</summary>
    public override string ToString() => InstructionErrorText.Describe(this);
}
