using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Tables of addresses that v0 transactions name by index.</summary>
/// <remarks>
/// Runs natively what is BPF code on Solana: accounts, success and errors are the same, compute units are not. The
/// sources are the interface (solana-sdk, address-lookup-table-interface) and recorded instructions of Agave 2.1.
/// </remarks>
public sealed class LookupTableProgram : INativeProgram
{
    /// <summary>Instruction data beyond this is not read.</summary>
    private const int MaxDataBytes = 1_232;

    public Address Id => ProgramIds.AddressLookupTable;

    public ulong ComputeUnits => 750;

    public InstructionError Execute(InvokeContext context)
    {
        ReadOnlySpan<byte> data = context.Data;
        var reader = new BincodeReader(data[..Math.Min(data.Length, MaxDataBytes)]);
        var tag = (LookupTableInstructionTag)reader.UInt32();
        if (reader.HasFailed)
            return InstructionErrorKind.InvalidInstructionData;
        switch (tag)
        {
            case LookupTableInstructionTag.Create:
                ulong slot = reader.UInt64();
                byte bump = reader.Byte();
                return reader.HasFailed
                    ? InstructionErrorKind.InvalidInstructionData
                    : LookupTableCreation.Run(context, slot, bump);
            case LookupTableInstructionTag.Extend:
                ulong count = reader.UInt64();
                ReadOnlySpan<byte> addresses = count <= MaxDataBytes ? reader.Bytes((int)count * Address.Size) : default;
                return reader.HasFailed || count > MaxDataBytes
                    ? InstructionErrorKind.InvalidInstructionData
                    : LookupTableExtension.Run(context, addresses);
            case LookupTableInstructionTag.Freeze:
                return Freeze(context);
            case LookupTableInstructionTag.Deactivate:
                return Deactivate(context);
            case LookupTableInstructionTag.Close:
                return LookupTableClosing.Run(context);
            default:
                return InstructionErrorKind.InvalidInstructionData;
        }
    }

    /// <summary>Accounts 0 and 1 are a table and its authority, which signed.</summary>
    internal static InstructionError Open(InvokeContext context, string frozen, out LookupTableState state)
    {
        state = default;
        InstructionError error = CheckSigner(context);
        if (!error.IsError)
            error = LookupTableState.Read(context.Account(0).Data, out state);
        if (error.IsError)
            return error;
        if (state.Authority is not { } authority)
            return Refuse(context, frozen, InstructionErrorKind.Immutable);
        return context.Account(1).Address == authority ? InstructionError.None : InstructionErrorKind.IncorrectAuthority;
    }

    internal static InstructionError CheckSigner(InvokeContext context)
    {
        InstructionError error = context.RequireAccounts(2);
        if (error.IsError)
            return error;
        if (!context.Account(0).IsOwnedByCaller)
            return InstructionErrorKind.InvalidAccountOwner;
        return context.Account(1).IsSigner
            ? InstructionError.None
            : Refuse(context, "Authority account must be a signer", InstructionErrorKind.MissingRequiredSignature);
    }

    internal static InstructionError Refuse(InvokeContext context, string text, InstructionErrorKind error)
    {
        context.Log(text);
        return error;
    }

    private static InstructionError Freeze(InvokeContext context)
    {
        InstructionError error = Open(context, "Lookup table is already frozen", out LookupTableState state);
        if (error.IsError)
            return error;
        if (state.DeactivationSlot != LookupTableState.NeverDeactivated)
            return Refuse(context, "Deactivated tables cannot be frozen", InstructionErrorKind.InvalidArgument);
        if (state.AddressCount == 0)
            return Refuse(context, "Empty lookup tables cannot be frozen", InstructionErrorKind.InvalidInstructionData);
        return (state with { Authority = null }).WriteTo(context.Account(0));
    }

    private static InstructionError Deactivate(InvokeContext context)
    {
        InstructionError error = Open(context, "Lookup table is frozen", out LookupTableState state);
        if (error.IsError)
            return error;
        return state.DeactivationSlot == LookupTableState.NeverDeactivated
            ? (state with { DeactivationSlot = context.Block.Slot }).WriteTo(context.Account(0))
            : Refuse(context, "Lookup table is already deactivated", InstructionErrorKind.InvalidArgument);
    }
}
