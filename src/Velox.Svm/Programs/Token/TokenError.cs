namespace Velox.Svm;

/// <summary>
/// The token program's own errors: <see cref="InstructionErrorKind.Custom"/> with the numbers of SPL Token.
/// </summary>
public static class TokenError
{
    public static readonly InstructionError NotRentExempt = InstructionError.Custom(0);
    public static readonly InstructionError InsufficientFunds = InstructionError.Custom(1);
    public static readonly InstructionError InvalidMint = InstructionError.Custom(2);
    public static readonly InstructionError MintMismatch = InstructionError.Custom(3);
    public static readonly InstructionError OwnerMismatch = InstructionError.Custom(4);
    public static readonly InstructionError FixedSupply = InstructionError.Custom(5);
    public static readonly InstructionError AlreadyInUse = InstructionError.Custom(6);
    public static readonly InstructionError InvalidNumberOfProvidedSigners = InstructionError.Custom(7);
    public static readonly InstructionError InvalidNumberOfRequiredSigners = InstructionError.Custom(8);

    /// <summary>Part of the numbering; SPL Token answers UninitializedAccount instead.</summary>
    public static readonly InstructionError UninitializedState = InstructionError.Custom(9);
    public static readonly InstructionError NativeNotSupported = InstructionError.Custom(10);
    public static readonly InstructionError NonNativeHasBalance = InstructionError.Custom(11);
    public static readonly InstructionError InvalidInstruction = InstructionError.Custom(12);
    public static readonly InstructionError InvalidState = InstructionError.Custom(13);
    public static readonly InstructionError Overflow = InstructionError.Custom(14);
    public static readonly InstructionError AuthorityTypeNotSupported = InstructionError.Custom(15);
    public static readonly InstructionError MintCannotFreeze = InstructionError.Custom(16);
    public static readonly InstructionError AccountFrozen = InstructionError.Custom(17);
    public static readonly InstructionError MintDecimalsMismatch = InstructionError.Custom(18);
    public static readonly InstructionError NonNativeNotSupported = InstructionError.Custom(19);

    // By number. Clients look for these texts in the log, so they are SPL Token 3.5.0's to the letter.
    private static readonly string[] Texts =
    [
        "Lamport balance below rent-exempt threshold",
        "insufficient funds",
        "Invalid Mint",
        "Account not associated with this Mint",
        "owner does not match",
        "the total supply of this token is fixed",
        "account or token already in use",
        "Invalid number of provided signers",
        "Invalid number of required signers",
        "State is uninitialized",
        "Instruction does not support native tokens",
        "Non-native account can only be closed if its balance is zero",
        "Invalid instruction",
        "Invalid account state for operation",
        "Operation overflowed",
        "Account does not support specified authority type",
        "This token mint cannot freeze accounts",
        "Account is frozen",
        "decimals different from the Mint decimals",
        "Instruction does not support non-native tokens",
    ];

    /// <summary>
    /// What the program logs after "Error: ", or null for an error that the runtime raises after the program ended: the
    /// program knows nothing of that one.
    /// </summary>
    internal static string? Describe(InstructionError error) => error.Kind switch
    {
        InstructionErrorKind.Custom when error.CustomCode < Texts.Length => Texts[error.CustomCode],
        InstructionErrorKind.InvalidArgument
            or InstructionErrorKind.InvalidAccountData
            or InstructionErrorKind.IncorrectProgramId
            or InstructionErrorKind.MissingRequiredSignature
            or InstructionErrorKind.UninitializedAccount
            or InstructionErrorKind.NotEnoughAccountKeys => error.Kind.ToString(),
        _ => null,
    };
}
