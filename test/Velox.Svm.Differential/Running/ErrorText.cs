namespace Velox.Svm.Differential;

/// <summary>A transaction error as Rust's Debug prints it; empty for success.</summary>
public static class ErrorText
{
    public static string Of(TransactionError error) => error.Kind switch
    {
        TransactionErrorKind.None => "",
        TransactionErrorKind.InstructionError => $"InstructionError({error.Index}, {Of(error.Instruction)})",
        TransactionErrorKind.DuplicateInstruction or TransactionErrorKind.InsufficientFundsForRent
            or TransactionErrorKind.ProgramExecutionTemporarilyRestricted => $"{error.Kind}({error.Index})",
        _ => error.Kind.ToString(),
    };

    private static string Of(InstructionError error) =>
        error.Kind == InstructionErrorKind.Custom ? $"Custom({error.CustomCode})" : error.Kind.ToString();
}
