using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Checks that builtin programs share, with the errors that Agave 4.3 gives them.</summary>
internal static class ProgramChecks
{
    /// <summary>Logs why, as builtins do without a prefix, and returns the error.</summary>
    internal static InstructionError Refuse(this InvokeContext context, string line, InstructionErrorKind error)
    {
        context.LogRaw(line);
        return error;
    }

    /// <summary>MissingAccount unless the instruction lists at least so many accounts (transaction-context, instruction.rs).</summary>
    internal static InstructionError RequireListed(this InvokeContext context, int count) =>
        context.AccountCount < count ? InstructionErrorKind.MissingAccount : InstructionError.None;

    /// <summary>The sysvar must be the listed account. Errors: MissingAccount, InvalidArgument (sysvar_cache.rs).</summary>
    internal static InstructionError RequireSysvar(this InvokeContext context, int index, Address sysvar)
    {
        InstructionError error = context.RequireListed(index + 1);
        if (error.IsError)
            return error;
        return context.Account(index).Address == sysvar ? InstructionError.None : InstructionErrorKind.InvalidArgument;
    }

    /// <summary>The clock of this block. Error: UnsupportedSysvar, there is none.</summary>
    internal static InstructionError ReadClock(this InvokeContext context, out ClockSysvar clock)
    {
        bool exists = context.Block.Sysvars.TryGet(SysvarIds.Clock, out ReadOnlySpan<byte> data) && data.Length >= Sysvars.ClockSize;
        clock = exists ? ClockSysvar.Read(data) : default;
        return exists ? InstructionError.None : InstructionErrorKind.UnsupportedSysvar;
    }

    /// <summary>Agave cannot hold an account twice at a time: AccountBorrowFailed where two handles are of one account.</summary>
    internal static InstructionError RequireDistinct(in AccountHandle held, in AccountHandle other) =>
        held.TransactionIndex == other.TransactionIndex ? InstructionErrorKind.AccountBorrowFailed : InstructionError.None;

    /// <summary>Brings an account to a balance. Errors: ExternalAccountLamportSpend, ReadonlyLamportChange.</summary>
    internal static InstructionError SetLamports(this in AccountHandle account, ulong lamports) =>
        lamports > account.Lamports
            ? account.AddLamports(lamports - account.Lamports)
            : account.SubtractLamports(account.Lamports - lamports);
}
