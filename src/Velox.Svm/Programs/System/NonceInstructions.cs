using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The system program's instructions on durable nonces (Agave programs/system, system_instruction.rs).</summary>
internal static class NonceInstructions
{
    internal static InstructionError Advance(InvokeContext context)
    {
        InstructionError error = context.RequireListed(1);
        if (!error.IsError)
            error = RequireBlockhashes(context, 1, "Advance");
        if (error.IsError)
            return error;

        AccountHandle account = context.Account(0);
        error = RequireWritable(context, account, "Advance");
        if (error.IsError)
            return error;
        error = Read(account, out NonceAccount nonce);
        if (error.IsError)
            return error;
        if (!nonce.IsInitialized)
            return Invalid(context, account, "Advance");
        if (!context.IsSigner(nonce.Authority))
        {
            context.LogRaw($"Advance nonce account: Account {nonce.Authority} must be a signer");
            return InstructionErrorKind.MissingRequiredSignature;
        }

        Hash256 next = NonceAccount.NonceOf(context.Block.LastBlockhash);
        return nonce.Nonce == next
            ? AdvancedAlready(context, "Advance")
            : Write(account, NonceAccount.Initialized(nonce.Authority, next));
    }

    internal static InstructionError Withdraw(InvokeContext context, ulong lamports)
    {
        InstructionError error = context.RequireListed(2);
        if (!error.IsError)
            error = RequireSysvar(context, 2, SysvarIds.RecentBlockhashes, out _);
        if (!error.IsError)
            error = RequireSysvar(context, 3, SysvarIds.Rent, out _);
        if (error.IsError)
            return error;

        AccountHandle from = context.Account(0);
        error = RequireWritable(context, from, "Withdraw");
        if (error.IsError)
            return error;
        error = Read(from, out NonceAccount nonce);
        if (!error.IsError)
            error = CheckWithdrawal(context, from, nonce, lamports);
        if (!error.IsError)
            error = from.SubtractLamports(lamports);
        return error.IsError ? error : context.Account(1).AddLamports(lamports);
    }

    internal static InstructionError Initialize(InvokeContext context, Address authority)
    {
        InstructionError error = context.RequireListed(1);
        if (!error.IsError)
            error = RequireBlockhashes(context, 1, "Initialize");
        if (!error.IsError)
            error = RequireSysvar(context, 2, SysvarIds.Rent, out _);
        if (error.IsError)
            return error;

        AccountHandle account = context.Account(0);
        error = RequireWritable(context, account, "Initialize");
        if (error.IsError)
            return error;
        error = Read(account, out NonceAccount nonce);
        if (error.IsError)
            return error;
        if (nonce.IsInitialized)
            return Invalid(context, account, "Initialize");
        ulong minimum = Rent.MinimumBalance(account.DataLength);
        return account.Lamports < minimum
            ? Insufficient(context, account, "Initialize", minimum)
            : Write(account, NonceAccount.Initialized(authority, NonceAccount.NonceOf(context.Block.LastBlockhash)));
    }

    internal static InstructionError Authorize(InvokeContext context, Address authority)
    {
        InstructionError error = context.RequireListed(1);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        error = RequireWritable(context, account, "Authorize");
        if (error.IsError)
            return error;
        error = Read(account, out NonceAccount nonce);
        if (error.IsError)
            return error;
        if (!nonce.IsInitialized)
            return Invalid(context, account, "Authorize");
        error = RequireSigner(context, nonce.Authority, "Authorize");
        return error.IsError ? error : Write(account, nonce with { Authority = authority });
    }

    /// <summary>Takes a nonce out of the domain of blockhashes. A legacy nonce without state needs none: initialising does it.</summary>
    internal static InstructionError Upgrade(InvokeContext context)
    {
        InstructionError error = context.RequireListed(1);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        if (account.Owner != ProgramIds.System)
            return InstructionErrorKind.InvalidAccountOwner;
        if (!account.IsWritable)
            return InstructionErrorKind.InvalidArgument;
        error = Read(account, out NonceAccount nonce);
        if (error.IsError)
            return error;
        return nonce.IsCurrent || !nonce.IsInitialized
            ? InstructionErrorKind.InvalidArgument
            : Write(account, nonce with { IsCurrent = true, Nonce = NonceAccount.NonceOf(nonce.Nonce) });
    }

