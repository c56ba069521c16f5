using System.Buffers.Binary;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Makes a table at the address derived from its authority and a recent slot.</summary>
/// <remarks>Accounts: 0 table, 1 authority, 2 payer (signs), 3 system program. A table that exists already is left as it is.</remarks>
internal static class LookupTableCreation
{
    /// <summary>The program's own error for a bump that leads to no address.</summary>
    internal const uint InvalidSeeds = 1;

    internal static InstructionError Run(InvokeContext context, ulong recentSlot, byte bump)
    {
        InstructionError error = context.RequireAccounts(3);
        if (error.IsError)
            return error;
        AccountHandle table = context.Account(0);
        Address authority = context.Account(1).Address;
        AccountHandle payer = context.Account(2);
        if (!payer.IsSigner)
        {
            return LookupTableProgram.Refuse(
                context, "Payer account must be a signer", InstructionErrorKind.MissingRequiredSignature);
        }

        if (!context.Block.Sysvars.TryGet(SysvarIds.SlotHashes, out ReadOnlySpan<byte> slotHashes))
            return InstructionErrorKind.UnsupportedSysvar;
        if (SlotHashes.IndexOf(slotHashes, recentSlot) < 0)
        {
            return LookupTableProgram.Refuse(
                context, $"{recentSlot} is not a recent slot", InstructionErrorKind.InvalidInstructionData);
        }

        if (!TryDerive(authority, recentSlot, bump, out Address derived))
            return InstructionError.Custom(InvalidSeeds);
        if (table.Address != derived)
        {
            return LookupTableProgram.Refuse(
                context, $"Table address must match derived address: {derived}", InstructionErrorKind.InvalidArgument);
        }

        return table.IsOwnedByCaller ? InstructionError.None : Allocate(context, table, payer, authority);
    }

    private static bool TryDerive(Address authority, ulong recentSlot, byte bump, out Address derived)
    {
        Span<byte> slot = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(slot, recentSlot);
        var seeds = default(AddressSeeds);
        seeds.TryAdd(authority.Span);
        seeds.TryAdd(slot);
        seeds.TryAdd([bump]);
        return ProgramDerivedAddress.TryCreate(seeds, ProgramIds.AddressLookupTable, out derived);
    }

    private static InstructionError Allocate(
        InvokeContext context, in AccountHandle table, in AccountHandle payer, Address authority)
    {
        InstructionError error = Pay(context, table, payer, LookupTableState.HeadSize);
        if (!error.IsError)
            error = context.RequireAccounts(4);
        if (!error.IsError)
            error = context.Invoke(SystemInstructions.Allocate(table.Address, LookupTableState.HeadSize), table.Address);
        if (!error.IsError)
            error = context.Invoke(SystemInstructions.Assign(table.Address, context.ProgramId), table.Address);
        return error.IsError ? error : LookupTableState.New(authority).WriteTo(table);
    }

    /// <summary>Brings a table to the minimum for its length.</summary>
    internal static InstructionError Pay(InvokeContext context, in AccountHandle table, in AccountHandle payer, int length)
    {
        ulong required = Rent.MinimumBalance(length);
        return table.Lamports >= required
            ? InstructionError.None
            : context.Invoke(SystemInstructions.Transfer(payer.Address, table.Address, required - table.Lamports));
    }
}
