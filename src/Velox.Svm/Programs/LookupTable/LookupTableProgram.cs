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
        InstructionError error = Run(context);
        // What the runtime finds, or a called program, the program does not live to tell.
        bool isOwn = error.Kind is InstructionErrorKind.InvalidArgument or InstructionErrorKind.InvalidInstructionData
            or InstructionErrorKind.InvalidAccountData or InstructionErrorKind.MissingRequiredSignature
            or InstructionErrorKind.UninitializedAccount or InstructionErrorKind.NotEnoughAccountKeys or InstructionErrorKind.Immutable
            or InstructionErrorKind.IncorrectAuthority or InstructionErrorKind.InvalidAccountOwner or InstructionErrorKind.UnsupportedSysvar
            or InstructionErrorKind.Custom;
        if (isOwn && !context.HasCallFailed)
            context.Log(TextOf(error));
        return error;
    }

    private static string TextOf(InstructionError error) => error switch
    {
        { Kind: InstructionErrorKind.Custom, CustomCode: LookupTableCreation.InvalidSeeds } => "Provided seeds do not result in a valid address",
        { Kind: InstructionErrorKind.Custom } => "Instruction modified data of a read-only account",
        _ => $"Error: {error.Kind}",
    };

    private static InstructionError Run(InvokeContext context)
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
                if (reader.HasFailed)
                    return InstructionErrorKind.InvalidInstructionData;
                context.Log("Instruction: CreateLookupTable");
                return LookupTableCreation.Run(context, slot, bump);
            case LookupTableInstructionTag.Extend:
                ulong count = reader.UInt64();
                ReadOnlySpan<byte> addresses = count <= MaxDataBytes ? reader.Bytes((int)count * Address.Size) : default;
                if (reader.HasFailed || count > MaxDataBytes)
                    return InstructionErrorKind.InvalidInstructionData;
                context.Log("Instruction: ExtendLookupTable");
                return LookupTableExtension.Run(context, addresses);
            case LookupTableInstructionTag.Freeze:
                context.Log("Instruction: FreezeLookupTable");
                return Freeze(context);
            case LookupTableInstructionTag.Deactivate:
                context.Log("Instruction: DeactivateLookupTable");
                return Deactivate(context);
            case LookupTableInstructionTag.Close:
                context.Log("Instruction: CloseLookupTable");
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
        return context.Account(1).Address == authority
            ? InstructionError.None
            : Refuse(context, "Incorrect lookup table authority", InstructionErrorKind.IncorrectAuthority);
    }

    internal static InstructionError CheckSigner(InvokeContext context)
    {
        InstructionError error = context.RequireAccounts(1);
        if (error.IsError)
            return error;
        if (!context.Account(0).IsOwnedByCaller)
        {
            return Refuse(
                context, "Lookup table owner should be the Address Lookup Table program", InstructionErrorKind.InvalidAccountOwner);
        }

        error = context.RequireAccounts(2);
        if (error.IsError)
            return error;
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
