using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Loader v3: who may change a buffer or a program, and handing that on.</summary>
internal static class LoaderAuthority
{
    /// <summary>SetAuthority: 0 the account, 1 its authority (signs), 2 the new one; without it a program becomes immutable.</summary>
    internal static InstructionError Set(InvokeContext context)
    {
        InstructionError error = context.RequireListed(2);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        Address? next = context.AccountCount > 2 ? context.Account(2).Address : null;
        error = LoaderState.Read(account, out LoaderState state);
        if (error.IsError)
            return error;

        if (state.Kind == LoaderStateKind.Buffer && next is null)
            return context.Refuse("Buffer authority is not optional", InstructionErrorKind.IncorrectAuthority);
        error = CheckPresent(context, state);
        if (error.IsError)
            return error;
        if (state.Kind == LoaderStateKind.ProgramData && next is null && IsOldProgram(context, account))
            return InstructionErrorKind.InvalidAccountData;
        error = Write(account, state, next);
        if (!error.IsError)
            context.LogRaw($"New authority {(next is { } address ? $"Some({address})" : "None")}");
        return error;
    }

    /// <summary>SetAuthorityChecked: as SetAuthority, but there must be a new authority and it signs too.</summary>
    internal static InstructionError SetChecked(InvokeContext context)
    {
        if (!context.Block.Features.Runtime.EnableBpfLoaderSetAuthorityCheckedIx)
            return InstructionErrorKind.InvalidInstructionData;
        InstructionError error = context.RequireListed(3);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        AccountHandle next = context.Account(2);
        error = LoaderState.Read(account, out LoaderState state);
        if (!error.IsError)
            error = CheckPresent(context, state);
        if (error.IsError)
            return error;
        if (!next.IsSigner)
            return context.Refuse("New authority did not sign", InstructionErrorKind.MissingRequiredSignature);
        error = Write(account, state, next.Address);
        if (!error.IsError)
            context.LogRaw($"New authority {next.Address}");
        return error;
    }

    /// <summary>Account 1 is the buffer's authority, and signed.</summary>
    internal static InstructionError CheckBuffer(InvokeContext context, in LoaderState state) =>
        Check(context, state, 1, "Buffer is immutable", "Incorrect buffer authority provided", "Buffer authority did not sign");

    /// <summary>An account of the instruction is the program data's authority, and signed.</summary>
    internal static InstructionError CheckProgramData(InvokeContext context, in LoaderState state, int index) =>
        Check(
            context, state, index,
            "Program not upgradeable", "Incorrect upgrade authority provided", "Upgrade authority did not sign");

    internal static InstructionError Check(
        InvokeContext context, in LoaderState state, int index, string immutable, string incorrect, string unsigned)
    {
        if (state.Authority is not { } authority)
            return context.Refuse(immutable, InstructionErrorKind.Immutable);
        AccountHandle account = context.Account(index);
        if (account.Address != authority)
            return context.Refuse(incorrect, InstructionErrorKind.IncorrectAuthority);
        return account.IsSigner
            ? InstructionError.None
            : context.Refuse(unsigned, InstructionErrorKind.MissingRequiredSignature);
    }

    private static InstructionError CheckPresent(InvokeContext context, in LoaderState state) => state.Kind switch
    {
        LoaderStateKind.Buffer => CheckBuffer(context, state),
        LoaderStateKind.ProgramData => CheckProgramData(context, state, 1),
        _ => context.Refuse("Account does not support authorities", InstructionErrorKind.InvalidArgument),
    };

    private static InstructionError Write(in AccountHandle account, in LoaderState state, Address? authority) =>
        (state.Kind == LoaderStateKind.Buffer
            ? LoaderState.OfBuffer(authority)
            : LoaderState.OfProgramData(state.Slot, authority)).WriteTo(account);

    // Once sBPF V0 to V2 cannot be deployed any more, what has them must stay changeable.
    private static bool IsOldProgram(InvokeContext context, in AccountHandle programData)
    {
        const int shortest = LoaderState.ProgramDataHeadSize + ProgramDeployment.FlagsEnd;
        return context.Block.Features.Runtime.DisableSbpfV0V1V2Deployment
            && programData.DataLength >= shortest
            && ProgramDeployment.SbpfVersionOf(programData.Data[LoaderState.ProgramDataHeadSize..])
                < ProgramDeployment.FirstStrictVersion;
    }
}
