using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Vote accounts: made, handed on, withdrawn from. One producer makes the blocks here, so nobody votes.</summary>
/// <remarks>
/// Checks and errors are those of Agave 4.3 (programs/vote). Votes, seeded authorities and what has to do with BLS keys are
/// refused as InvalidInstructionData, with a line that says so.
/// </remarks>
public sealed class VoteProgram : INativeProgram
{
    private const uint AuthorizeVoter = 0;
    private const uint AuthorizeWithdrawer = 1;
    private const uint TooSoonToReauthorize = 5;
    private const uint CommissionUpdateTooLate = 19;

    public Address Id => ProgramIds.Vote;

    public ulong ComputeUnits => 2_100;

    public InstructionError Execute(InvokeContext context)
    {
        InstructionError error = context.RequireListed(1);
        if (error.IsError)
            return error;
        if (!context.Account(0).IsOwnedByCaller)
            return InstructionErrorKind.InvalidAccountOwner;
        var reader = new BincodeReader(context.Data);
        uint tag = reader.UInt32();
        if (reader.HasFailed)
            return InstructionErrorKind.InvalidInstructionData;
        switch ((VoteInstructionTag)tag)
        {
            case VoteInstructionTag.InitializeAccount:
                (Address node, Address voter) = (reader.Address(), reader.Address());
                (Address withdrawer, byte commission) = (reader.Address(), reader.Byte());
                return reader.HasFailed
                    ? InstructionErrorKind.InvalidInstructionData
                    : Initialize(context, node, voter, withdrawer, commission);
            case VoteInstructionTag.Authorize:
                (Address authority, uint role) = (reader.Address(), reader.UInt32());
                return reader.HasFailed ? InstructionErrorKind.InvalidInstructionData : Authorize(context, authority, role);
            case VoteInstructionTag.AuthorizeChecked:
                role = reader.UInt32();
                return reader.HasFailed ? InstructionErrorKind.InvalidInstructionData : AuthorizeChecked(context, role);
            case VoteInstructionTag.UpdateValidatorIdentity:
                return UpdateIdentity(context);
            case VoteInstructionTag.UpdateCommission:
                commission = reader.Byte();
                return reader.HasFailed ? InstructionErrorKind.InvalidInstructionData : UpdateCommission(context, commission);
            case VoteInstructionTag.Withdraw:
                ulong lamports = reader.UInt64();
                return reader.HasFailed ? InstructionErrorKind.InvalidInstructionData : Withdraw(context, lamports);
            default:
                return context.Refuse(
                    $"Vote instruction {tag} is not supported", InstructionErrorKind.InvalidInstructionData);
        }
    }

    private static InstructionError RequireSigner(InvokeContext context, Address address) =>
        context.IsSigner(address) ? InstructionError.None : InstructionErrorKind.MissingRequiredSignature;

    private static InstructionError Initialize(
        InvokeContext context, Address node, Address voter, Address withdrawer, byte commission)
    {
        InstructionError error = context.RequireSysvar(1, SysvarIds.Rent);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        if (account.Lamports < Rent.MinimumBalance(account.DataLength))
            return InstructionErrorKind.InsufficientFunds;
        error = context.RequireSysvar(2, SysvarIds.Clock);
        if (error.IsError)
            return error;
        if (account.DataLength != VoteState.Size)
            return InstructionErrorKind.InvalidAccountData;
        error = VoteState.Read(account.Data, out _);
        if (error.Kind != InstructionErrorKind.UninitializedAccount)
            return error.IsError ? error : InstructionErrorKind.AccountAlreadyInitialized;
        error = RequireSigner(context, node);
        return error.IsError
            ? error
            : account.WriteData(
                0, VoteState.New(account.Address, node, voter, withdrawer, commission, context.Block.Epoch).ToBytes());
    }

    private static InstructionError AuthorizeChecked(InvokeContext context, uint role)
    {
        InstructionError error = context.RequireListed(4);
        if (error.IsError)
            return error;
        return context.Account(3).IsSigner
            ? Authorize(context, context.Account(3).Address, role)
            : InstructionErrorKind.MissingRequiredSignature;
    }

