namespace Velox.Svm;

/// <summary>Moving tokens, and letting a delegate move them.</summary>
internal static class TokenTransfers
{
    internal static InstructionError Transfer(InvokeContext context, TokenInstructionTag tag, ref TokenFields fields)
    {
        bool isChecked = tag == TokenInstructionTag.TransferChecked;
        ulong amount = fields.UInt64();
        byte decimals = isChecked ? fields.Byte() : (byte)0;
        InstructionError error = fields.Begin(context, tag, isChecked ? 4 : 3);
        if (error.IsError)
            return error;

        AccountHandle sourceHandle = context.Account(0);
        AccountHandle destinationHandle = context.Account(isChecked ? 2 : 1);
        int authorityIndex = isChecked ? 3 : 2;
        error = TokenAccount.TryRead(sourceHandle.Data, out TokenAccount source);
        if (error.IsError)
            return error;
        error = TokenAccount.TryRead(destinationHandle.Data, out TokenAccount destination);
        if (error.IsError)
            return error;
        if (source.IsFrozen || destination.IsFrozen)
            return TokenError.AccountFrozen;
        if (source.Amount < amount)
            return TokenError.InsufficientFunds;
        if (source.Mint != destination.Mint)
            return TokenError.MintMismatch;
        if (isChecked)
            error = TokenChecks.RequireMint(context.Account(1), source.Mint, decimals);
        if (error.IsError)
            return error;

        bool isSelfTransfer = sourceHandle.Address == destinationHandle.Address;
        error = TakeAllowance(context, ref source, authorityIndex, amount, isSelfTransfer);
        if (!error.IsError && (isSelfTransfer || amount == 0))
            error = TokenChecks.RequireOwnership(sourceHandle, destinationHandle);
        if (error.IsError || isSelfTransfer)
            return error;
        return Move(sourceHandle, source, destinationHandle, destination, amount);
    }

    internal static InstructionError Approve(InvokeContext context, TokenInstructionTag tag, ref TokenFields fields)
    {
        bool isChecked = tag == TokenInstructionTag.ApproveChecked;
        ulong amount = fields.UInt64();
        byte decimals = isChecked ? fields.Byte() : (byte)0;
        InstructionError error = fields.Begin(context, tag, isChecked ? 4 : 3);
        if (error.IsError)
            return error;

        int delegateIndex = isChecked ? 2 : 1;
        error = ReadUnfrozen(context, out TokenAccount source);
        if (!error.IsError && isChecked)
            error = TokenChecks.RequireMint(context.Account(1), source.Mint, decimals);
        if (!error.IsError)
            error = TokenChecks.RequireAuthority(context, source.Owner, delegateIndex + 1);
        if (error.IsError)
            return error;

        source.Delegate = context.Account(delegateIndex).Address;
        source.DelegatedAmount = amount;
        return source.Save(context.Account(0));
    }

    internal static InstructionError Revoke(InvokeContext context, TokenInstructionTag tag)
    {
        // A bad first account is reported before a missing second one.
        InstructionError error = new TokenFields([]).Begin(context, tag, 1);
        if (error.IsError)
            return error;
        error = TokenAccount.TryRead(context.Account(0).Data, out TokenAccount source);
        if (!error.IsError)
            error = context.RequireAccounts(2);
        if (!error.IsError && source.IsFrozen)
            error = TokenError.AccountFrozen;
        if (!error.IsError)
            error = TokenChecks.RequireAuthority(context, source.Owner, 1);
        if (error.IsError)
            return error;

        source.Delegate = null;
        source.DelegatedAmount = 0;
        return source.Save(context.Account(0));
    }

    /// <summary>
    /// Checks who moves tokens, and takes the amount off what a delegate may move (a transfer to itself takes nothing).
    /// Errors: InsufficientFunds, and those of the authority.
    /// </summary>
    internal static InstructionError TakeAllowance(
        InvokeContext context, ref TokenAccount source, int authorityIndex, ulong amount, bool isSelfTransfer = false)
    {
        if (source.Delegate is not { } delegateAddress || delegateAddress != context.Account(authorityIndex).Address)
            return TokenChecks.RequireAuthority(context, source.Owner, authorityIndex);

        InstructionError error = TokenChecks.RequireAuthority(context, delegateAddress, authorityIndex);
        if (error.IsError)
            return error;
        if (source.DelegatedAmount < amount)
            return TokenError.InsufficientFunds;
        if (isSelfTransfer)
            return InstructionError.None;
        source.DelegatedAmount -= amount;
        if (source.DelegatedAmount == 0)
            source.Delegate = null;
        return InstructionError.None;
    }

    private static InstructionError Move(
        AccountHandle sourceHandle, TokenAccount source, AccountHandle destinationHandle, TokenAccount destination,
        ulong amount)
    {
        if (amount > ulong.MaxValue - destination.Amount)
            return TokenError.Overflow;
        source.Amount -= amount;
        destination.Amount += amount;

        ulong lamports = source.IsNative ? amount : 0;
        if (lamports > sourceHandle.Lamports || lamports > ulong.MaxValue - destinationHandle.Lamports)
            return TokenError.Overflow;

        // The handles refuse even 0 lamports where nothing may change; the original moves none then.
        InstructionError error = lamports == 0 ? InstructionError.None : sourceHandle.SubtractLamports(lamports);
        if (!error.IsError)
            error = source.Save(sourceHandle);
        if (!error.IsError && lamports > 0)
            error = destinationHandle.AddLamports(lamports);
        return error.IsError ? error : destination.Save(destinationHandle);
    }

    private static InstructionError ReadUnfrozen(InvokeContext context, out TokenAccount source)
    {
        InstructionError error = TokenAccount.TryRead(context.Account(0).Data, out source);
        return !error.IsError && source.IsFrozen ? TokenError.AccountFrozen : error;
    }
}
