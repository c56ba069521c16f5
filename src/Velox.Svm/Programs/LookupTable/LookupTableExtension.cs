using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Appends addresses to a table; they can be used from the next slot on.</summary>
/// <remarks>Accounts: 0 table, 1 authority (signs), and where lamports are missing 2 payer (signs), 3 system program.</remarks>
internal static class LookupTableExtension
{
    /// <summary>The program's own error for a table that is not writable.</summary>
    private const uint ReadonlyTable = 10;

    internal static InstructionError Run(InvokeContext context, ReadOnlySpan<byte> addresses)
    {
        InstructionError error = LookupTableProgram.Open(context, "Lookup table is frozen", out LookupTableState state);
        if (!error.IsError)
            error = CheckCount(context, state, addresses.Length / Address.Size);
        if (error.IsError)
            return error;

        AccountHandle table = context.Account(0);
        if (context.Block.Slot != state.LastExtendedSlot)
        {
            state = state with
            {
                LastExtendedSlot = context.Block.Slot,
                LastExtendedStart = (byte)state.AddressCount,
            };
        }

        if (!table.IsWritable)
            return InstructionError.Custom(ReadonlyTable);
        error = state.WriteTo(table);
        int oldLength = table.DataLength;
        if (!error.IsError)
            error = table.SetDataLength(oldLength + addresses.Length);
        if (!error.IsError)
            error = table.WriteData(oldLength, addresses);
        return error.IsError ? error : Pay(context, table);
    }

    private static InstructionError CheckCount(InvokeContext context, in LookupTableState state, int added)
    {
        if (state.DeactivationSlot != LookupTableState.NeverDeactivated)
        {
            return LookupTableProgram.Refuse(
                context, "Deactivated tables cannot be extended", InstructionErrorKind.InvalidArgument);
        }

        if (state.AddressCount >= LookupTableState.MaxAddresses)
        {
            return LookupTableProgram.Refuse(
                context, "Lookup table is full and cannot contain more addresses", InstructionErrorKind.InvalidArgument);
        }

        if (added == 0)
        {
            return LookupTableProgram.Refuse(
                context, "Must extend with at least one address", InstructionErrorKind.InvalidInstructionData);
        }

        int count = state.AddressCount + added;
        return count <= LookupTableState.MaxAddresses
            ? InstructionError.None
            : LookupTableProgram.Refuse(
                context,
                $"Extended lookup table length {count} would exceed max capacity of {LookupTableState.MaxAddresses}",
                InstructionErrorKind.InvalidInstructionData);
    }

    private static InstructionError Pay(InvokeContext context, in AccountHandle table)
    {
        if (table.Lamports >= Rent.MinimumBalance(table.DataLength))
            return InstructionError.None;
        InstructionError error = context.RequireAccounts(3);
        if (error.IsError)
            return error;
        AccountHandle payer = context.Account(2);
        if (!payer.IsSigner)
        {
            return LookupTableProgram.Refuse(
                context, "Payer account must be a signer", InstructionErrorKind.MissingRequiredSignature);
        }

        error = context.RequireAccounts(4);
        return error.IsError ? error : LookupTableCreation.Pay(context, table, payer, table.DataLength);
    }
}
