using Xunit;

namespace Velox.Svm.Tests;

/// <summary>What became of a transaction: rejected before it cost anything, or recorded with an outcome.</summary>
internal sealed record SendResult(TransactionError Rejection, TransactionRecord? Record, Block Block)
{
    internal TransactionError Error => Record?.Error ?? Rejection;

    internal IReadOnlyList<string> Log => Record?.LogLines ?? [];

    internal TransactionRecord Expect()
    {
        Assert.True(Record is not null && !Error.IsError, $"{Error}\n{string.Join('\n', Log)}");
        return Record!;
    }

    /// <summary>The transaction is in the block and an instruction of it failed like this.</summary>
    internal void ExpectFailure(InstructionError error, int instruction = 0)
    {
        Assert.NotNull(Record);
        Assert.True(
            TransactionError.AtInstruction(instruction, error) == Error,
            $"expected {error}, got {Error}\n{string.Join('\n', Log)}");
    }

    /// <summary>The transaction never reached a block.</summary>
    internal void ExpectRejection(TransactionErrorKind kind)
    {
        Assert.Null(Record);
        Assert.Equal(kind, Rejection.Kind);
    }

    /// <summary>Some log line contains the text.</summary>
    internal SendResult ExpectLog(string text)
    {
        Assert.Contains(Log, line => line.Contains(text, StringComparison.Ordinal));
        return this;
    }
}
