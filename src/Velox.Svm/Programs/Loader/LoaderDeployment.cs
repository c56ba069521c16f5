using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Loader v3, DeployWithMaxDataLen: makes a program of a buffer.</summary>
/// <remarks>
/// Accounts: 0 payer (signs), 1 program data to be made, 2 program account, 3 buffer, 4 rent, 5 clock, 6 system program,
/// 7 authority (signs).
/// </remarks>
internal static class LoaderDeployment
{
    internal static InstructionError Run(InvokeContext context, ulong maxDataLength)
    {
        InstructionError error = CheckAccounts(context);
        if (error.IsError)
            return error;
        AccountHandle payer = context.Account(0);
        AccountHandle programData = context.Account(1);
        AccountHandle program = context.Account(2);
        AccountHandle buffer = context.Account(3);
        AccountHandle authority = context.Account(7);
        error = CheckProgram(context, program);
        if (!error.IsError)
            error = LoaderBuffer.Check(context, buffer, authority);
        if (!error.IsError)
            error = CheckLength(context, buffer, maxDataLength);
        if (error.IsError)
            return error;

        if (LoaderState.ProgramDataAddress(program.Address) != programData.Address)
            return context.Refuse("ProgramData address is not derived", InstructionErrorKind.InvalidArgument);

        error = CreateProgramData(context, payer, programData, buffer, (int)maxDataLength);
        if (!error.IsError)
            error = ProgramDeployment.Check(context, LoaderBuffer.Elf(buffer));
        if (!error.IsError)
            error = WriteProgramData(context.Block.Slot, programData, buffer, authority.Address);
        if (!error.IsError)
            error = LoaderState.OfProgram(programData.Address).WriteTo(program);
        if (!error.IsError)
            error = program.SetExecutable(true);
        if (!error.IsError)
            context.LogRaw($"Deployed program {program.Address}");
        return error;
    }

    private static InstructionError CheckAccounts(InvokeContext context)
    {
        InstructionError error = context.RequireListed(4);
        if (!error.IsError)
            error = context.RequireSysvar(4, SysvarIds.Rent);
        if (!error.IsError)
            error = context.RequireSysvar(5, SysvarIds.Clock);
        return error.IsError ? error : context.RequireListed(8);
    }

    private static InstructionError CheckProgram(InvokeContext context, in AccountHandle program)
    {
        InstructionError error = LoaderState.Read(program, out LoaderState state);
        if (error.IsError)
            return error;
        if (state.Kind != LoaderStateKind.Uninitialized)
            return context.Refuse("Program account already initialized", InstructionErrorKind.AccountAlreadyInitialized);
        if (program.DataLength < LoaderState.ProgramSize)
            return context.Refuse("Program account too small", InstructionErrorKind.AccountDataTooSmall);
        return program.Lamports < Rent.MinimumBalance(program.DataLength)
            ? context.Refuse("Program account not rent-exempt", InstructionErrorKind.ExecutableAccountNotRentExempt)
            : InstructionError.None;
    }

    private static InstructionError CheckLength(InvokeContext context, in AccountHandle buffer, ulong maxDataLength)
    {
        if (maxDataLength < (ulong)(buffer.DataLength - LoaderState.BufferHeadSize))
            return context.Refuse("Max data length is too small to hold Buffer data", InstructionErrorKind.AccountDataTooSmall);
        const ulong limit = AccountHandle.MaxDataLength - LoaderState.ProgramDataHeadSize;
        return maxDataLength > limit
            ? context.Refuse("Max data length is too large", InstructionErrorKind.InvalidArgument)
            : InstructionError.None;
    }

    /// <summary>The buffer's lamports go to the payer first, who needs them for the new account.</summary>
    private static InstructionError CreateProgramData(
        InvokeContext context, in AccountHandle payer, in AccountHandle programData, in AccountHandle buffer, int maxDataLength)
    {
        InstructionError error = ProgramChecks.RequireDistinct(buffer, payer);
        if (!error.IsError)
            error = payer.AddLamports(buffer.Lamports);
        if (!error.IsError)
            error = buffer.SetLamports(0);
        if (error.IsError)
            return error;

        int length = LoaderState.ProgramDataHeadSize + maxDataLength;
        Instruction creation = SystemInstructions.CreateAccount(
            payer.Address, programData.Address, Rent.MinimumBalance(length), (ulong)length, context.ProgramId);

        // Agave lists the buffer too, and clients see the call as it was made.
        AccountMeta[] accounts = [.. creation.Accounts.Span, AccountMeta.Writable(buffer.Address)];
        return context.Invoke(new Instruction(creation.ProgramId, accounts, creation.Data), programData.Address);
    }

    private static InstructionError WriteProgramData(
        ulong slot, in AccountHandle programData, in AccountHandle buffer, Address authority)
    {
        InstructionError error = LoaderState.OfProgramData(slot, authority).WriteTo(programData);
        if (!error.IsError)
            error = programData.WriteData(LoaderState.ProgramDataHeadSize, LoaderBuffer.Elf(buffer));
        return error.IsError ? error : buffer.SetDataLength(LoaderState.BufferHeadSize);
    }
}
