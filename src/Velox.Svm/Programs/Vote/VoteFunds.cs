using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Lamports out of a vote account and, for its delegators, into it.</summary>
internal static class VoteFunds
{
    internal static InstructionError Withdraw(InvokeContext context, ulong lamports)
    {
        InstructionError error = context.RequireListed(2);
        if (!error.IsError)
            error = context.ReadClock(out _);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        error = VoteState.Read(in account, out VoteState state);
        if (!error.IsError)
            error = new VoteSigners(context).Require(state.Withdrawer);
        if (error.IsError)
            return error;
        if (lamports > account.Lamports)
            return InstructionErrorKind.InsufficientFunds;
        error = CheckRest(context, in account, state, account.Lamports - lamports);
        if (!error.IsError)
            error = account.SubtractLamports(lamports);
        return error.IsError ? error : context.Account(1).AddLamports(lamports);
    }

    /// <summary>What stays covers rent and what belongs to delegators; or nothing stays, of an account that has not voted lately.</summary>
    private static InstructionError CheckRest(InvokeContext context, in AccountHandle account, VoteState state, ulong rest)
    {
        if (rest > 0)
        {
            ulong least = Rent.MinimumBalance(account.DataLength);
            if (state.PendingRewards > ulong.MaxValue - least)
                return InstructionErrorKind.ArithmeticOverflow;
            return rest < least + state.PendingRewards ? InstructionErrorKind.InsufficientFunds : InstructionError.None;
        }

        if (state.PendingRewards > 0)
            return InstructionErrorKind.InsufficientFunds;
        _ = context.ReadClock(out ClockSysvar clock);
        if (state.Credits is [.., var last] && (clock.Epoch <= last.Epoch || clock.Epoch - last.Epoch < 2))
            return InstructionError.Custom((uint)VoteError.ActiveVoteAccountClose);
        return account.WriteData(0, new byte[account.DataLength]);
    }

    /// <summary>Feature block_revenue_sharing (SIMD-0123).</summary>
    internal static InstructionError Deposit(InvokeContext context, ulong lamports)
    {
        RuntimeFeatures features = context.Features;
        if (!features.CommissionRateInBasisPoints || !features.CustomCommissionCollector || !features.BlockRevenueSharing)
            return InstructionErrorKind.InvalidInstructionData;
        InstructionError error = context.RequireListed(2);
        if (error.IsError)
            return error;
        Address source = context.Account(1).Address;
        error = new VoteSigners(context).Require(source);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        error = VoteState.Read(in account, out VoteState state);
        bool isNewest = !error.IsError && account.Data[0] == VoteState.NewestVersion;
        if (!isNewest)
            return InstructionErrorKind.InvalidAccountData;
        error = context.Invoke(SystemInstructions.Transfer(source, account.Address, lamports));
        if (error.IsError)
            return error;
        if (lamports > ulong.MaxValue - state.PendingRewards)
            return InstructionErrorKind.ArithmeticOverflow;
        state.PendingRewards += lamports;
        return state.Write(in account);
    }
}
