using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Who votes and who withdraws: handed on by those who may, themselves or by a derived address.</summary>
internal static class VoteAuthorization
{
    /// <summary>Compute units of the check of a BLS key's proof.</summary>
    internal const ulong ProofUnits = 34_500;

    /// <summary>What proofs of possession are hashed with (draft-irtf-cfrg-bls-signature, section 4.2.3).</summary>
    private static ReadOnlySpan<byte> ProofDomain => "BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"u8;

    internal static InstructionError Authorize(InvokeContext context, Address next, in VoteAuthority authority)
    {
        InstructionError error = context.RequireSysvar(1, SysvarIds.Clock);
        return error.IsError ? error : Authorize(context, next, in authority, new VoteSigners(context));
    }

    /// <summary>The new authority is an account that signs, too.</summary>
    internal static InstructionError AuthorizeChecked(InvokeContext context, in VoteAuthority authority)
    {
        InstructionError error = RequireNext(context);
        return error.IsError ? error : Authorize(context, context.Account(3).Address, in authority);
    }

    internal static InstructionError AuthorizeWithSeed(
        InvokeContext context, Address next, in VoteAuthority authority, Address owner, ReadOnlySpan<byte> seed)
    {
        InstructionError error = context.RequireListed(3);
        return error.IsError ? error : AuthorizeDerived(context, next, in authority, owner, seed);
    }

    internal static InstructionError AuthorizeCheckedWithSeed(
        InvokeContext context, in VoteAuthority authority, Address owner, ReadOnlySpan<byte> seed)
    {
        InstructionError error = RequireNext(context);
        return error.IsError ? error : AuthorizeDerived(context, context.Account(3).Address, in authority, owner, seed);
    }

    /// <summary>
    /// Takes the units for the check that somebody holds the key to a BLS key, and checks it: the key is signed, behind the vote account's
    /// address. Errors: ComputationalBudgetExceeded, InvalidArgument.
    /// </summary>
    /// <param name="context">Its first account is the vote account.</param>
    /// <param name="key">48 bytes.</param>
    /// <param name="proof">96 bytes.</param>
    internal static InstructionError CheckBlsProof(InvokeContext context, ReadOnlySpan<byte> key, ReadOnlySpan<byte> proof)
    {
        InstructionError error = context.Consume(ProofUnits);
        if (error.IsError)
            return error;
        return Bls12381.VerifySignature(key, ProvenMessage(context.Account(0).Address, key), proof, ProofDomain)
            ? InstructionError.None
            : InstructionErrorKind.InvalidArgument;
    }

    /// <summary>What the holder of a BLS key signs (SIMD-0387).</summary>
    private static byte[] ProvenMessage(Address account, ReadOnlySpan<byte> key) => [.. "ALPENGLOW"u8, .. account.Span, .. key];

    private static InstructionError RequireNext(InvokeContext context)
    {
        InstructionError error = context.RequireListed(4);
        if (error.IsError)
            return error;
        return context.Account(3).IsSigner ? InstructionError.None : InstructionErrorKind.MissingRequiredSignature;
    }

    private static InstructionError AuthorizeDerived(
        InvokeContext context, Address next, in VoteAuthority authority, Address owner, ReadOnlySpan<byte> seed)
    {
        InstructionError error = context.RequireSysvar(1, SysvarIds.Clock);
        if (error.IsError)
            return error;
        Address? derived = null;
        if (context.Account(2).IsSigner)
        {
            error = SystemAddress.TryDeriveSeeded(context.Account(2).Address, seed, owner, out Address address);
            if (error.IsError)
                return error;
            derived = address;
        }

        return Authorize(context, next, in authority, new VoteSigners(context, isDerived: true, derived));
    }

    private static InstructionError Authorize(InvokeContext context, Address next, in VoteAuthority authority, VoteSigners signers)
    {
        InstructionError error = context.ReadClock(out ClockSysvar clock);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        error = VoteState.Read(in account, out VoteState state);
        if (error.IsError)
            return error;
        bool hasBls = context.Features.BlsPubkeyManagementInVoteAccount;
        switch (authority.Role)
        {
            case VoteRole.Withdrawer:
                error = signers.Require(state.Withdrawer);
                state.Withdrawer = next;
                break;
            case VoteRole.Voter:
                error = hasBls && state.BlsKey is not null
                    ? InstructionErrorKind.InvalidInstructionData
                    : SetVoter(state, next, signers, clock);
                break;
            default:
                error = hasBls ? CheckBlsProof(context, authority.BlsKey, authority.BlsProof) : InstructionErrorKind.InvalidInstructionData;
                if (!error.IsError)
                    error = SetVoter(state, next, signers, clock);
                state.BlsKey = authority.BlsKey;
                break;
        }

        return error.IsError ? error : state.Write(in account);
    }

    /// <summary>A new voter votes from the epoch on whose leaders are not known yet.</summary>
    private static InstructionError SetVoter(VoteState state, Address next, VoteSigners signers, ClockSysvar clock)
    {
        if (clock.LeaderScheduleEpoch == ulong.MaxValue)
            return InstructionErrorKind.InvalidAccountData;
        InstructionError error = state.TakeVoter(clock.Epoch, out Address current);
        if (error.IsError)
            return error;
        if (!signers.Contains(state.Withdrawer) && !signers.Contains(current))
            return InstructionErrorKind.MissingRequiredSignature;
        return state.Voters.TryAdd(clock.LeaderScheduleEpoch + 1, next)
            ? InstructionError.None
            : InstructionError.Custom((uint)VoteError.TooSoonToReauthorize);
    }
}
