namespace Velox.Svm;

/// <summary>Stake program: moves lamports, and the stake in them, into a stake account that is uninitialised.</summary>
/// <remarks>Accounts: 0 source, 1 destination, 2 staker (signs).</remarks>
internal static class StakeSplitting
{
    internal static InstructionError Run(InvokeContext context, ulong lamports)
    {
        InstructionError error = context.RequireAccounts(2);
        if (error.IsError)
            return error;
        AccountHandle source = context.Account(0);
        AccountHandle destination = context.Account(1);
        error = CheckDestination(destination);
        StakeState state = new();
        if (!error.IsError)
            error = StakeProgram.Read(source, out state);
        if (error.IsError)
            return error;
        if (lamports > source.Lamports)
            return InstructionErrorKind.InsufficientFunds;
        error = StakeProgram.RequireSigner(
            context, state.Kind == StakeStateKind.Uninitialized ? source.Address : state.Staker);
        if (!error.IsError && state.Kind != StakeStateKind.Uninitialized)
            error = SplitState(context, source, destination, state, lamports);
        if (!error.IsError && lamports == source.Lamports)
            error = source.WriteData(0, new StakeState().ToBytes());
        if (!error.IsError)
            error = destination.AddLamports(lamports);
        return error.IsError ? error : source.SubtractLamports(lamports);
    }

    private static InstructionError CheckDestination(in AccountHandle destination)
    {
        if (!destination.IsOwnedByCaller)
            return InstructionErrorKind.InvalidAccountOwner;
        bool isFree = destination.DataLength == StakeState.Size
            && StakeState.TryRead(destination.Data, out StakeState state)
            && state.Kind == StakeStateKind.Uninitialized;
        return isFree ? InstructionError.None : InstructionErrorKind.InvalidAccountData;
    }

    private static InstructionError SplitState(
        InvokeContext context, in AccountHandle source, in AccountHandle destination, StakeState state, ulong lamports)
    {
        bool isDelegated = state.Kind == StakeStateKind.Delegated;
        ulong reserve = Rent.MinimumBalance(StakeState.Size);
        ulong remaining = source.Lamports - lamports;
        InstructionError error = CheckBalances(
            state, lamports, remaining, destination.Lamports, isDelegated ? StakeProgram.MinimumDelegation : 0,
            isDelegated && state.EffectiveStake(context.Block.Epoch) > 0);
        if (error.IsError)
            return error;

        StakeState split = state with { RentReserve = reserve };
        if (isDelegated)
        {
            error = SplitStake(state, lamports, remaining, Missing(reserve, destination.Lamports), out ulong taken, out ulong given);
            if (error.IsError)
                return error;
            split = split with { Stake = given };
            error = source.WriteData(0, (state with { Stake = state.Stake - taken }).ToBytes());
        }

        return error.IsError ? error : destination.WriteData(0, split.ToBytes());
    }

    /// <summary>Both accounts keep their reserves, and the least delegation where they are delegated.</summary>
    private static InstructionError CheckBalances(
        StakeState state, ulong lamports, ulong remaining, ulong destinationLamports, ulong minimumStake, bool isActive)
    {
        ulong reserve = Rent.MinimumBalance(StakeState.Size);
        bool isFunded = lamports > 0
            && (remaining == 0 || remaining >= state.RentReserve + minimumStake)
            && (!isActive || remaining == 0 || destinationLamports >= reserve)
            && lamports >= Missing(reserve + minimumStake, destinationLamports);
        return isFunded ? InstructionError.None : InstructionErrorKind.InsufficientFunds;
    }

    private static InstructionError SplitStake(
        StakeState state, ulong lamports, ulong remaining, ulong missingReserve, out ulong taken, out ulong given)
    {
        taken = remaining == 0 ? Missing(lamports, state.RentReserve) : lamports;
        given = remaining == 0 ? taken : Missing(lamports, missingReserve);
        bool leavesTooLittle = remaining > 0 && Missing(state.Stake, lamports) < StakeProgram.MinimumDelegation;
        if (leavesTooLittle || given < StakeProgram.MinimumDelegation)
            return StakeProgram.Custom(StakeError.InsufficientDelegation);
        return taken > state.Stake ? StakeProgram.Custom(StakeError.InsufficientStake) : InstructionError.None;
    }

    private static ulong Missing(ulong wanted, ulong there) => wanted > there ? wanted - there : 0;
}
