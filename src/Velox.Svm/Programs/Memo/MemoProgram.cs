using System.Text.Unicode;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The memo program in C#, at its id: logs a UTF-8 text; every account listed must sign.</summary>
/// <remarks>Source of the rules: solana-program/memo 4.0, program/src/entrypoint.rs. Units are a flat price.</remarks>
public sealed class MemoProgram : INativeProgram
{
    public Address Id => ProgramIds.Memo;

    public ulong ComputeUnits => 1_000;

    public InstructionError Execute(InvokeContext context)
    {
        if (context.AccountCount > 0 && !LogSigners(context))
            return InstructionErrorKind.MissingRequiredSignature;
        context.Log($"Memo (len {context.Data.Length})");
        if (!Utf8.IsValid(context.Data))
            return context.Fault(LogSyscalls.DescribeInvalid(context.Data));
        context.LogUtf8(context.Data);
        return InstructionError.None;
    }

    /// <summary>Logs who signed; whether all did. An account that is listed again is not looked at again.</summary>
    private static bool LogSigners(InvokeContext context)
    {
        context.Log("Signed by:");
        bool areAllSigned = true;
        for (int i = 0; i < context.AccountCount; i++)
        {
            AccountHandle account = context.Account(i);
            if (context.Frame.PositionOf(account.TransactionIndex) != i)
                continue;
            if (account.IsSigner)
                context.Log(account.Address.ToString());
            areAllSigned &= account.IsSigner;
        }

        return areAllSigned;
    }
}
