namespace Velox.Svm;

/// <summary>Text for <see cref="WireError"/>.</summary>
public static class WireErrors
{
    /// <summary>A sentence that names the field and its bound.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of <see cref="WireError"/>.</exception>
    public static string Describe(WireError error) => error switch
    {
        WireError.None => "No error.",
        WireError.Truncated => "The transaction ends inside a field.",
        WireError.TrailingBytes => "Bytes follow the last field of the transaction.",
        WireError.TransactionTooLarge =>
            $"The transaction is larger than {WireLimits.MaxTransactionBytes} bytes, or {WireLimits.MaxVersion1Bytes} of version 1.",
        WireError.UnsupportedVersion => "The transaction version is not supported: expected legacy, 0 or 1.",
        WireError.InvalidCompactU16 =>
            "A list length is not a compact-u16 in its shortest form (1 to 3 bytes, at most 65535).",
        WireError.NoSignatures => "The signature count is 0: at least 1 is required.",
        WireError.TooManySignatures => $"The signature count is above {WireLimits.MaxSignatures}.",
        WireError.SignatureCountMismatch =>
            "The signature count differs from the header's number of required signatures.",
        WireError.FeePayerNotWritable =>
            "The header's read-only signed count is not below its number of required signatures.",
        WireError.TooManyReadonlyUnsigned =>
            "The header's read-only unsigned count is above the number of unsigned static keys.",
        WireError.TooFewStaticKeys => "The static key count is below the number of required signatures.",
        WireError.TooManyStaticKeys =>
            $"The static key count is above {WireLimits.MaxStaticKeys}, or {WireLimits.MaxVersion1Accounts} of version 1.",
        WireError.TooManyAccounts =>
            $"The account count, looked-up accounts included, is above {WireLimits.MaxAccounts}.",
        WireError.TooManyInstructions => $"The instruction count is above {WireLimits.MaxInstructions}.",
        WireError.TooManyInstructionAccounts =>
            $"An instruction has more than {WireLimits.MaxInstructionAccounts} account indexes.",
        WireError.InvalidProgramIndex =>
            "A program index is 0 (the fee payer) or not below the static key count.",
        WireError.InvalidAccountIndex => "An account index is not below the account count.",
        WireError.TooManyLookups => $"The address table lookup count is above {WireLimits.MaxLookups}.",
        WireError.EmptyLookup => "An address table lookup has neither writable nor read-only indexes.",
        WireError.InvalidConfigMask =>
            "The configuration mask has an unknown bit, or one of the two priority fee bits without the other.",
        WireError.InvalidHeapSize =>
            $"The heap size is not {ComputeBudget.MinHeapBytes} to {ComputeBudget.MaxHeapBytes} bytes, a multiple of 1024.",
        _ => throw new ArgumentOutOfRangeException(nameof(error), error, "Not a wire error."),
    };
}
