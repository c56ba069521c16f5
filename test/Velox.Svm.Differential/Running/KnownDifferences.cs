namespace Velox.Svm.Differential;

/// <summary>Differences that are LiteSVM's own, each with its reason. Each rule is as narrow as the reason.</summary>
public static class KnownDifferences
{
    private static readonly string[] BeforeSignatures =
    [
        "AccountLoadedTwice", "TooManyAccountLocks", "AddressLookupTableNotFound", "InvalidAddressLookupTableOwner",
        "InvalidAddressLookupTableData", "InvalidAddressLookupTableIndex",
    ];

    /// <summary>Why the outcomes may differ; null when they may not.</summary>
    public static string? Explain(SendStep step, Outcome theirs)
    {
        // LiteSVM looks at locks and lookup tables while it sanitises, and at signatures after that; Agave's signature stage
        // is the first. Either way the transaction is refused.
        if (step.Ours.Error == "SignatureFailure" && BeforeSignatures.Contains(theirs.Error))
            return $"{theirs.Error} before the signatures are checked";

        // It also resolves tables before it reads the compute budget; Agave reads that with the message.
        bool isBudgetRefused = step.Ours.Logs.Count == 0 && (step.Ours.Error.StartsWith("DuplicateInstruction", StringComparison.Ordinal)
            || step.Ours.Error.EndsWith("InvalidInstructionData)", StringComparison.Ordinal));
        return isBudgetRefused && BeforeSignatures.Contains(theirs.Error)
            ? $"{theirs.Error} before the compute budget is read"
            : null;
    }
}
