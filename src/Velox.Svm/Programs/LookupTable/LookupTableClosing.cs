namespace Velox.Svm;

/// <summary>Ends a table that was deactivated 513 blocks ago, so that no transaction under way can name it.</summary>
/// <remarks>Accounts: 0 table, 1 authority (signs), 2 recipient of the lamports.</remarks>
internal static class LookupTableClosing
{
    internal static InstructionError Run(InvokeContext context)
    {
        InstructionError error = LookupTableProgram.CheckSigner(context);
        if (!error.IsError)
            error = context.RequireAccounts(3);
        if (error.IsError)
            return error;
        AccountHandle table = context.Account(0);
        AccountHandle recipient = context.Account(2);
        if (table.TransactionIndex == recipient.TransactionIndex)
        {
            return LookupTableProgram.Refuse(
                context, "Lookup table cannot be the recipient of reclaimed lamports", InstructionErrorKind.InvalidArgument);
        }

        error = LookupTableProgram.Open(context, "Lookup table is frozen", out LookupTableState state);
        if (!error.IsError)
            error = CheckDeactivated(context, state.DeactivationSlot);
        if (!error.IsError)
            error = recipient.AddLamports(table.Lamports);
        if (!error.IsError)
            error = table.SetDataLength(0);
        return error.IsError ? error : table.SetLamports(0);
    }

    private static InstructionError CheckDeactivated(InvokeContext context, ulong deactivationSlot)
    {
        if (deactivationSlot == LookupTableState.NeverDeactivated)
        {
            return LookupTableProgram.Refuse(
                context, "Lookup table is not deactivated", InstructionErrorKind.InvalidArgument);
        }

        if (!context.Block.Sysvars.TryGet(SysvarIds.SlotHashes, out ReadOnlySpan<byte> slotHashes))
            return InstructionErrorKind.UnsupportedSysvar;
        int position = deactivationSlot == context.Block.Slot ? -1 : SlotHashes.IndexOf(slotHashes, deactivationSlot);
        if (position < 0 && deactivationSlot != context.Block.Slot)
            return InstructionError.None;
        int remainingBlocks = SlotHashes.MaxEntries - position;
        return LookupTableProgram.Refuse(
            context, $"Table cannot be closed until it's fully deactivated in {remainingBlocks} blocks",
            InstructionErrorKind.InvalidArgument);
    }
}
