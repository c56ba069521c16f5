namespace Velox.Svm;

/// <summary>Why bytes are no acceptable transaction. <see cref="WireErrors.Describe"/> gives the sentence.</summary>
public enum WireError : byte
{
    None = 0,

    /// <summary>The bytes end inside a field.</summary>
    Truncated,

    /// <summary>Bytes follow the last field.</summary>
    TrailingBytes,

    /// <summary>
    /// More than <see cref="WireLimits.MaxTransactionBytes"/> bytes, or <see cref="WireLimits.MaxVersion1Bytes"/> of version 1.
    /// </summary>
    TransactionTooLarge,

    /// <summary>Neither legacy nor v0 nor v1.</summary>
    UnsupportedVersion,

    /// <summary>A list length is not a compact-u16 in its shortest form, or exceeds 65,535.</summary>
    InvalidCompactU16,

    /// <summary>No signature at all.</summary>
    NoSignatures,

    /// <summary>More than <see cref="WireLimits.MaxSignatures"/> signatures.</summary>
    TooManySignatures,

    /// <summary>The header requires another number of signatures than the transaction carries.</summary>
    SignatureCountMismatch,

    /// <summary>All signers are read-only: nobody can pay the fee.</summary>
    FeePayerNotWritable,

    /// <summary>More read-only unsigned accounts than unsigned static keys.</summary>
    TooManyReadonlyUnsigned,

    /// <summary>Fewer static keys than required signatures.</summary>
    TooFewStaticKeys,

    /// <summary>
    /// More than <see cref="WireLimits.MaxStaticKeys"/> static keys, or <see cref="WireLimits.MaxVersion1Accounts"/> of version 1.
    /// </summary>
    TooManyStaticKeys,

    /// <summary>More than <see cref="WireLimits.MaxAccounts"/> accounts, looked-up ones included.</summary>
    TooManyAccounts,

    /// <summary>More than <see cref="WireLimits.MaxInstructions"/> instructions.</summary>
    TooManyInstructions,

    /// <summary>More than <see cref="WireLimits.MaxInstructionAccounts"/> account indexes in one instruction.</summary>
    TooManyInstructionAccounts,

    /// <summary>A program index is 0 (the fee payer) or no static key.</summary>
    InvalidProgramIndex,

    /// <summary>An account index is not below the number of accounts.</summary>
    InvalidAccountIndex,

    /// <summary>More than <see cref="WireLimits.MaxLookups"/> address table lookups.</summary>
    TooManyLookups,

    /// <summary>An address table lookup selects no address.</summary>
    EmptyLookup,

    /// <summary>An unknown bit in a v1 configuration mask, or one of the two of the priority fee without the other.</summary>
    InvalidConfigMask,

    /// <summary>A v1 heap size that is not 32 to 256 KiB or no multiple of 1,024.</summary>
    InvalidHeapSize,
}
