using System.Text;
using Velox.Svm;

namespace Velox.Node;

/// <summary>The memos of a transaction as Solana lists them: "[length] text", several joined by "; ".</summary>
internal static class MemoText
{
    /// <summary>The memos, or null when there are none.</summary>
    internal static string? Find(TransactionRecord record)
    {
        // Most transactions have no memo: the key list tells without parsing.
        if (!record.AccountKeys.AsSpan().Contains(ProgramIds.Memo))
            return null;
        _ = TransactionView.TryParse(record.Bytes, out TransactionView view);
        var memos = new List<string>();
        for (int i = 0; i < view.InstructionCount; i++)
        {
            InstructionView instruction = view.Instruction(i);
            if (record.AccountKeys[instruction.ProgramIndex] == ProgramIds.Memo)
                memos.Add($"[{instruction.Data.Length}] {Encoding.UTF8.GetString(instruction.Data)}");
        }

        return memos.Count == 0 ? null : string.Join("; ", memos);
    }
}
