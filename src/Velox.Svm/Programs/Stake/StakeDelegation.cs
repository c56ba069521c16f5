using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Stake program: a stake follows a vote account, and leaves it.</summary>
internal static class StakeDelegation
{
    /// <summary>Accounts: 0 stake, 1 vote account, 2 clock, 3 stake history, 4 unused, 5 staker (signs).</summary>
    internal static InstructionError Delegate(InvokeContext context)
    {
        InstructionError error = context.RequireAccounts(5);
        if (!error.IsError)
            error = context.RequireSysvar(2, SysvarIds.Clock);
        if (!error.IsError)
            error = context.RequireSysvar(3, SysvarIds.StakeHistory);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        AccountHandle vote = context.Account(1);
        if (vote.Owner != ProgramIds.Vote)
            return InstructionErrorKind.IncorrectProgramId;
        error = StakeProgram.Read(account, out StakeState state);
        if (error.IsError)
            return error;
        if (state.Kind == StakeStateKind.Uninitialized)
            return InstructionErrorKind.InvalidAccountData;
        error = StakeProgram.RequireSigner(context, state.Staker);
        if (error.IsError)
            return error;

        ulong stake = account.Lamports < state.RentReserve ? 0 : account.Lamports - state.RentReserve;
        if (stake < StakeProgram.MinimumDelegation)
            return StakeProgram.Custom(StakeError.InsufficientDelegation);
        ulong epoch = context.Block.Epoch;
        if (state.Kind == StakeStateKind.Delegated && state.EffectiveStake(epoch) != 0)
            return Resume(account, state, vote.Address, epoch);
        state = state with
        {
            Kind = StakeStateKind.Delegated,
            VoteAccount = vote.Address,
            Stake = stake,
            ActivationEpoch = epoch,
            DeactivationEpoch = StakeState.Never,
            CreditsObserved = 0,
        };
        return account.WriteData(0, state.ToBytes());
    }

    /// <summary>Accounts: 0 stake, 1 clock, 2 staker (signs).</summary>
    internal static InstructionError Deactivate(InvokeContext context)
    {
        InstructionError error = context.RequireAccounts(2);
        if (!error.IsError)
            error = context.RequireSysvar(1, SysvarIds.Clock);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        error = StakeProgram.Read(account, out StakeState state);
        if (error.IsError)
            return error;
        if (state.Kind != StakeStateKind.Delegated)
            return InstructionErrorKind.InvalidAccountData;
        error = StakeProgram.RequireSigner(context, state.Staker);
        if (error.IsError)
            return error;
        return state.DeactivationEpoch == StakeState.Never
            ? account.WriteData(0, (state with { DeactivationEpoch = context.Block.Epoch }).ToBytes())
            : StakeProgram.Custom(StakeError.AlreadyDeactivated);
    }

    /// <summary>A deactivation can be taken back within its epoch; else stake that counts stays where it is.</summary>
    private static InstructionError Resume(in AccountHandle account, StakeState state, Address vote, ulong epoch) =>
        state.VoteAccount == vote && state.DeactivationEpoch == epoch
            ? account.WriteData(0, (state with { DeactivationEpoch = StakeState.Never }).ToBytes())
            : StakeProgram.Custom(StakeError.TooSoonToRedelegate);
}