    private static InstructionError CheckWithdrawal(
        InvokeContext context, in AccountHandle from, in NonceAccount nonce, ulong lamports)
    {
        if (!nonce.IsInitialized)
        {
            return lamports > from.Lamports
                ? Insufficient(context, from, "Withdraw", lamports)
                : RequireSigner(context, from.Address, "Withdraw");
        }

        if (lamports != from.Lamports)
        {
            ulong minimum = Rent.MinimumBalance(from.DataLength);
            if (lamports > ulong.MaxValue - minimum)
                return InstructionErrorKind.InsufficientFunds;
            return lamports + minimum > from.Lamports
                ? Insufficient(context, from, "Withdraw", lamports + minimum)
                : RequireSigner(context, nonce.Authority, "Withdraw");
        }

        // Closing is refused in the block that advanced the nonce: the account could be made anew with the nonce used again.
        if (nonce.Nonce == NonceAccount.NonceOf(context.Block.LastBlockhash))
            return AdvancedAlready(context, "Withdraw");
        InstructionError error = RequireSigner(context, nonce.Authority, "Withdraw");
        return error.IsError ? error : Write(from, NonceAccount.Uninitialized);
    }

    private static InstructionError RequireBlockhashes(InvokeContext context, int index, string action)
    {
        InstructionError error = RequireSysvar(context, index, SysvarIds.RecentBlockhashes, out ReadOnlySpan<byte> blockhashes);
        if (error.IsError)
            return error;
        if (blockhashes.Length < sizeof(ulong))
            return InstructionErrorKind.UnsupportedSysvar;
        if (BinaryPrimitives.ReadUInt64LittleEndian(blockhashes) > 0)
            return InstructionError.None;
        context.LogRaw($"{action} nonce account: recent blockhash list is empty");
        return InstructionError.Custom((uint)SystemError.NonceNoRecentBlockhashes);
    }

    /// <summary>The account at the index must be that sysvar; what is read is the block's own copy, not the account.</summary>
    private static InstructionError RequireSysvar(InvokeContext context, int index, Address id, out ReadOnlySpan<byte> data)
    {
        data = default;
        if (index >= context.AccountCount)
            return InstructionErrorKind.MissingAccount;
        if (context.Account(index).Address != id)
            return InstructionErrorKind.InvalidArgument;
        return context.Block.Sysvars.TryGet(id, out data) ? InstructionError.None : InstructionErrorKind.UnsupportedSysvar;
    }

    private static InstructionError RequireWritable(InvokeContext context, in AccountHandle account, string action)
    {
        if (account.IsWritable)
            return InstructionError.None;
        context.LogRaw($"{action} nonce account: Account {account.Address} must be writeable");
        return InstructionErrorKind.InvalidArgument;
    }

    private static InstructionError RequireSigner(InvokeContext context, Address signer, string action)
    {
        if (context.IsSigner(signer))
            return InstructionError.None;
        context.LogRaw($"{action} nonce account: Account {signer} must sign");
        return InstructionErrorKind.MissingRequiredSignature;
    }

    private static InstructionError Invalid(InvokeContext context, in AccountHandle account, string action)
    {
        context.LogRaw($"{action} nonce account: Account {account.Address} state is invalid");
        return InstructionErrorKind.InvalidAccountData;
    }

    private static InstructionError Insufficient(InvokeContext context, in AccountHandle account, string action, ulong needed)
    {
        context.LogRaw($"{action} nonce account: insufficient lamports {account.Lamports}, need {needed}");
        return InstructionErrorKind.InsufficientFunds;
    }

    private static InstructionError AdvancedAlready(InvokeContext context, string action)
    {
        context.LogRaw($"{action} nonce account: nonce can only advance once per slot");
        return InstructionError.Custom((uint)SystemError.NonceBlockhashNotExpired);
    }

    private static InstructionError Read(in AccountHandle account, out NonceAccount nonce) =>
        NonceAccount.TryRead(account.Data, out nonce) ? InstructionError.None : InstructionErrorKind.InvalidAccountData;

    /// <summary>Errors as <see cref="AccountHandle.WriteData"/>.</summary>
    private static InstructionError Write(in AccountHandle account, in NonceAccount nonce)
    {
        Span<byte> state = stackalloc byte[NonceAccount.Size];
        nonce.WriteTo(state);
        return account.WriteData(0, state[..nonce.Length]);
    }
}
