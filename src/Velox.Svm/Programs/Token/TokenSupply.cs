namespace Velox.Svm;

/// <summary>Making tokens and destroying them.</summary>
internal static class TokenSupply
{
    internal static InstructionError MintTo(InvokeContext context, TokenInstructionTag tag, ref TokenFields fields)
    {
        byte? decimals = ReadAmount(tag == TokenInstructionTag.MintToChecked, ref fields, out ulong amount);
        InstructionError error = fields.Begin(context, tag, 3);
        if (error.IsError)
            return error;

        AccountHandle mintHandle = context.Account(0);
        AccountHandle destinationHandle = context.Account(1);
        error = TokenAccount.TryRead(destinationHandle.Data, out TokenAccount destination);
        if (!error.IsError)
            error = CheckMovable(destination, mintHandle);
        if (error.IsError)
            return error;
        error = ReadMint(mintHandle, decimals, out TokenMint mint);
        if (!error.IsError)
        {
            error = mint.MintAuthority is { } authority
                ? TokenChecks.RequireAuthority(context, authority, 2)
                : TokenError.FixedSupply;
        }

        if (!error.IsError && amount == 0)
            error = TokenChecks.RequireOwnership(mintHandle, destinationHandle);
        if (error.IsError)
            return error;

        if (amount > ulong.MaxValue - destination.Amount || amount > ulong.MaxValue - mint.Supply)
            return TokenError.Overflow;
        destination.Amount += amount;
        mint.Supply += amount;
        error = mint.Save(mintHandle);
        return error.IsError ? error : destination.Save(destinationHandle);
    }

    internal static InstructionError Burn(InvokeContext context, TokenInstructionTag tag, ref TokenFields fields)
    {
        byte? decimals = ReadAmount(tag == TokenInstructionTag.BurnChecked, ref fields, out ulong amount);
        InstructionError error = fields.Begin(context, tag, 3);
        if (error.IsError)
            return error;

        AccountHandle sourceHandle = context.Account(0);
        AccountHandle mintHandle = context.Account(1);
        error = TokenAccount.TryRead(sourceHandle.Data, out TokenAccount source);
        if (error.IsError)
            return error;
        error = ReadMint(mintHandle, decimals: null, out TokenMint mint);
        if (error.IsError)
            return error;
        if (source.IsFrozen)
            return TokenError.AccountFrozen;
        if (source.IsNative)
            return TokenError.NativeNotSupported;
        if (source.Amount < amount)
            return TokenError.InsufficientFunds;
        if (source.Mint != mintHandle.Address)
            return TokenError.MintMismatch;
        if (decimals is { } expected && expected != mint.Decimals)
            return TokenError.MintDecimalsMismatch;
        if (!source.IsOwnerless)
            error = TokenTransfers.TakeAllowance(context, ref source, 2, amount);
        if (!error.IsError && amount == 0)
            error = TokenChecks.RequireOwnership(sourceHandle, mintHandle);
        if (error.IsError)
            return error;

        if (amount > mint.Supply)
            return TokenError.Overflow;
        source.Amount -= amount;
        mint.Supply -= amount;
        error = source.Save(sourceHandle);
        return error.IsError ? error : mint.Save(mintHandle);
    }

    private static byte? ReadAmount(bool isChecked, ref TokenFields fields, out ulong amount)
    {
        amount = fields.UInt64();
        return isChecked ? fields.Byte() : null;
    }

    private static InstructionError CheckMovable(TokenAccount account, AccountHandle mint)
    {
        if (account.IsFrozen)
            return TokenError.AccountFrozen;
        if (account.IsNative)
            return TokenError.NativeNotSupported;
        return account.Mint == mint.Address ? InstructionError.None : TokenError.MintMismatch;
    }

    private static InstructionError ReadMint(AccountHandle handle, byte? decimals, out TokenMint mint)
    {
        InstructionError error = TokenMint.TryRead(handle.Data, out mint);
        return !error.IsError && decimals is { } expected && expected != mint.Decimals
            ? TokenError.MintDecimalsMismatch
            : error;
    }
}
