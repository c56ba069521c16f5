using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Stake accounts: made, handed on, delegated, split, deactivated and withdrawn from. Nothing is earned.</summary>
/// <remarks>
/// Runs natively what is BPF code on Solana: accounts and errors are meant to be the same, compute units are not. SetLockup,
/// Merge, the seeded authorities, DeactivateDelinquent, MoveStake and MoveLamports are refused as InvalidInstructionData, with
/// a line that says so.
/// </remarks>
public sealed class StakeProgram : INativeProgram
{
    /// <summary>Least lamports of a delegation.</summary>
    internal const ulong MinimumDelegation = 1;

    private const uint AuthorizeStaker = 0;
    private const uint AuthorizeWithdrawer = 1;

    public Address Id => ProgramIds.Stake;

    public ulong ComputeUnits => 750;

    public InstructionError Execute(InvokeContext context)
    {
        var reader = new BincodeReader(context.Data);
        var tag = (StakeInstructionTag)reader.UInt32();
        if (reader.HasFailed || tag > StakeInstructionTag.MoveLamports)
            return InstructionErrorKind.InvalidInstructionData;
        InstructionError error;
        switch (tag)
        {
            case StakeInstructionTag.Initialize:
                (Address staker, Address withdrawer) = (reader.Address(), reader.Address());
                var lockup = StakeLockup.Read(ref reader);
                return reader.HasFailed
                    ? InstructionErrorKind.InvalidInstructionData
                    : Initialize(context, staker, withdrawer, lockup);
            case StakeInstructionTag.InitializeChecked:
                error = context.RequireAccounts(4);
                if (error.IsError)
                    return error;
                return context.Account(3).IsSigner
                    ? Initialize(context, context.Account(2).Address, context.Account(3).Address, default)
                    : InstructionErrorKind.MissingRequiredSignature;
            case StakeInstructionTag.Authorize:
                (Address authority, uint role) = (reader.Address(), reader.UInt32());
                return reader.HasFailed || role > AuthorizeWithdrawer
                    ? InstructionErrorKind.InvalidInstructionData
                    : Authorize(context, authority, role, custodianIndex: 3);
            case StakeInstructionTag.AuthorizeChecked:
                role = reader.UInt32();
                if (reader.HasFailed || role > AuthorizeWithdrawer)
                    return InstructionErrorKind.InvalidInstructionData;
                error = context.RequireAccounts(4);
                if (error.IsError)
                    return error;
                return context.Account(3).IsSigner
                    ? Authorize(context, context.Account(3).Address, role, custodianIndex: 4)
                    : InstructionErrorKind.MissingRequiredSignature;
            case StakeInstructionTag.DelegateStake:
                return StakeDelegation.Delegate(context);
            case StakeInstructionTag.Deactivate:
                return StakeDelegation.Deactivate(context);
            case StakeInstructionTag.Split:
                ulong lamports = reader.UInt64();
                return reader.HasFailed ? InstructionErrorKind.InvalidInstructionData : StakeSplitting.Run(context, lamports);
            case StakeInstructionTag.Withdraw:
                lamports = reader.UInt64();
                return reader.HasFailed ? InstructionErrorKind.InvalidInstructionData : StakeWithdrawal.Run(context, lamports);
            case StakeInstructionTag.GetMinimumDelegation:
                byte[] minimum = new byte[sizeof(ulong)];
                BinaryPrimitives.WriteUInt64LittleEndian(minimum, MinimumDelegation);
                return context.SetReturnData(minimum);
            default:
                context.Log($"{tag} is not supported");
                return InstructionErrorKind.InvalidInstructionData;
        }
    }

    internal static InstructionError Custom(StakeError error) => InstructionError.Custom((uint)error);

    /// <summary>Reads an account. Errors: InvalidAccountOwner, InvalidAccountData.</summary>
    internal static InstructionError Read(in AccountHandle account, out StakeState state)
    {
        state = new StakeState();
        if (!account.IsOwnedByCaller)
            return InstructionErrorKind.InvalidAccountOwner;
        return StakeState.TryRead(account.Data, out state) ? InstructionError.None : InstructionErrorKind.InvalidAccountData;
    }

    internal static InstructionError RequireSigner(InvokeContext context, Address address) =>
        context.IsSigner(address) ? InstructionError.None : InstructionErrorKind.MissingRequiredSignature;

    private static InstructionError Initialize(InvokeContext context, Address staker, Address withdrawer, StakeLockup lockup)
    {
        InstructionError error = context.RequireAccounts(1);
        if (!error.IsError)
            error = context.RequireSysvar(1, SysvarIds.Rent);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        if (account.DataLength != StakeState.Size)
            return InstructionErrorKind.InvalidAccountData;
        error = Read(account, out StakeState state);
        if (error.IsError)
            return error;
        if (state.Kind != StakeStateKind.Uninitialized)
            return InstructionErrorKind.InvalidAccountData;
        ulong reserve = Rent.MinimumBalance(StakeState.Size);
        if (account.Lamports < reserve)
            return InstructionErrorKind.InsufficientFunds;
        var initialized = new StakeState
        {
            Kind = StakeStateKind.Initialized,
            RentReserve = reserve,
            Staker = staker,
            Withdrawer = withdrawer,
            Lockup = lockup,
        };
        return account.WriteData(0, initialized.ToBytes());
    }

    private static InstructionError Authorize(InvokeContext context, Address authority, uint role, int custodianIndex)
    {
        InstructionError error = context.RequireAccounts(3);
        if (!error.IsError)
            error = context.RequireSysvar(1, SysvarIds.Clock);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        error = Read(account, out StakeState state);
        if (error.IsError)
            return error;
        if (state.Kind == StakeStateKind.Uninitialized)
            return InstructionErrorKind.InvalidAccountData;
        if (role == AuthorizeStaker)
        {
            if (!context.IsSigner(state.Staker) && !context.IsSigner(state.Withdrawer))
                return InstructionErrorKind.MissingRequiredSignature;
            return account.WriteData(0, (state with { Staker = authority }).ToBytes());
        }

        error = CheckCustodian(context, state.Lockup, custodianIndex);
        if (!error.IsError)
            error = RequireSigner(context, state.Withdrawer);
        return error.IsError ? error : account.WriteData(0, (state with { Withdrawer = authority }).ToBytes());
    }

    private static InstructionError CheckCustodian(InvokeContext context, StakeLockup lockup, int index)
    {
        if (!lockup.IsInForce(context.Block, null))
            return InstructionError.None;
        if (context.AccountCount <= index)
            return Custom(StakeError.CustodianMissing);
        AccountHandle custodian = context.Account(index);
        if (!custodian.IsSigner)
            return Custom(StakeError.CustodianSignatureMissing);
        return lockup.IsInForce(context.Block, custodian.Address) ? Custom(StakeError.LockupInForce) : InstructionError.None;
    }
}
