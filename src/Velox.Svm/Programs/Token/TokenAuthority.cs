using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Who may do what: authorities, freezing, closing.</summary>
internal static class TokenAuthority
{
    internal static InstructionError Set(InvokeContext context, TokenInstructionTag tag, ref TokenFields fields)
    {
        var type = (TokenAuthorityType)fields.Byte();
        Address? newAuthority = fields.OptionalAddress();
        if (type > TokenAuthorityType.CloseAccount)
            return TokenError.InvalidInstruction;
        InstructionError error = fields.Begin(context, tag, 2);
        if (error.IsError)
            return error;
        return context.Account(0).DataLength switch
        {
            TokenAccount.Size => SetOfAccount(context, type, newAuthority),
            TokenMint.Size => SetOfMint(context, type, newAuthority),
            _ => InstructionErrorKind.InvalidArgument,
        };
    }

    internal static InstructionError Freeze(InvokeContext context, TokenInstructionTag tag)
    {
        InstructionError error = new TokenFields([]).Begin(context, tag, 3);
        if (error.IsError)
            return error;
        AccountHandle handle = context.Account(0);
        AccountHandle mintHandle = context.Account(1);
        bool freezes = tag == TokenInstructionTag.FreezeAccount;
        error = TokenAccount.TryRead(handle.Data, out TokenAccount account);
        if (error.IsError)
            return error;
        if (account.IsFrozen == freezes)
            return TokenError.InvalidState;
        if (account.IsNative)
            return TokenError.NativeNotSupported;
        if (account.Mint != mintHandle.Address)
            return TokenError.MintMismatch;
        error = TokenMint.TryRead(mintHandle.Data, out TokenMint mint);
        if (!error.IsError)
        {
            error = mint.FreezeAuthority is { } authority
                ? TokenChecks.RequireAuthority(context, authority, 2)
                : TokenError.MintCannotFreeze;
        }

        if (error.IsError)
            return error;

        account.State = freezes ? TokenAccountState.Frozen : TokenAccountState.Initialized;
        return account.Save(handle);
    }

    internal static InstructionError Close(InvokeContext context, TokenInstructionTag tag)
    {
        InstructionError error = new TokenFields([]).Begin(context, tag, 3);
        if (error.IsError)
            return error;
        AccountHandle source = context.Account(0);
        AccountHandle destination = context.Account(1);
        if (source.Address == destination.Address)
            return InstructionErrorKind.InvalidAccountData;
        error = TokenAccount.TryRead(source.Data, out TokenAccount account);
        if (error.IsError)
            return error;
        if (!account.IsNative && account.Amount != 0)
            return TokenError.NonNativeHasBalance;
        if (!account.IsOwnerless)
            error = TokenChecks.RequireAuthority(context, account.CloseAuthority ?? account.Owner, 2);
        else if (destination.Address != ProgramIds.Incinerator)
            error = InstructionErrorKind.InvalidAccountData;
        return error.IsError ? error : Delete(source, destination);
    }

    private static InstructionError Delete(AccountHandle source, AccountHandle destination)
    {
        ulong lamports = source.Lamports;
        if (lamports > ulong.MaxValue - destination.Lamports)
            return TokenError.Overflow;

        // Data and owner go too: lamports sent within the same transaction must not revive the account as it was.
        InstructionError error = source.SubtractLamports(lamports);
        if (!error.IsError)
            error = source.SetDataLength(0);
        if (!error.IsError)
            error = source.SetOwner(ProgramIds.System);
        return error.IsError || lamports == 0 ? error : destination.AddLamports(lamports);
    }

    private static InstructionError SetOfAccount(InvokeContext context, TokenAuthorityType type, Address? newAuthority)
    {
        InstructionError error = TokenAccount.TryRead(context.Account(0).Data, out TokenAccount account);
        if (error.IsError)
            return error;
        if (account.IsFrozen)
            return TokenError.AccountFrozen;
        switch (type)
        {
            case TokenAuthorityType.AccountOwner:
                error = TokenChecks.RequireAuthority(context, account.Owner, 1);
                if (error.IsError)
                    return error;
                if (newAuthority is not { } newOwner)
                    return TokenError.InvalidInstruction;
                account.Owner = newOwner;
                account.Delegate = null;
                account.DelegatedAmount = 0;
                if (account.IsNative)
                    account.CloseAuthority = null;
                break;
            case TokenAuthorityType.CloseAccount:
                error = TokenChecks.RequireAuthority(context, account.CloseAuthority ?? account.Owner, 1);
                if (error.IsError)
                    return error;
                account.CloseAuthority = newAuthority;
                break;
            default:
                return TokenError.AuthorityTypeNotSupported;
        }

        return account.Save(context.Account(0));
    }

    private static InstructionError SetOfMint(InvokeContext context, TokenAuthorityType type, Address? newAuthority)
    {
        InstructionError error = TokenMint.TryRead(context.Account(0).Data, out TokenMint mint);
        if (error.IsError)
            return error;
        switch (type)
        {
            case TokenAuthorityType.MintTokens:
                error = mint.MintAuthority is { } minter
                    ? TokenChecks.RequireAuthority(context, minter, 1)
                    : TokenError.FixedSupply;
                mint.MintAuthority = newAuthority;
                break;
            case TokenAuthorityType.FreezeAccount:
                error = mint.FreezeAuthority is { } freezer
                    ? TokenChecks.RequireAuthority(context, freezer, 1)
                    : TokenError.MintCannotFreeze;
                mint.FreezeAuthority = newAuthority;
                break;
            default:
                return TokenError.AuthorityTypeNotSupported;
        }

        return error.IsError ? error : mint.Save(context.Account(0));
    }
}
