namespace Velox.Svm;

/// <summary>Loader v3, ExtendProgram: more room for a program's code, for whoever pays for it.</summary>
/// <remarks>
/// Accounts: 0 program data, 1 program, and where lamports are missing 2 system program, 3 payer (signs).
/// </remarks>
internal static class LoaderExtension
{
    /// <summary>Least bytes of an extension that does not go to the limit (SIMD-0431).</summary>
    internal const uint MinAdditionalBytes = 10_240;

    internal static InstructionError Run(InvokeContext context, uint additionalBytes)
    {
        if (additionalBytes == 0)
        {
            return context.Refuse(
                "Additional bytes must be greater than 0", InstructionErrorKind.InvalidInstructionData);
        }

        InstructionError error = CheckAccounts(context);
        if (error.IsError)
            return error;
        AccountHandle programData = context.Account(0);
        LoaderState state = default;
        error = CheckLength(context, programData.DataLength, additionalBytes);
        if (!error.IsError)
            error = CheckState(context, programData, out state);
        if (error.IsError)
            return error;

        int length = programData.DataLength + (int)additionalBytes;
        error = Pay(context, programData, length);
        if (!error.IsError)
            error = programData.SetDataLength(length);
        if (!error.IsError)
        {
            // What could be deployed once may be extended: old versions of sBPF are taken here for ever.
            error = ProgramDeployment.Check(
                context, programData.Data[LoaderState.ProgramDataHeadSize..], isExtension: true);
        }

        if (!error.IsError)
            error = LoaderState.OfProgramData(context.Block.Slot, state.Authority).WriteTo(programData);
        if (!error.IsError)
            context.LogRaw($"Extended ProgramData account by {additionalBytes} bytes");
        return error;
    }

    private static InstructionError CheckAccounts(InvokeContext context)
    {
        InstructionError error = context.RequireListed(1);
        if (error.IsError)
            return error;
        AccountHandle programData = context.Account(0);
        if (!programData.IsOwnedByCaller)
            return context.Refuse("ProgramData owner is invalid", InstructionErrorKind.InvalidAccountOwner);
        if (!programData.IsWritable)
            return context.Refuse("ProgramData is not writable", InstructionErrorKind.InvalidArgument);
        error = context.RequireListed(2);
        if (error.IsError)
            return error;
        AccountHandle program = context.Account(1);
        error = ProgramChecks.RequireDistinct(programData, program);
        if (error.IsError)
            return error;
        if (!program.IsWritable)
            return context.Refuse("Program account is not writable", InstructionErrorKind.InvalidArgument);
        if (!program.IsOwnedByCaller)
            return context.Refuse("Program account not owned by loader", InstructionErrorKind.InvalidAccountOwner);
        error = LoaderState.Read(program, out LoaderState state);
        if (error.IsError)
            return error;
        if (state.Kind != LoaderStateKind.Program)
            return context.Refuse("Invalid Program account", InstructionErrorKind.InvalidAccountData);
        return state.ProgramData == programData.Address
            ? InstructionError.None
            : context.Refuse("Program account does not match ProgramData account", InstructionErrorKind.InvalidArgument);
    }

    private static InstructionError CheckLength(InvokeContext context, int length, uint additionalBytes)
    {
        long newLength = (long)length + additionalBytes;
        if (newLength > AccountHandle.MaxDataLength)
        {
            return context.Refuse(
                $"Extended ProgramData length of {newLength} bytes exceeds max account data length of "
                    + $"{AccountHandle.MaxDataLength} bytes",
                InstructionErrorKind.InvalidRealloc);
        }

        bool isTooLittle = additionalBytes < MinAdditionalBytes && newLength != AccountHandle.MaxDataLength;
        return isTooLittle && context.Block.Features.Runtime.LoaderV3MinimumExtendProgramSize
            ? context.Refuse(
                $"ExtendProgram requires a minimum of {MinAdditionalBytes} additional bytes or to extend to maximum size, "
                    + $"but only {additionalBytes} were requested",
                InstructionErrorKind.InvalidArgument)
            : InstructionError.None;
    }

    private static InstructionError CheckState(InvokeContext context, in AccountHandle programData, out LoaderState state)
    {
        InstructionError error = LoaderState.Read(programData, out state);
        if (error.IsError)
            return error;
        if (state.Kind != LoaderStateKind.ProgramData)
            return context.Refuse("ProgramData state is invalid", InstructionErrorKind.InvalidAccountData);
        if (state.Slot == context.Block.Slot)
            return context.Refuse("Program was extended in this block already", InstructionErrorKind.InvalidArgument);
        return state.Authority is null
            ? context.Refuse("Cannot extend ProgramData accounts that are not upgradeable", InstructionErrorKind.Immutable)
            : InstructionError.None;
    }

    private static InstructionError Pay(InvokeContext context, in AccountHandle programData, int length)
    {
        ulong required = Rent.MinimumBalance(length);
        if (programData.Lamports >= required)
            return InstructionError.None;
        const int payerIndex = 3;
        InstructionError error = context.RequireListed(payerIndex + 1);
        return error.IsError
            ? error
            : context.Invoke(SystemInstructions.Transfer(
                context.Account(payerIndex).Address, programData.Address, required - programData.Lamports));
    }
}
