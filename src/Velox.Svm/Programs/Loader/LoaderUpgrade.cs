using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Loader v3, Upgrade: gives a program the code of a buffer.</summary>
/// <remarks>
/// Accounts: 0 program data, 1 program, 2 buffer, 3 spill (takes the lamports left over), 4 rent, 5 clock, 6 authority (signs).
/// </remarks>
internal static class LoaderUpgrade
{
    internal static InstructionError Run(InvokeContext context)
    {
        InstructionError error = CheckAccounts(context);
        if (error.IsError)
            return error;
        AccountHandle programData = context.Account(0);
        AccountHandle program = context.Account(1);
        AccountHandle buffer = context.Account(2);
        AccountHandle authority = context.Account(6);
        error = CheckProgram(context, program, programData.Address);
        if (!error.IsError)
            error = LoaderBuffer.Check(context, buffer, authority);
        if (!error.IsError)
            error = CheckProgramData(context, programData, buffer);
        if (!error.IsError)
            error = ProgramDeployment.Check(context, LoaderBuffer.Elf(buffer));
        if (!error.IsError)
            error = WriteCode(context.Block.Slot, programData, buffer, authority.Address);
        if (!error.IsError)
            error = SettleLamports(programData, buffer, context.Account(3));
        if (!error.IsError)
            error = buffer.SetDataLength(LoaderState.BufferHeadSize);
        if (!error.IsError)
            context.LogRaw($"Upgraded program {program.Address}");
        return error;
    }

    private static InstructionError CheckAccounts(InvokeContext context)
    {
        InstructionError error = context.RequireListed(3);
        if (!error.IsError)
            error = context.RequireSysvar(4, SysvarIds.Rent);
        if (!error.IsError)
            error = context.RequireSysvar(5, SysvarIds.Clock);
        return error.IsError ? error : context.RequireListed(7);
    }

    private static InstructionError CheckProgram(InvokeContext context, in AccountHandle program, Address programData)
    {
        if (!program.IsWritable)
            return context.Refuse("Program account not writeable", InstructionErrorKind.InvalidArgument);
        if (!program.IsOwnedByCaller)
            return context.Refuse("Program account not owned by loader", InstructionErrorKind.IncorrectProgramId);
        InstructionError error = LoaderState.Read(program, out LoaderState state);
        if (error.IsError)
            return error;
        if (state.Kind != LoaderStateKind.Program)
            return context.Refuse("Invalid Program account", InstructionErrorKind.InvalidAccountData);
        return state.ProgramData == programData
            ? InstructionError.None
            : context.Refuse("Program and ProgramData account mismatch", InstructionErrorKind.InvalidArgument);
    }

    private static InstructionError CheckProgramData(
        InvokeContext context, in AccountHandle programData, in AccountHandle buffer)
    {
        int codeLength = buffer.DataLength - LoaderState.BufferHeadSize;
        if (programData.DataLength < LoaderState.ProgramDataHeadSize + codeLength)
            return context.Refuse("ProgramData account not large enough", InstructionErrorKind.AccountDataTooSmall);
        if ((UInt128)programData.Lamports + buffer.Lamports < Rent.MinimumBalance(programData.DataLength))
            return context.Refuse("Buffer account balance too low to fund upgrade", InstructionErrorKind.InsufficientFunds);
        InstructionError error = LoaderState.Read(programData, out LoaderState state);
        if (error.IsError)
            return error;
        if (state.Kind != LoaderStateKind.ProgramData)
            return context.Refuse("Invalid ProgramData account", InstructionErrorKind.InvalidAccountData);
        return state.Slot == context.Block.Slot
            ? context.Refuse("Program was deployed in this block already", InstructionErrorKind.InvalidArgument)
            : LoaderAuthority.CheckProgramData(context, state, 6);
    }

    private static InstructionError WriteCode(
        ulong slot, in AccountHandle programData, in AccountHandle buffer, Address authority)
    {
        InstructionError error = LoaderState.OfProgramData(slot, authority).WriteTo(programData);
        if (!error.IsError)
            error = programData.TryGetWritableData(out _);
        if (error.IsError)
            return error;
        ReadOnlySpan<byte> elf = LoaderBuffer.Elf(buffer);
        Span<byte> code = programData.Memory.Write(
            LoaderState.ProgramDataHeadSize, programData.DataLength - LoaderState.ProgramDataHeadSize);
        elf.CopyTo(code);
        code[elf.Length..].Clear();
        return InstructionError.None;
    }

    private static InstructionError SettleLamports(
        in AccountHandle programData, in AccountHandle buffer, in AccountHandle spill)
    {
        ulong required = Rent.MinimumBalance(programData.DataLength);
        InstructionError error = ProgramChecks.RequireDistinct(buffer, spill);
        if (!error.IsError)
            error = ProgramChecks.RequireDistinct(programData, spill);
        if (!error.IsError)
            error = spill.AddLamports(programData.Lamports + buffer.Lamports - required);
        if (!error.IsError)
            error = buffer.SetLamports(0);
        return error.IsError ? error : programData.SetLamports(required);
    }
}
