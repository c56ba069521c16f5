using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Vote accounts: made, voted with, handed on, withdrawn from.</summary>
/// <remarks>
/// Accounts, checks, their order and errors are those of Agave 4.3 (programs/vote).
/// </remarks>
public sealed class VoteProgram : INativeProgram
{
    public Address Id => ProgramIds.Vote;

    public ulong ComputeUnits => 2_100;

    public InstructionError Execute(InvokeContext context)
    {
        InstructionError error = context.RequireListed(1);
        if (error.IsError)
            return error;
        if (!context.Account(0).IsOwnedByCaller)
            return InstructionErrorKind.InvalidAccountOwner;
        var reader = BincodeReader.OfInstruction(context.Data);
        uint tag = reader.UInt32();
        if (reader.HasFailed)
            return InstructionErrorKind.InvalidInstructionData;
        return (VoteInstructionTag)tag switch
        {
            VoteInstructionTag.InitializeAccount or VoteInstructionTag.InitializeAccountV2 =>
                Initialize(context, ref reader, (VoteInstructionTag)tag),
            VoteInstructionTag.Authorize or VoteInstructionTag.AuthorizeChecked or VoteInstructionTag.AuthorizeWithSeed
                or VoteInstructionTag.AuthorizeCheckedWithSeed => Authorize(context, ref reader, (VoteInstructionTag)tag),
            VoteInstructionTag.Vote or VoteInstructionTag.VoteSwitch => Vote(context, ref reader, tag == (uint)VoteInstructionTag.VoteSwitch),
            VoteInstructionTag.UpdateVoteState or VoteInstructionTag.UpdateVoteStateSwitch
                or VoteInstructionTag.CompactUpdateVoteState or VoteInstructionTag.CompactUpdateVoteStateSwitch
                or VoteInstructionTag.TowerSync or VoteInstructionTag.TowerSyncSwitch =>
                    Replace(context, ref reader, (VoteInstructionTag)tag),
            _ => Manage(context, ref reader, (VoteInstructionTag)tag),
        };
    }

    private static InstructionError Manage(InvokeContext context, ref BincodeReader reader, VoteInstructionTag tag)
    {
        switch (tag)
        {
            case VoteInstructionTag.UpdateValidatorIdentity:
                return VoteSettings.UpdateIdentity(context);
            case VoteInstructionTag.UpdateCommission:
                byte percent = reader.Byte();
                return reader.HasFailed ? InstructionErrorKind.InvalidInstructionData : VoteSettings.UpdateCommission(context, percent);
            case VoteInstructionTag.UpdateCommissionBps:
                ushort bps = reader.UInt16();
                CommissionKind kind = VoteInstructionReader.Commission(ref reader);
                return reader.HasFailed
                    ? InstructionErrorKind.InvalidInstructionData
                    : VoteSettings.UpdateCommissionBps(context, bps, kind);
            case VoteInstructionTag.UpdateCommissionCollector:
                kind = VoteInstructionReader.Commission(ref reader);
                return reader.HasFailed ? InstructionErrorKind.InvalidInstructionData : VoteSettings.UpdateCollector(context, kind);
            case VoteInstructionTag.Withdraw:
                ulong lamports = reader.UInt64();
                return reader.HasFailed ? InstructionErrorKind.InvalidInstructionData : VoteFunds.Withdraw(context, lamports);
            case VoteInstructionTag.DepositDelegatorRewards:
                lamports = reader.UInt64();
                return reader.HasFailed ? InstructionErrorKind.InvalidInstructionData : VoteFunds.Deposit(context, lamports);
            default:
                return InstructionErrorKind.InvalidInstructionData;
        }
    }

    private static InstructionError Authorize(InvokeContext context, ref BincodeReader reader, VoteInstructionTag tag)
    {
        bool isChecked = tag is VoteInstructionTag.AuthorizeChecked or VoteInstructionTag.AuthorizeCheckedWithSeed;
        bool isSeeded = tag is VoteInstructionTag.AuthorizeWithSeed or VoteInstructionTag.AuthorizeCheckedWithSeed;
        Address next = tag == VoteInstructionTag.Authorize ? reader.Address() : default;
        VoteAuthority authority = VoteInstructionReader.Authority(ref reader);
        Address owner = isSeeded ? reader.Address() : default;
        ReadOnlySpan<byte> seed = isSeeded ? reader.Text() : default;
        if (tag == VoteInstructionTag.AuthorizeWithSeed)
            next = reader.Address();
        if (reader.HasFailed)
            return InstructionErrorKind.InvalidInstructionData;
        if (isSeeded)
        {
            return isChecked
                ? VoteAuthorization.AuthorizeCheckedWithSeed(context, in authority, owner, seed)
                : VoteAuthorization.AuthorizeWithSeed(context, next, in authority, owner, seed);
        }

        return isChecked
            ? VoteAuthorization.AuthorizeChecked(context, in authority)
            : VoteAuthorization.Authorize(context, next, in authority);
    }

