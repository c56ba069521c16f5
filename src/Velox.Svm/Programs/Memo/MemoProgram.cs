using System.Buffers;
using System.Text.Unicode;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The memo program in C#, at its id: logs a UTF-8 text; every account listed must sign.</summary>
/// <remarks>Source of the rules: solana-program/memo, program/src/processor.rs. Units are a flat price.</remarks>
public sealed class MemoProgram : INativeProgram
{
    public Address Id => ProgramIds.Memo;

    public ulong ComputeUnits => 1_000;

    public InstructionError Execute(InvokeContext context)
    {
        bool isSigned = true;
        for (int i = 0; i < context.AccountCount; i++)
        {
            AccountHandle account = context.Account(i);
            if (account.IsSigner)
                context.Log($"Signed by {account.Address}");
            isSigned &= account.IsSigner;
        }

        if (!isSigned)
            return InstructionErrorKind.MissingRequiredSignature;
        char[] text = new char[context.Data.Length];
        OperationStatus status = Utf8.ToUtf16(
            context.Data, text, out int validBytes, out int charCount, replaceInvalidSequences: false);
        if (status != OperationStatus.Done)
        {
            context.Log($"Invalid UTF-8, from byte {validBytes}");
            return InstructionErrorKind.InvalidInstructionData;
        }

        context.Log($"Memo (len {context.Data.Length}): \"{Escape(new string(text, 0, charCount))}\"");
        return InstructionError.None;
    }

    private static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\t", "\\t", StringComparison.Ordinal)
        .Replace("\0", "\\0", StringComparison.Ordinal);
}