    private static InstructionError Authorize(InvokeContext context, Address authority, uint role)
    {
        InstructionError error = context.RequireSysvar(1, SysvarIds.Clock);
        if (error.IsError)
            return error;
        if (role > AuthorizeWithdrawer)
            return InstructionErrorKind.InvalidInstructionData;
        AccountHandle account = context.Account(0);
        error = VoteState.Read(account.Data, out VoteState state);
        if (error.IsError)
            return error;
        if (role == AuthorizeVoter)
            return SetVoter(context, account, state, authority);
        error = RequireSigner(context, state.Withdrawer);
        return error.IsError ? error : account.WriteData(0, (state with { Withdrawer = authority }).ToBytes());
    }

    /// <summary>A new voter votes from the epoch on whose leaders are not known yet.</summary>
    private static InstructionError SetVoter(InvokeContext context, in AccountHandle account, VoteState state, Address authority)
    {
        ulong epoch = context.Block.Epoch;
        (ulong Epoch, Address Voter)[] past =
            [.. state.Voters.Where(voter => voter.Key <= epoch).Select(voter => (voter.Key, voter.Value))];
        if (past.Length == 0)
            return InstructionErrorKind.InvalidAccountData;
        Address current = past[^1].Voter;
        state.Voters[epoch] = current;
        foreach ((ulong old, _) in past)
        {
            if (old + 1 < epoch)
                state.Voters.Remove(old);
        }

        if (!context.IsSigner(state.Withdrawer) && !context.IsSigner(current))
            return InstructionErrorKind.MissingRequiredSignature;
        return state.Voters.TryAdd(epoch + 2, authority)
            ? account.WriteData(0, state.ToBytes())
            : InstructionError.Custom(TooSoonToReauthorize);
    }

    private static InstructionError UpdateIdentity(InvokeContext context)
    {
        InstructionError error = context.RequireListed(2);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        Address node = context.Account(1).Address;
        error = VoteState.Read(account.Data, out VoteState state);
        if (!error.IsError)
            error = RequireSigner(context, state.Withdrawer);
        if (!error.IsError)
            error = RequireSigner(context, node);
        if (error.IsError)
            return error;
        bool isCollectorFree = IsActive(context, "custom_commission_collector");
        state = state with { Node = node, BlockCollector = isCollectorFree ? state.BlockCollector : node };
        return account.WriteData(0, state.ToBytes());
    }

    /// <summary>A commission rises in the first half of an epoch only, where it takes effect at once.</summary>
    private static InstructionError UpdateCommission(InvokeContext context, byte commission)
    {
        AccountHandle account = context.Account(0);
        InstructionError error = VoteState.Read(account.Data, out VoteState state);
        bool isRise = error.IsError || commission > state.CommissionPercent;
        bool isLate = context.Block.Slot % BlockContext.SlotsPerEpoch * 2 > BlockContext.SlotsPerEpoch;
        if (isRise && isLate && !IsActive(context, "delay_commission_updates"))
            return InstructionError.Custom(CommissionUpdateTooLate);
        if (!error.IsError)
            error = RequireSigner(context, state.Withdrawer);
        return error.IsError ? error : account.WriteData(0, state.WithCommission(commission).ToBytes());
    }

    private static InstructionError Withdraw(InvokeContext context, ulong lamports)
    {
        InstructionError error = context.RequireListed(2);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        error = VoteState.Read(account.Data, out VoteState state);
        if (!error.IsError)
            error = RequireSigner(context, state.Withdrawer);
        if (error.IsError)
            return error;
        if (lamports > account.Lamports)
            return InstructionErrorKind.InsufficientFunds;
        ulong remaining = account.Lamports - lamports;
        if (remaining == 0)
            error = account.WriteData(0, new byte[account.DataLength]);
        else if (remaining < Rent.MinimumBalance(account.DataLength))
            return InstructionErrorKind.InsufficientFunds;
        if (!error.IsError)
            error = account.SubtractLamports(lamports);
        return error.IsError ? error : context.Account(1).AddLamports(lamports);
    }

    private static bool IsActive(InvokeContext context, string feature) =>
        context.Block.Features.IsActive(Feature.Named(feature).Id);
}
