using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Stake program: takes out lamports that are not staked; all of them ends the account.</summary>
/// <remarks>Accounts: 0 stake, 1 recipient, 2 clock, 3 stake history, 4 withdrawer (signs), 5 custodian (signs; optional).</remarks>
internal static class StakeWithdrawal
{
    internal static InstructionError Run(InvokeContext context, ulong lamports)
    {
        InstructionError error = context.RequireAccounts(2);
        if (!error.IsError)
            error = context.RequireSysvar(2, SysvarIds.Clock);
        if (!error.IsError)
            error = context.RequireSysvar(3, SysvarIds.StakeHistory);
        if (!error.IsError)
            error = context.RequireAccounts(5);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        error = StakeProgram.Read(account, out StakeState state);
        if (error.IsError)
            return error;
        error = StakeProgram.RequireSigner(
            context, state.Kind == StakeStateKind.Uninitialized ? account.Address : state.Withdrawer);
        if (error.IsError)
            return error;

        Address? custodian = context.AccountCount > 5 && context.Account(5).IsSigner ? context.Account(5).Address : null;
        if (state.Kind != StakeStateKind.Uninitialized && state.Lockup.IsInForce(context.Block, custodian))
            return StakeProgram.Custom(StakeError.LockupInForce);
        ulong staked = Staked(state, context.Block.Epoch);
        UInt128 needed = (UInt128)lamports + staked + (state.Kind == StakeStateKind.Uninitialized ? 0 : state.RentReserve);
        bool isWhole = lamports == account.Lamports && staked == 0;
        if (needed > account.Lamports && !isWhole)
            return InstructionErrorKind.InsufficientFunds;
        if (lamports == account.Lamports)
            error = account.WriteData(0, new StakeState().ToBytes());
        if (!error.IsError)
            error = account.SubtractLamports(lamports);
        return error.IsError ? error : context.Account(1).AddLamports(lamports);
    }

    private static ulong Staked(StakeState state, ulong epoch)
    {
        if (state.Kind != StakeStateKind.Delegated)
            return 0;
        return epoch >= state.DeactivationEpoch ? state.EffectiveStake(epoch) : state.Stake;
    }
}
