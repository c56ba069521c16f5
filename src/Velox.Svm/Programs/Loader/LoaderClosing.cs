namespace Velox.Svm;

/// <summary>Loader v3, Close: takes the lamports of a buffer, of a program's data, or of an account that is neither yet.</summary>
/// <remarks>Accounts: 0 the account, 1 the recipient, 2 its authority (signs; not for an uninitialised one), 3 the program.</remarks>
internal static class LoaderClosing
{
    internal static InstructionError Run(InvokeContext context)
    {
        InstructionError error = context.RequireListed(2);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        if (account.TransactionIndex == context.Account(1).TransactionIndex)
        {
            return context.Refuse(
                "Recipient is the same as the account being closed", InstructionErrorKind.InvalidArgument);
        }

        error = LoaderState.Read(account, out LoaderState state);
        if (!error.IsError)
            error = account.SetDataLength(LoaderState.UninitializedSize);
        if (error.IsError)
            return error;
        return state.Kind switch
        {
            LoaderStateKind.Uninitialized => CloseUninitialized(context, account),
            LoaderStateKind.Buffer => CloseBuffer(context, account, state),
            LoaderStateKind.ProgramData => CloseProgram(context, account, state),
            _ => context.Refuse("Account does not support closing", InstructionErrorKind.InvalidArgument),
        };
    }

    private static InstructionError CloseUninitialized(InvokeContext context, in AccountHandle account)
    {
        InstructionError error = TakeLamports(context, account);
        if (!error.IsError)
            context.LogRaw($"Closed Uninitialized {account.Address}");
        return error;
    }

    private static InstructionError CloseBuffer(InvokeContext context, in AccountHandle buffer, in LoaderState state)
    {
        InstructionError error = context.RequireListed(3);
        if (!error.IsError)
            error = CloseAuthorized(context, buffer, state);
        if (!error.IsError)
            context.LogRaw($"Closed Buffer {buffer.Address}");
        return error;
    }

    private static InstructionError CloseProgram(InvokeContext context, in AccountHandle programData, in LoaderState state)
    {
        InstructionError error = context.RequireListed(4);
        if (error.IsError)
            return error;
        AccountHandle program = context.Account(3);
        if (!program.IsWritable)
            return context.Refuse("Program account is not writable", InstructionErrorKind.InvalidArgument);
        if (!program.IsOwnedByCaller)
            return context.Refuse("Program account not owned by loader", InstructionErrorKind.IncorrectProgramId);
        if (state.Slot == context.Block.Slot)
            return context.Refuse("Program was deployed in this block already", InstructionErrorKind.InvalidArgument);
        error = LoaderState.Read(program, out LoaderState programState);
        if (error.IsError)
            return error;
        if (programState.Kind != LoaderStateKind.Program)
            return context.Refuse("Invalid Program account", InstructionErrorKind.InvalidArgument);
        if (programState.ProgramData != programData.Address)
        {
            return context.Refuse(
                "ProgramData account does not match ProgramData account", InstructionErrorKind.InvalidArgument);
        }

        error = CloseAuthorized(context, programData, state);
        if (!error.IsError)
            context.LogRaw($"Closed Program {program.Address}");
        return error;
    }

    private static InstructionError CloseAuthorized(InvokeContext context, in AccountHandle account, in LoaderState state)
    {
        InstructionError error = LoaderAuthority.Check(
            context, state, 2, "Account is immutable", "Incorrect authority provided", "Authority did not sign");
        if (!error.IsError)
            error = TakeLamports(context, account);
        return error.IsError ? error : default(LoaderState).WriteTo(account);
    }

    private static InstructionError TakeLamports(InvokeContext context, in AccountHandle account)
    {
        InstructionError error = context.Account(1).AddLamports(account.Lamports);
        return error.IsError ? error : account.SetLamports(0);
    }
}
