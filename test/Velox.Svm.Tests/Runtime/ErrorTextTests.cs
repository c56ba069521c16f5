using Xunit;

namespace Velox.Svm.Tests;

public sealed class ErrorTextTests
{
    [Theory]
    [InlineData(InstructionErrorKind.GenericError, "generic instruction error")]
    [InlineData(InstructionErrorKind.InvalidInstructionData, "invalid instruction data")]
    [InlineData(InstructionErrorKind.MissingRequiredSignature, "missing required signature for instruction")]
    [InlineData(InstructionErrorKind.CallDepth, "Cross-program invocation call depth too deep")]
    [InlineData(
        InstructionErrorKind.BuiltinProgramsMustConsumeComputeUnits, "Builtin programs must consume compute units")]
    public void An_instruction_error_reads_as_in_Solana(InstructionErrorKind kind, string text) =>
        Assert.Equal(text, new InstructionError(kind).ToString());

    [Theory]
    [InlineData(0u, "custom program error: 0x0")]
    [InlineData(1u, "custom program error: 0x1")]
    [InlineData(uint.MaxValue, "custom program error: 0xffffffff")]
    public void A_custom_error_is_hexadecimal(uint code, string text) =>
        Assert.Equal(text, InstructionError.Custom(code).ToString());

    [Theory]
    [InlineData(TransactionErrorKind.BlockhashNotFound, "Blockhash not found")]
    [InlineData(TransactionErrorKind.AlreadyProcessed, "This transaction has already been processed")]
    [InlineData(
        TransactionErrorKind.AccountNotFound, "Attempt to debit an account but found no record of a prior credit.")]
    [InlineData(TransactionErrorKind.SanitizeFailure, "Transaction failed to sanitize accounts offsets correctly")]
    [InlineData(TransactionErrorKind.CommitCancelled, "CommitCancelled")]
    public void A_transaction_error_reads_as_in_Solana(TransactionErrorKind kind, string text) =>
        Assert.Equal(text, new TransactionError(kind).ToString());

    [Fact]
    public void An_error_with_an_index_names_it()
    {
        Assert.Equal(
            "Error processing Instruction 3: custom program error: 0x2a",
            TransactionError.AtInstruction(3, InstructionError.Custom(42)).ToString());
        Assert.Equal(
            "Transaction contains a duplicate instruction (2) that is not allowed",
            new TransactionError(TransactionErrorKind.DuplicateInstruction, 2).ToString());
        Assert.Equal(
            "Execution of the program referenced by account at index 9 is temporarily restricted.",
            new TransactionError(TransactionErrorKind.ProgramExecutionTemporarilyRestricted, 9).ToString());
    }

    [Fact]
    public void No_error_is_without_words_of_its_own()
    {
        string[] instructionTexts = [.. Enum.GetValues<InstructionErrorKind>().Select(
            kind => new InstructionError(kind).ToString())];
        string[] transactionTexts = [.. Enum.GetValues<TransactionErrorKind>().Select(
            kind => new TransactionError(kind).ToString())];

        Assert.Equal(55, instructionTexts.Distinct().Count());
        Assert.Equal(40, transactionTexts.Distinct().Count());
        Assert.DoesNotContain(
            [.. instructionTexts, .. transactionTexts], text => text.StartsWith("unknown", StringComparison.Ordinal));
    }
}
