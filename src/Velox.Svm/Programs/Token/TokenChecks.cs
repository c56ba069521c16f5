using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Rules that several token instructions share.</summary>
internal static class TokenChecks
{
    /// <summary>
    /// Whether the expected authority signed: itself, or enough of its keys when it is a multisig. Errors:
    /// OwnerMismatch, MissingRequiredSignature, and those of reading the multisig.
    /// </summary>
    /// <param name="context">The running instruction.</param>
    /// <param name="expected">Who must agree.</param>
    /// <param name="authorityIndex">Index of the authority's account; the keys of a multisig follow it.</param>
    internal static InstructionError RequireAuthority(InvokeContext context, Address expected, int authorityIndex)
    {
        AccountHandle authority = context.Account(authorityIndex);
        if (authority.Address != expected)
            return TokenError.OwnerMismatch;
        if (authority.IsOwnedByCaller && authority.DataLength == TokenMultisig.Size)
            return RequireSigners(context, authority, authorityIndex + 1);
        return authority.IsSigner ? InstructionError.None : InstructionErrorKind.MissingRequiredSignature;
    }

    /// <summary>Error: IncorrectProgramId unless the token program owns the account.</summary>
    internal static InstructionError RequireOwnership(AccountHandle account) =>
        account.IsOwnedByCaller ? InstructionError.None : InstructionErrorKind.IncorrectProgramId;

    /// <summary>
    /// Needed where nothing would be written: the runtime refuses writes to accounts of others, but not an amount of 0.
    /// Error: IncorrectProgramId.
    /// </summary>
    internal static InstructionError RequireOwnership(AccountHandle first, AccountHandle second) =>
        first.IsOwnedByCaller ? RequireOwnership(second) : InstructionErrorKind.IncorrectProgramId;

    /// <summary>
    /// Reads a mint that must be the account's, with the decimals that the client believes it has. Errors:
    /// MintMismatch, MintDecimalsMismatch, and those of reading the mint.
    /// </summary>
    internal static InstructionError RequireMint(AccountHandle mintAccount, Address expected, byte decimals)
    {
        if (mintAccount.Address != expected)
            return TokenError.MintMismatch;
        InstructionError error = TokenMint.TryRead(mintAccount.Data, out TokenMint mint);
        if (error.IsError)
            return error;
        return mint.Decimals == decimals ? InstructionError.None : TokenError.MintDecimalsMismatch;
    }

    /// <summary>Reads a mint that the token program must own. Errors: IncorrectProgramId, InvalidMint.</summary>
    internal static InstructionError TryReadOwnMint(AccountHandle mintAccount, out TokenMint mint)
    {
        mint = default;
        if (!mintAccount.IsOwnedByCaller)
            return InstructionErrorKind.IncorrectProgramId;
        return TokenMint.TryRead(mintAccount.Data, out mint).IsError ? TokenError.InvalidMint : InstructionError.None;
    }

    /// <summary>Error: NotRentExempt.</summary>
    internal static InstructionError RequireRentExempt(AccountHandle account) =>
        account.Lamports >= Rent.MinimumBalance(account.DataLength) ? InstructionError.None : TokenError.NotRentExempt;

    /// <summary>Older instructions carry the rent sysvar; its content is fixed here. Error: InvalidArgument.</summary>
    internal static InstructionError RequireRentSysvar(AccountHandle account) =>
        account.Address == SysvarIds.Rent ? InstructionError.None : InstructionErrorKind.InvalidArgument;

    /// <summary>
    /// Replaces an account's data. Writing what is there already is no write: the runtime compares before and after, so
    /// it passes for accounts that may not be written.
    /// </summary>
    internal static InstructionError WriteIfChanged(AccountHandle account, ReadOnlySpan<byte> data) =>
        account.Data.SequenceEqual(data) ? InstructionError.None : account.WriteData(0, data);

    private static InstructionError RequireSigners(InvokeContext context, AccountHandle authority, int firstSigner)
    {
        InstructionError error = TokenMultisig.TryRead(authority.Data, out TokenMultisig multisig);
        if (error.IsError)
            return error;

        // No instruction makes such an account; the original would fault on it.
        if (multisig.SignerCount > TokenMultisig.MaxSigners)
            return InstructionErrorKind.ProgramFailedToComplete;

        // A key that the multisig lists several times counts as often with a single signature.
        uint matched = 0;
        int signatures = 0;
        for (int i = firstSigner; i < context.AccountCount; i++)
        {
            AccountHandle signer = context.Account(i);
            for (int position = 0; position < multisig.SignerCount; position++)
            {
                uint bit = 1u << position;
                if ((matched & bit) != 0 || multisig.Signer(position) != signer.Address)
                    continue;
                if (!signer.IsSigner)
                    return InstructionErrorKind.MissingRequiredSignature;
                matched |= bit;
                signatures++;
            }
        }

        return signatures >= multisig.RequiredSigners
            ? InstructionError.None
            : InstructionErrorKind.MissingRequiredSignature;
    }
}
