using Velox.Primitives;

namespace Velox.Svm;

/// <summary>
/// RecoverNested: tokens that were sent to an associated account of an associated account go to the wallet's own.
/// </summary>
internal static class NestedTokenRecovery
{
    internal static InstructionError Run(InvokeContext context)
    {
        context.Log("RecoverNested");
        InstructionError error = context.RequireAccounts(7);
        if (error.IsError)
            return error;
        AccountHandle nested = context.Account(0);
        AccountHandle nestedMint = context.Account(1);
        AccountHandle destination = context.Account(2);
        AccountHandle owner = context.Account(3);
        AccountHandle ownerMint = context.Account(4);
        AccountHandle wallet = context.Account(5);
        Address program = context.Account(6).Address;
        error = Match(context, owner, (wallet.Address, ownerMint.Address, program), "Owner");
        if (!error.IsError)
            error = Match(context, nested, (owner.Address, nestedMint.Address, program), "Nested");
        if (!error.IsError)
            error = Match(context, destination, (wallet.Address, nestedMint.Address, program), "Destination");
        if (error.IsError)
            return error;
        if (!wallet.IsSigner)
        {
            return Fail(
                context, "Wallet of the owner associated token account must sign",
                InstructionErrorKind.MissingRequiredSignature);
        }

        if (ownerMint.Owner != program)
            return Fail(context, "Owner mint not owned by provided token program", InstructionErrorKind.IllegalOwner);
        error = ReadOwner(context, owner, wallet.Address, program);
        if (error.IsError)
            return error;
        error = ReadNested(context, nested, owner.Address, program, out TokenAccount account);
        if (error.IsError)
            return error;
        if (nestedMint.Owner != program)
        {
            return Fail(
                context, "Nested mint account not owned by provided token program", InstructionErrorKind.IllegalOwner);
        }

        error = ExtendedState.TryReadMint(nestedMint.Data, out TokenMint mint);
        if (!error.IsError && !AssociatedTokenProgram.IsTokenProgram(program))
            error = InstructionErrorKind.IncorrectProgramId;
        if (error.IsError)
            return error;

        Instruction transfer = TokenInstructions.TransferChecked(
            nested.Address, nestedMint.Address, destination.Address, owner.Address, account.Amount, mint.Decimals);
        error = context.Invoke(transfer.To(program), owner.Address);
        if (error.IsError)
            return error;
        Instruction close = TokenInstructions.CloseAccount(nested.Address, wallet.Address, owner.Address);
        return context.Invoke(close.To(program), owner.Address);
    }

    private static InstructionError Match(
        InvokeContext context, AccountHandle account, (Address Wallet, Address Mint, Address Program) seeds, string name)
    {
        if (account.Address == AssociatedTokenProgram.AddressOf(seeds.Wallet, seeds.Mint, seeds.Program))
            return InstructionError.None;
        context.Log($"Error: {name} associated address does not match seed derivation");
        return InstructionErrorKind.InvalidSeeds;
    }

    private static InstructionError ReadOwner(InvokeContext context, AccountHandle handle, Address wallet, Address program)
    {
        if (handle.Owner != program)
        {
            return Fail(
                context,
                "Owner associated token account not owned by provided token program, "
                + "recreate the owner associated token account first",
                InstructionErrorKind.IllegalOwner);
        }

        InstructionError error = ExtendedState.TryReadAccount(handle.Data, out TokenAccount account);
        return error.IsError || account.Owner == wallet
            ? error
            : Fail(
                context, "Owner associated token account not owned by provided wallet",
                AssociatedTokenProgram.InvalidOwner);
    }

    private static InstructionError ReadNested(
        InvokeContext context, AccountHandle handle, Address owner, Address program, out TokenAccount account)
    {
        account = default;
        if (handle.Owner != program)
        {
            return Fail(
                context, "Nested associated token account not owned by provided token program",
                InstructionErrorKind.IllegalOwner);
        }

        InstructionError error = ExtendedState.TryReadAccount(handle.Data, out account);
        return error.IsError || account.Owner == owner
            ? error
            : Fail(
                context, "Nested associated token account not owned by provided associated token account",
                AssociatedTokenProgram.InvalidOwner);
    }

    private static InstructionError Fail(InvokeContext context, string reason, InstructionError error)
    {
        context.Log(reason);
        return error;
    }
}
