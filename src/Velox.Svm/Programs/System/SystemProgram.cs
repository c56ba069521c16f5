using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Creates accounts, moves lamports, keeps durable nonces, and hands accounts of its own to other programs.</summary>
/// <remarks>
/// Checks, their order, error codes (<see cref="SystemError"/>) and log lines are those of Agave
/// (programs/system/src/system_processor.rs).
/// </remarks>
public sealed class SystemProgram : INativeProgram
{
    public Address Id => ProgramIds.System;

    public ulong ComputeUnits => 150;

    public InstructionError Execute(InvokeContext context)
    {
        if (!SystemInstruction.TryParse(context.Data, out SystemInstruction instruction))
            return InstructionErrorKind.InvalidInstructionData;

        switch (instruction.Tag)
        {
            case SystemInstructionTag.CreateAccount or SystemInstructionTag.CreateAccountWithSeed:
                return CreateAccount(context, instruction);
            case SystemInstructionTag.Assign or SystemInstructionTag.AssignWithSeed:
                return AssignAccount(context, instruction);
            case SystemInstructionTag.Allocate:
                return AllocateAccount(context, instruction);
            case SystemInstructionTag.AllocateWithSeed:
                return AllocateAndAssignAccount(context, instruction);
            case SystemInstructionTag.Transfer:
                return TransferSigned(context, instruction);
            case SystemInstructionTag.TransferWithSeed:
                return TransferSeeded(context, instruction);
            case SystemInstructionTag.AdvanceNonceAccount:
                return NonceInstructions.Advance(context);
            case SystemInstructionTag.WithdrawNonceAccount:
                return NonceInstructions.Withdraw(context, instruction.Lamports);
            case SystemInstructionTag.InitializeNonceAccount:
                return NonceInstructions.Initialize(context, instruction.Authority);
            case SystemInstructionTag.AuthorizeNonceAccount:
                return NonceInstructions.Authorize(context, instruction.Authority);
            case SystemInstructionTag.UpgradeNonceAccount:
                return NonceInstructions.Upgrade(context);
            default:
                return CreateAccountAllowPrefund(context, instruction);
        }
    }

    private static InstructionError CreateAccount(InvokeContext context, in SystemInstruction instruction)
    {
        InstructionError error = context.RequireListed(2);
        if (error.IsError)
            return error;
        AccountHandle to = context.Account(1);
        error = TryTakeAddress(context, to, instruction, out SystemAddress address);
        if (error.IsError)
            return error;

        if (to.Lamports > 0)
        {
            context.LogRaw($"Create Account: account {address} already in use");
            return InstructionError.Custom((uint)SystemError.AccountAlreadyInUse);
        }

        error = Allocate(context, to, address, instruction.Space);
        if (!error.IsError)
            error = Assign(context, to, address, instruction.Owner);
        return error.IsError ? error : TransferSigned(context, instruction);
    }

    /// <summary>As <see cref="CreateAccount"/>, for an account that has lamports already. It comes first, the payer second.</summary>
    private static InstructionError CreateAccountAllowPrefund(InvokeContext context, in SystemInstruction instruction)
    {
        if (!context.Block.Features.Runtime.CreateAccountAllowPrefund)
            return InstructionErrorKind.InvalidInstructionData;
        InstructionError error = context.RequireListed(instruction.Lamports > 0 ? 2 : 1);
        if (error.IsError)
            return error;
        AccountHandle to = context.Account(0);
        var address = new SystemAddress(to.Address, null);
        error = Allocate(context, to, address, instruction.Space);
        if (!error.IsError)
            error = Assign(context, to, address, instruction.Owner);
        return error.IsError || instruction.Lamports == 0
            ? error
            : TransferSigned(context, context.Account(1), to, instruction.Lamports);
    }

    private static InstructionError AssignAccount(InvokeContext context, in SystemInstruction instruction)
    {
        InstructionError error = TryTakeFirst(context, instruction, out var account, out SystemAddress address);
        return error.IsError ? error : Assign(context, account, address, instruction.Owner);
    }

    private static InstructionError AllocateAccount(InvokeContext context, in SystemInstruction instruction)
    {
        InstructionError error = TryTakeFirst(context, instruction, out var account, out SystemAddress address);
        return error.IsError ? error : Allocate(context, account, address, instruction.Space);
    }

    private static InstructionError AllocateAndAssignAccount(InvokeContext context, in SystemInstruction instruction)
    {
        InstructionError error = TryTakeFirst(context, instruction, out var account, out SystemAddress address);
        if (!error.IsError)
            error = Allocate(context, account, address, instruction.Space);
        return error.IsError ? error : Assign(context, account, address, instruction.Owner);
    }

