using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Instructions that turn a created account into a mint, a token account or a multisig.</summary>
internal static class TokenInitialization
{
    internal static InstructionError Mint(InvokeContext context, TokenInstructionTag tag, ref TokenFields fields)
    {
        byte decimals = fields.Byte();
        Address mintAuthority = fields.Address();
        Address? freezeAuthority = fields.OptionalAddress();
        bool hasRent = tag == TokenInstructionTag.InitializeMint;
        InstructionError error = fields.Begin(context, tag, hasRent ? 2 : 1);
        if (!error.IsError && hasRent)
            error = TokenChecks.RequireRentSysvar(context.Account(1));
        if (error.IsError)
            return error;

        AccountHandle account = context.Account(0);
        error = TokenMint.TryReadAny(account.Data, out TokenMint mint);
        if (error.IsError)
            return error;
        if (mint.IsInitialized)
            return TokenError.AlreadyInUse;
        error = TokenChecks.RequireRentExempt(account);
        if (error.IsError)
            return error;

        mint.MintAuthority = mintAuthority;
        mint.Decimals = decimals;
        mint.IsInitialized = true;
        mint.FreezeAuthority = freezeAuthority;
        return mint.Save(account);
    }

    internal static InstructionError Account(InvokeContext context, TokenInstructionTag tag, ref TokenFields fields)
    {
        // The first form names the owner as an account, the later two in the data; only the last needs no rent sysvar.
        bool hasOwnerAccount = tag == TokenInstructionTag.InitializeAccount;
        bool hasRent = tag != TokenInstructionTag.InitializeAccount3;
        Address owner = hasOwnerAccount ? default : fields.Address();
        int rentIndex = hasOwnerAccount ? 3 : 2;
        InstructionError error = fields.Begin(context, tag, hasRent ? rentIndex + 1 : 2);
        if (!error.IsError && hasRent)
            error = TokenChecks.RequireRentSysvar(context.Account(rentIndex));
        if (error.IsError)
            return error;
        if (hasOwnerAccount)
            owner = context.Account(2).Address;
        return Account(context.Account(0), context.Account(1), owner);
    }

    internal static InstructionError Multisig(InvokeContext context, TokenInstructionTag tag, ref TokenFields fields)
    {
        byte requiredSigners = fields.Byte();
        bool hasRent = tag == TokenInstructionTag.InitializeMultisig;
        int firstSigner = hasRent ? 2 : 1;
        InstructionError error = fields.Begin(context, tag, firstSigner);
        if (!error.IsError && hasRent)
            error = TokenChecks.RequireRentSysvar(context.Account(1));
        if (error.IsError)
            return error;

        AccountHandle account = context.Account(0);
        error = TokenMultisig.TryReadAny(account.Data, out TokenMultisig multisig);
        if (error.IsError)
            return error;
        if (multisig.IsInitialized)
            return TokenError.AlreadyInUse;
        error = TokenChecks.RequireRentExempt(account);
        if (error.IsError)
            return error;
        if (context.AccountCount - firstSigner is < 1 or > TokenMultisig.MaxSigners)
            return TokenError.InvalidNumberOfProvidedSigners;
        if (requiredSigners is < 1 or > TokenMultisig.MaxSigners)
            return TokenError.InvalidNumberOfRequiredSigners;
        return TokenMultisig.Save(account, requiredSigners, context, firstSigner);
    }

    /// <summary>Checks and changes nothing: this version has no immutable owners.</summary>
    internal static InstructionError ImmutableOwner(InvokeContext context, TokenInstructionTag tag)
    {
        InstructionError error = new TokenFields([]).Begin(context, tag, 1);
        if (error.IsError)
            return error;
        error = TokenAccount.TryReadAny(context.Account(0).Data, out TokenAccount account);
        if (error.IsError)
            return error;
        if (account.State != TokenAccountState.Uninitialized)
            return TokenError.AlreadyInUse;
        context.Log("Please upgrade to SPL Token 2022 for immutable owner support");
        return InstructionError.None;
    }

    private static InstructionError Account(AccountHandle handle, AccountHandle mint, Address owner)
    {
        InstructionError error = TokenAccount.TryReadAny(handle.Data, out TokenAccount account);
        if (error.IsError)
            return error;
        if (account.State != TokenAccountState.Uninitialized)
            return TokenError.AlreadyInUse;
        error = TokenChecks.RequireRentExempt(handle);
        bool isNative = mint.Address == ProgramIds.NativeMint;
        if (!error.IsError && !isNative)
            error = TokenChecks.TryReadOwnMint(mint, out _);
        if (error.IsError)
            return error;

        account.Mint = mint.Address;
        account.Owner = owner;
        account.CloseAuthority = null;
        account.Delegate = null;
        account.DelegatedAmount = 0;
        account.State = TokenAccountState.Initialized;
        account.NativeReserve = isNative ? Rent.MinimumBalance(handle.DataLength) : null;
        account.Amount = isNative ? handle.Lamports - account.NativeReserve.GetValueOrDefault() : 0;
        return account.Save(handle);
    }
}