    private static InstructionError Initialize(InvokeContext context, ref BincodeReader reader, VoteInstructionTag tag)
    {
        if (tag == VoteInstructionTag.InitializeAccountV2)
        {
            VoteInit init = VoteInstructionReader.Init(ref reader);
            return reader.HasFailed ? InstructionErrorKind.InvalidInstructionData : InitializeSecond(context, in init);
        }

        (Address node, Address voter, Address withdrawer) = (reader.Address(), reader.Address(), reader.Address());
        byte commission = reader.Byte();
        return reader.HasFailed
            ? InstructionErrorKind.InvalidInstructionData
            : Initialize(context, node, voter, withdrawer, commission);
    }

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
        error = context.ReadClock(out ClockSysvar clock);
        if (!error.IsError)
            error = CheckNew(context, in account, node);
        return error.IsError ? error : VoteState.New(account.Address, node, voter, withdrawer, commission, clock.Epoch).Write(in account);
    }

    /// <summary>With a BLS key.</summary>
    private static InstructionError InitializeSecond(InvokeContext context, in VoteInit init)
    {
        RuntimeFeatures features = context.Features;
        bool isKnown = features.BlsPubkeyManagementInVoteAccount && features.CommissionRateInBasisPoints
            && features.CustomCommissionCollector && features.BlockRevenueSharing && features.VoteAccountInitializeV2;
        if (!isKnown)
            return InstructionErrorKind.InvalidInstructionData;
        InstructionError error = context.RequireListed(4);
        if (error.IsError)
            return error;

        // Agave holds both collectors at once, the vote account excepted.
        AccountHandle account = context.Account(0);
        int inflation = context.Account(2).TransactionIndex, block = context.Account(3).TransactionIndex;
        if (inflation == block && block != account.TransactionIndex)
            return InstructionErrorKind.AccountBorrowFailed;
        error = context.ReadClock(out ClockSysvar clock);
        if (!error.IsError)
            error = CheckNew(context, in account, init.Node);
        if (!error.IsError)
            error = VoteSettings.CheckCollector(context, 2);
        if (!error.IsError)
            error = VoteSettings.CheckCollector(context, 3);
        if (!error.IsError)
            error = VoteAuthorization.CheckBlsProof(context, init.BlsKey, init.BlsProof);
        return error.IsError
            ? error
            : VoteState.New(in init, context.Account(2).Address, context.Account(3).Address, clock.Epoch).Write(in account);
    }

    /// <summary>Errors, in this order: InvalidAccountData, AccountAlreadyInitialized, MissingRequiredSignature (the node's).</summary>
    private static InstructionError CheckNew(InvokeContext context, in AccountHandle account, Address node)
    {
        if (account.DataLength != VoteState.Size || !VoteState.TryParse(account.Address, account.Data, out VoteState? state))
            return InstructionErrorKind.InvalidAccountData;
        return state is null ? new VoteSigners(context).Require(node) : InstructionErrorKind.AccountAlreadyInitialized;
    }

    private static InstructionError Vote(InvokeContext context, ref BincodeReader reader, bool isSwitch)
    {
        PlainVote vote = VoteInstructionReader.Vote(ref reader);
        if (isSwitch)
            _ = reader.Hash();
        if (reader.HasFailed || context.Features.DeprecateLegacyVoteIxs)
            return InstructionErrorKind.InvalidInstructionData;
        InstructionError error = context.RequireSysvar(1, SysvarIds.SlotHashes);
        if (!error.IsError && !context.Block.Sysvars.TryGet(SysvarIds.SlotHashes, out _))
            error = InstructionErrorKind.UnsupportedSysvar;
        if (!error.IsError)
            error = context.RequireSysvar(2, SysvarIds.Clock);
        if (error.IsError)
            return error;
        error = BeginVote(context, out VoteTower tower, out VoteState state);
        return error.IsError ? error : EndVote(context, state, tower.Vote(in vote));
    }

    private static InstructionError Replace(InvokeContext context, ref BincodeReader reader, VoteInstructionTag tag)
    {
        bool isSync = tag is VoteInstructionTag.TowerSync or VoteInstructionTag.TowerSyncSwitch;
        VoteProposal proposal = tag is VoteInstructionTag.UpdateVoteState or VoteInstructionTag.UpdateVoteStateSwitch
            ? VoteInstructionReader.Update(ref reader)
            : VoteInstructionReader.CompactUpdate(ref reader, hasBlockId: isSync);
        if (tag is VoteInstructionTag.UpdateVoteStateSwitch or VoteInstructionTag.CompactUpdateVoteStateSwitch
            or VoteInstructionTag.TowerSyncSwitch)
        {
            _ = reader.Hash();
        }

        if (reader.HasFailed || (!isSync && context.Features.DeprecateLegacyVoteIxs))
            return InstructionErrorKind.InvalidInstructionData;
        InstructionError error = BeginVote(context, out VoteTower tower, out VoteState state);
        return error.IsError ? error : EndVote(context, state, tower.Replace(proposal));
    }

    /// <summary>The state for the voter of this epoch, who must sign.</summary>
    private static InstructionError BeginVote(InvokeContext context, out VoteTower tower, out VoteState state)
    {
        tower = default;
        state = null!;
        if (!context.Block.Sysvars.TryGet(SysvarIds.SlotHashes, out ReadOnlySpan<byte> slotHashes))
            return InstructionErrorKind.UnsupportedSysvar;
        InstructionError error = context.ReadClock(out ClockSysvar clock);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        error = VoteState.Read(in account, out state);
        if (error.IsError)
            return error;
        tower = new VoteTower(state, slotHashes, clock);
        error = state.TakeVoter(clock.Epoch, out Address voter);
        return error.IsError ? error : new VoteSigners(context).Require(voter);
    }

    private static InstructionError EndVote(InvokeContext context, VoteState state, VoteError? failure) =>
        failure is { } code ? InstructionError.Custom((uint)code) : state.Write(context.Account(0));
}