    private static InstructionError TryTakeFirst(
        InvokeContext context, in SystemInstruction instruction, out AccountHandle account, out SystemAddress address)
    {
        account = default;
        address = default;
        InstructionError error = context.RequireListed(1);
        if (error.IsError)
            return error;
        account = context.Account(0);
        return TryTakeAddress(context, account, instruction, out address);
    }

    private static InstructionError TryTakeAddress(
        InvokeContext context, in AccountHandle account, in SystemInstruction instruction, out SystemAddress address)
    {
        if (instruction.Tag is SystemInstructionTag.CreateAccountWithSeed
            or SystemInstructionTag.AllocateWithSeed
            or SystemInstructionTag.AssignWithSeed)
        {
            return SystemAddress.TryDerive(context, account.Address, instruction, out address);
        }

        address = new SystemAddress(account.Address, null);
        return InstructionError.None;
    }

    private static InstructionError Allocate(
        InvokeContext context, in AccountHandle account, in SystemAddress address, ulong space)
    {
        if (!address.IsSigner(context))
        {
            context.LogRaw($"Allocate: 'to' account {address} must sign");
            return InstructionErrorKind.MissingRequiredSignature;
        }

        if (account.DataLength > 0 || account.Owner != ProgramIds.System)
        {
            context.LogRaw($"Allocate: account {address} already in use");
            return InstructionError.Custom((uint)SystemError.AccountAlreadyInUse);
        }

        if (space > AccountHandle.MaxDataLength)
        {
            context.LogRaw($"Allocate: requested {space}, max allowed {AccountHandle.MaxDataLength}");
            return InstructionError.Custom((uint)SystemError.InvalidAccountDataLength);
        }

        return account.SetDataLength((int)space);
    }

    private static InstructionError Assign(
        InvokeContext context, in AccountHandle account, in SystemAddress address, Address owner)
    {
        if (account.Owner == owner)
            return InstructionError.None;
        if (!address.IsSigner(context))
        {
            context.LogRaw($"Assign: account {address} must sign");
            return InstructionErrorKind.MissingRequiredSignature;
        }

        return account.SetOwner(owner);
    }

    private static InstructionError TransferSigned(InvokeContext context, in SystemInstruction instruction)
    {
        InstructionError error = context.RequireListed(2);
        return error.IsError
            ? error
            : TransferSigned(context, context.Account(0), context.Account(1), instruction.Lamports);
    }

    private static InstructionError TransferSigned(
        InvokeContext context, in AccountHandle from, in AccountHandle to, ulong lamports)
    {
        if (from.IsSigner)
            return Transfer(context, from, to, lamports);
        context.LogRaw($"Transfer: `from` account {from.Address} must sign");
        return InstructionErrorKind.MissingRequiredSignature;
    }

    private static InstructionError TransferSeeded(InvokeContext context, in SystemInstruction instruction)
    {
        InstructionError error = context.RequireListed(3);
        if (error.IsError)
            return error;
        AccountHandle from = context.Account(0);
        AccountHandle baseAccount = context.Account(1);
        if (!baseAccount.IsSigner)
        {
            context.LogRaw($"Transfer: 'from' account {baseAccount.Address} must sign");
            return InstructionErrorKind.MissingRequiredSignature;
        }

        error = SystemAddress.TryDeriveSeeded(
            baseAccount.Address, instruction.Seed, instruction.Owner, out Address expected);
        if (error.IsError)
            return error;
        if (from.Address != expected)
        {
            context.LogRaw($"Transfer: 'from' address {from.Address} does not match derived address {expected}");
            return InstructionError.Custom((uint)SystemError.AddressWithSeedMismatch);
        }

        return Transfer(context, from, context.Account(2), instruction.Lamports);
    }

    private static InstructionError Transfer(
        InvokeContext context, in AccountHandle from, in AccountHandle to, ulong lamports)
    {
        if (from.DataLength > 0)
        {
            context.LogRaw("Transfer: `from` must not carry data");
            return InstructionErrorKind.InvalidArgument;
        }

        if (lamports > from.Lamports)
        {
            context.LogRaw($"Transfer: insufficient lamports {from.Lamports}, need {lamports}");
            return InstructionError.Custom((uint)SystemError.ResultWithNegativeLamports);
        }

        InstructionError error = from.SubtractLamports(lamports);
        return error.IsError ? error : to.AddLamports(lamports);
    }
}
