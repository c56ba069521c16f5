using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>Rent-exempt minimum and the rent states between which a transaction may move an account (Agave rent_calculator).</summary>
public static class Rent
{
    /// <summary>Lamports that each byte must be backed by.</summary>
    public const ulong LamportsPerByte = 6_960;

    /// <summary>Bytes that an account costs beside its data.</summary>
    public const ulong AccountOverheadBytes = 128;

    /// <summary>Lamports that an account with so many bytes of data must hold.</summary>
    public static ulong MinimumBalance(int dataLength) => LamportsPerByte * (AccountOverheadBytes + (ulong)dataLength);

    /// <summary>
    /// Whether a transaction may end an account so: empty, exempt, or still paying as before with the same size and no
    /// gain.
    /// </summary>
    public static bool IsTransitionAllowed(RentState before, RentState after) => after.Kind switch
    {
        RentStateKind.RentPaying => before.Kind == RentStateKind.RentPaying
            && before.DataLength == after.DataLength
            && after.Lamports <= before.Lamports,
        _ => true,
    };

    /// <summary>Whether a transaction may change an account so.</summary>
    /// <param name="before">As the transaction found it, the fee taken.</param>
    /// <param name="after">As it would leave it.</param>
    /// <param name="isRelaxed">
    /// Feature relax_post_exec_min_balance_check (SIMD-0392): no account counts as rent-paying beforehand, and one that keeps
    /// its owner and does not grow stays exempt as long as its balance does not fall.
    /// </param>
    public static bool IsChangeAllowed(in RentBalance before, in RentBalance after, bool isRelaxed)
    {
        var state = RentState.Of(before.Lamports, before.DataLength);
        var next = RentState.Of(after.Lamports, after.DataLength);
        if (!isRelaxed)
            return IsTransitionAllowed(state, next);
        if (next.Kind != RentStateKind.RentPaying)
            return true;
        return state.Kind != RentStateKind.Empty
            && after.Lamports >= before.Lamports
            && after.DataLength <= before.DataLength
            && after.Owner == before.Owner;
    }
}

/// <summary>What of an account the rent rules look at.</summary>
/// <param name="Lamports">Its balance.</param>
/// <param name="DataLength">Bytes of data.</param>
/// <param name="Owner">Its program.</param>
public readonly record struct RentBalance(ulong Lamports, int DataLength, Address Owner)
{
    public static RentBalance Of(Account account) => new(account.Lamports, account.DataLength, account.Owner);
}

public enum RentStateKind
{
    Empty,
    RentPaying,
    Exempt,
}

/// <summary>An account's rent state.</summary>
/// <param name="Kind">Empty (no lamports), below the minimum, or at least at it.</param>
/// <param name="Lamports">Its balance.</param>
/// <param name="DataLength">Bytes of data.</param>
public readonly record struct RentState(RentStateKind Kind, ulong Lamports, int DataLength)
{
    public static RentState Of(ulong lamports, int dataLength)
    {
        RentStateKind kind = lamports == 0 ? RentStateKind.Empty
            : lamports < Rent.MinimumBalance(dataLength) ? RentStateKind.RentPaying
            : RentStateKind.Exempt;
        return new RentState(kind, lamports, dataLength);
    }
}
